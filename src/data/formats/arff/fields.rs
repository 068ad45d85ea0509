//! What stands between the commas of a line, in quotes or not.

/// The fields of one line.
#[derive(Default)]
pub struct Fields {
    /// All of them, one behind the other.
    text: Vec<u8>,
    /// Where each ends, and whether it is in quotes.
    ends: Vec<(usize, bool)>,
}

impl Fields {
    /// Takes a line apart, in the place of the one before; or says why it cannot be.
    pub fn split(&mut self, line: &[u8]) -> Result<(), &'static str> {
        self.text.clear();
        self.ends.clear();
        let mut rest = line;
        loop {
            rest = rest.trim_ascii_start();
            let is_quoted = matches!(rest.first(), Some(b'\'' | b'"'));
            if is_quoted {
                rest = unquote(rest, &mut self.text)?.trim_ascii_start();
            } else {
                let end = rest.iter().position(|byte| *byte == b',').unwrap_or(rest.len());
                self.text.extend(rest[..end].trim_ascii_end());
                rest = &rest[end..];
            }
            self.ends.push((self.text.len(), is_quoted));
            rest = match rest.split_first() {
                None => return Ok(()),
                Some((b',', rest)) => rest,
                Some(_) => return Err("something between a quote and the next comma"),
            };
        }
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// A field without its quotes, and whether it has any.
    pub fn get(&self, place: usize) -> (&[u8], bool) {
        let end = |place: usize| self.ends.get(place).copied().unwrap_or((self.text.len(), false));
        let start = place.checked_sub(1).map_or(0, |before| end(before).0);
        let (end, is_quoted) = end(place);
        (&self.text[start..end], is_quoted)
    }
}

/// Appends what is in the quotes that a text begins with; what stands behind them.
pub fn unquote<'t>(text: &'t [u8], to: &mut Vec<u8>) -> Result<&'t [u8], &'static str> {
    let mut bytes = text.iter().copied().enumerate();
    let quote = bytes.next().map(|(_, quote)| quote);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            byte if Some(byte) == quote => return Ok(&text[at + 1..]),
            b'\\' => to.push(match bytes.next() {
                Some((_, b'n')) => b'\n',
                Some((_, b't')) => b'\t',
                Some((_, b'r')) => b'\r',
                Some((_, other)) => other,
                None => break,
            }),
            other => to.push(other),
        }
    }
    Err("a quote that does not end")
}
