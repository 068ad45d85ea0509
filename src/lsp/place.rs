//! Offsets in bytes and positions as an editor counts them: lines from 0, and in a line units of UTF-16 or UTF-8.

use crate::span::Span;
use lsp_types::{Position, PositionEncodingKind, Range};

/// What a character of a line counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16,
}

impl Encoding {
    /// The one that an editor offers and that costs least; UTF-16 where it says nothing.
    pub fn chosen(offered: Option<&[PositionEncodingKind]>) -> Self {
        match offered {
            Some(kinds) if kinds.contains(&PositionEncodingKind::UTF8) => Self::Utf8,
            Some(_) | None => Self::Utf16,
        }
    }

    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    /// Units of a piece of text.
    pub fn units(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
        }
    }
}

/// The lines of a text.
#[derive(Clone, Debug)]
pub struct Places<'t> {
    text: &'t str,
    /// Where each line begins.
    lines: Vec<usize>,
    encoding: Encoding,
}

impl<'t> Places<'t> {
    pub fn new(text: &'t str, encoding: Encoding) -> Self {
        // A carriage return by itself ends a line, too, as the protocol counts.
        let ends = |at: usize, byte: u8| byte == b'\n' || byte == b'\r' && text.as_bytes().get(at + 1) != Some(&b'\n');
        let begins = text.bytes().enumerate().filter(|(at, byte)| ends(*at, *byte)).map(|(at, _)| at + 1);
        Self { text, lines: std::iter::once(0).chain(begins).collect(), encoding }
    }

    /// Of an offset on a character boundary; the end of the text for one behind it.
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.lines.partition_point(|begin| *begin <= offset) - 1;
        let character = self.encoding.units(&self.text[self.lines[line]..offset]);
        Position { line: line as u32, character: character as u32 }
    }

    pub fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start as usize), end: self.position(span.end as usize) }
    }

    /// The offset of a position: the end of the line for one behind it, the end of the text for a line that is not there, and of one
    /// inside a character its beginning.
    pub fn offset(&self, position: Position) -> usize {
        let Some(begin) = self.lines.get(position.line as usize).copied() else { return self.text.len() };
        let end = self.lines.get(position.line as usize + 1).copied().unwrap_or(self.text.len());
        let line = self.text[begin..end].trim_end_matches(['\n', '\r']);
        let mut left = position.character as usize;
        for (at, character) in line.char_indices() {
            let units = self.encoding.units(&line[at..at + character.len_utf8()]);
            if left < units {
                return begin + at;
            }
            left -= units;
        }
        begin + line.len()
    }

    /// The whole text.
    pub fn whole(&self) -> Range {
        Range { start: Position::default(), end: self.position(self.text.len()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::SourceId;

    #[test]
    fn positions_count_units_of_the_encoding() {
        let text = "// ж 漢 😀 x\r\nlast";
        for (encoding, x) in [(Encoding::Utf8, 15), (Encoding::Utf16, 10)] {
            let places = Places::new(text, encoding);
            let at = text.find('x').expect("it is there");
            assert_eq!(places.position(at), Position { line: 0, character: x });
            for (offset, _) in text.char_indices().filter(|(_, c)| !"\r\n".contains(*c)) {
                assert_eq!(places.offset(places.position(offset)), offset, "{encoding:?}");
            }
            assert_eq!(places.offset(Position { line: 0, character: 99 }), text.find('\r').expect("a break"));
            assert_eq!(places.offset(Position { line: 9, character: 0 }), text.len());
            let span = Span::new(SourceId(0), text.len() - 4, text.len());
            assert_eq!(places.range(span).start, Position { line: 1, character: 0 });
            assert_eq!(places.whole().end, Position { line: 1, character: 4 });
        }
        assert_eq!(Places::new("a\rb\r\nc", Encoding::Utf16).position(5), Position { line: 2, character: 0 });
        // Inside of the second half of a surrogate pair.
        let places = Places::new("😀", Encoding::Utf16);
        assert_eq!(places.offset(Position { line: 0, character: 1 }), 0);
    }
}
