//! Words, numbers, strings, comments and marks of a text, with their places. Owns the cutting into tokens that the item
//! splitter, the error messages and the formatter share; the grammar itself is `grammar/mhm.pest`.

/// What a token is, as far as one can tell without a grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Number,
    /// `"…"`, closed on its line.
    String,
    /// `"…` or `'…` up to the end of its line.
    OpenString,
    /// `'…'`, which is not a string here.
    Quoted,
    /// `“…”`, `` `…` ``, `"…'`: a text in other quotes, or in quotes that are no pair.
    Mixed,
    /// `// …`
    Comment,
    /// `/// …`
    Doc,
    /// `# …`, `/* … */`, `-- …`, `% …`, `"""…"""`: a comment as other languages write it.
    Foreign,
    /// `( [ {`
    Open,
    /// `) ] }`
    Close,
    /// `, : = . + - * / & |>` and their mistaken relatives.
    Mark,
    /// Any other character.
    Stray,
}

/// A token and its place. Offsets are in bytes of the whole text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: u32,
    pub end: u32,
    /// Line ends between the token before and this one.
    pub breaks: u32,
    /// Bytes from the line start, if the token is the first on its line.
    pub indent: Option<u32>,
}

impl Token {
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start as usize..self.end as usize]
    }

    pub fn is_comment(&self) -> bool {
        matches!(self.kind, Kind::Comment | Kind::Doc | Kind::Foreign)
    }
}

/// All tokens of a text in order. A byte order mark at its beginning is none.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::with_capacity(text.len() / 4);
    let bytes = text.as_bytes();
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let (mut breaks, mut line_start, mut first) = (0, at, true);
    let last_close = text.rfind("*/").unwrap_or(0);
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\n' {
            (breaks, line_start, first) = (breaks + 1, at + 1, true);
        }
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let (kind, length) = foreign(text, at, last_close).unwrap_or_else(|| one(&text[at..]));
        let indent = first.then_some((at - line_start) as u32);
        out.push(Token { kind, start: at as u32, end: (at + length) as u32, breaks, indent });
        (breaks, first) = (0, false);
        at += length;
    }
    out
}

/// A comment of another language at `at`; the last `*/` of the text is at `last_close`.
fn foreign(text: &str, at: usize, last_close: usize) -> Option<(Kind, usize)> {
    let (before, rest) = text.split_at(at);
    let blank = before.trim_end_matches([' ', '\t']);
    let first = blank.is_empty() || blank.ends_with('\n');
    let closed = |open: &str, close: &str| match rest.strip_prefix(open)?.find(close) {
        Some(n) => Some(open.len() + n + close.len()),
        None => Some(line(rest)),
    };
    let length = match rest.as_bytes()[0] {
        b'#' => line(rest),
        b'%' if first => line(rest),
        b'-' if (first || blank.len() < at) && rest.starts_with("-- ") => line(rest),
        b'/' if at < last_close => closed("/*", "*/")?,
        b'/' if rest.starts_with("/*") => line(rest),
        b'"' => closed("\"\"\"", "\"\"\"")?,
        _ => return None,
    };
    Some((Kind::Foreign, length))
}

/// Kind and length of the token `rest` begins with; never of length 0.
fn one(rest: &str) -> (Kind, usize) {
    let bytes = rest.as_bytes();
    match bytes[0] {
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => (Kind::Word, run(bytes, is_word)),
        b'0'..=b'9' => (Kind::Number, number(bytes)),
        b'"' => string(rest),
        b'\'' => match bytes[1..].iter().position(|&b| b == b'\'' || b == b'\n') {
            Some(n) if bytes[n + 1] == b'\'' => (Kind::Quoted, n + 2),
            _ => mixed(rest),
        },
        b'/' if bytes.starts_with(b"////") => (Kind::Comment, line(rest)),
        b'/' if bytes.starts_with(b"///") => (Kind::Doc, line(rest)),
        b'/' if bytes.starts_with(b"//") => (Kind::Comment, line(rest)),
        b'(' | b'[' | b'{' => (Kind::Open, 1),
        b')' | b']' | b'}' => (Kind::Close, 1),
        b'|' if bytes.starts_with(b"|>") => (Kind::Mark, 2),
        b'-' if bytes.starts_with(b"->") => (Kind::Mark, 2),
        b'*' if bytes.starts_with(b"**") => (Kind::Mark, 2),
        b'=' | b'!' if bytes.get(1) == Some(&b'=') => (Kind::Mark, 2),
        b'.' if bytes.starts_with(b"..") => (Kind::Mark, 2),
        b',' | b':' | b'=' | b'.' | b'+' | b'-' | b'*' | b'/' | b'&' | b'|' => (Kind::Mark, 1),
        _ if rest.starts_with(is_quote) => mixed(rest),
        _ => (Kind::Stray, rest.chars().next().map_or(1, char::len_utf8)),
    }
}

/// Quotes of other keyboards, and of prose.
pub(super) fn is_quote(c: char) -> bool {
    "“”„‟❝❞〝〞«»″‘’‛❛❜′´`「」『』《》".contains(c)
}

/// A text that begins with a quote of another kind, up to the next quote on its line, or to its end.
fn mixed(rest: &str) -> (Kind, usize) {
    let open = rest.chars().next().map_or(1, char::len_utf8);
    match rest[open..].char_indices().find(|(_, c)| matches!(c, '"' | '\'' | '\n') || is_quote(*c)) {
        Some((_, '\n')) | None => (Kind::OpenString, line(rest)),
        Some((at, close)) => (Kind::Mixed, open + at + close.len_utf8()),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|&b| !belongs(b)).unwrap_or(bytes.len())
}

/// Up to the line end, without it and without the blanks before it.
fn line(rest: &str) -> usize {
    rest[..run(rest.as_bytes(), |b| b != b'\n')].trim_ascii_end().len()
}

/// The same as `number` in the grammar.
fn number(bytes: &[u8]) -> usize {
    let digits = |from: usize| from + run(&bytes[from..], |b| b.is_ascii_digit() || b == b'_');
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') && digit(end + 1) {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if digit(end + 1 + sign) {
            end += 1 + sign + run(&bytes[end + 1 + sign..], |b| b.is_ascii_digit());
        }
    }
    end
}

/// The same as `string` in the grammar; one that is not closed ends with another quote, or with its line.
fn string(rest: &str) -> (Kind, usize) {
    let bytes = rest.as_bytes();
    let mut at = 1;
    let mut others = Vec::new();
    loop {
        match bytes.get(at) {
            Some(b'"') => return (Kind::String, at + 1),
            Some(b'\\') if bytes.get(at + 1).is_some_and(|&b| b != b'\n') => at += 2,
            None | Some(b'\n') => {
                let line = rest.as_bytes()[..at.min(bytes.len())].trim_ascii_end().len();
                return if let [end] = others[..] { (Kind::Mixed, end) } else { (Kind::OpenString, line) };
            }
            Some(_) => {
                let c = rest.get(at..).and_then(|rest| rest.chars().next());
                others.extend(c.filter(|c| *c == '\'' || is_quote(*c)).map(|c| at + c.len_utf8()));
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        tokens(text).iter().map(|t| t.text(text)).collect()
    }

    #[test]
    fn numbers_end_where_members_begin() {
        assert_eq!(cut("1e-3 1_000 2.5e3 1.x 3e"), ["1e-3", "1_000", "2.5e3", "1", ".", "x", "3", "e"]);
    }

    #[test]
    fn strings_and_comments_hide_their_content() {
        assert_eq!(
            cut("\"a // { \\\" b\" // c \"\n# d\r\n\"open {  \n x"),
            ["\"a // { \\\" b\"", "// c \"", "# d", "\"open {", "x"]
        );
    }

    #[test]
    fn a_byte_order_mark_counts_but_is_no_token() {
        let text = "\u{feff}use ü";
        let found = tokens(text);
        assert_eq!((found[0].start, found[0].indent), (3, Some(0)));
        assert_eq!((found[1].kind, found[1].text(text)), (Kind::Stray, "ü"));
    }
}
