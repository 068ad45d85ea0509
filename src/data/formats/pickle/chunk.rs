//! Bytes and texts of a pickle: where they lie in the file and how they are written there.

/// How bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// As they are.
    Plain,
    /// Characters below 256 in UTF-8, one a byte.
    Utf8,
    /// Protocol 0: a line with `\u00e9` for what is beyond it.
    Escaped,
    /// Protocol 0 of Python 2: `'a\x00'`.
    Quoted,
}

/// Bytes or a text. Short ones are kept beside their place.
#[derive(Clone, Debug)]
pub struct Chunk {
    pub start: u64,
    pub length: u64,
    pub writing: Writing,
    pub short: Option<Box<[u8]>>,
}

impl Chunk {
    /// Chunks up to this length are kept.
    pub const SHORT: u64 = 256;

    /// No bytes.
    pub fn empty() -> Self {
        Self { start: 0, length: 0, writing: Writing::Plain, short: Some(Box::new([])) }
    }

    /// Where the bytes lie, if they lie there as they are.
    pub fn plain(&self) -> Option<(u64, u64)> {
        (self.writing == Writing::Plain).then_some((self.start, self.length))
    }

    /// A short one's text.
    pub fn text(&self) -> Option<String> {
        let bytes = self.short.as_deref()?;
        match self.writing {
            Writing::Plain | Writing::Utf8 => Some(String::from_utf8_lossy(bytes).into_owned()),
            Writing::Escaped => unescape(bytes)?.into_iter().map(char::from_u32).collect(),
            Writing::Quoted => Some(String::from_utf8_lossy(&unquote(bytes)?).into_owned()),
        }
    }

    /// The bytes that are written as `written`.
    pub fn decode(&self, written: Vec<u8>) -> Option<Vec<u8>> {
        match self.writing {
            Writing::Plain => Some(written),
            Writing::Utf8 => {
                std::str::from_utf8(&written).ok()?.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
            }
            Writing::Escaped => unescape(&written)?.into_iter().map(|c| u8::try_from(c).ok()).collect(),
            Writing::Quoted => unquote(&written),
        }
    }
}

/// Characters of Python's `raw-unicode-escape`.
fn unescape(bytes: &[u8]) -> Option<Vec<u32>> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        let digits = match (byte, after.first()) {
            (b'\\', Some(b'u')) => 4,
            (b'\\', Some(b'U')) => 8,
            _ => 0,
        };
        if digits == 0 {
            out.push(u32::from(byte));
            rest = after;
        } else {
            out.push(hexadecimal(after.get(1..=digits)?)?);
            rest = &after[digits + 1..];
        }
    }
    Some(out)
}

/// Bytes of a Python 2 string as `repr` shows it.
fn unquote(bytes: &[u8]) -> Option<Vec<u8>> {
    let (quote, rest) = bytes.split_first().filter(|(quote, _)| matches!(quote, b'\'' | b'"'))?;
    let mut rest = rest.strip_suffix(&[*quote])?;
    let mut out = Vec::new();
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'\\' {
            out.push(byte);
            rest = after;
            continue;
        }
        let (&escape, after) = after.split_first()?;
        rest = after;
        out.push(match escape {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'\\' | b'\'' | b'"' => escape,
            b'x' => {
                let value = hexadecimal(after.get(..2)?)?;
                rest = &after[2..];
                value as u8
            }
            _ => return None,
        });
    }
    Some(out)
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    let digit = |n: Option<u32>, byte: &u8| Some(n? * 16 + char::from(*byte).to_digit(16)?);
    if digits.len() > 7 && digits[0] != b'0' { None } else { digits.iter().fold(Some(0), digit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_translated_and_broken_ones_refused() {
        assert_eq!(unescape(b"a\\u00e9\\U0001f600\xe9").unwrap(), [97, 0xe9, 0x1f600, 0xe9]);
        assert_eq!(unquote(b"'a\\x00\\n\\'\"'").unwrap(), b"a\x00\n'\"");
        for broken in [&b"\\u12"[..], b"\\u12g4", b"\\Uffffffff"] {
            assert_eq!(unescape(broken), None, "{broken:?}");
        }
        for broken in [&b""[..], b"'", b"a", b"'a", b"'\\x1'", b"'\\q'", b"'\\"] {
            assert_eq!(unquote(broken), None, "{broken:?}");
        }
    }
}
