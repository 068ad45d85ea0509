//! Source texts and how an offset becomes a line. Owns the texts of one run of the program; reads no files.

use crate::span::{SourceId, Span};

/// One text: a file the user named, a file of the standard library, or standard input.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as the user would write it, `std/network/ToyEarly.mhm` for the embedded library.
    pub name: String,
    pub text: String,
    /// A file of the embedded standard library: mistakes inside are shown at the user's call first.
    pub library: bool,
    lines: Vec<u32>,
}

impl Source {
    fn new(name: String, text: String) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(ends.map(|(i, _)| i as u32 + 1)).collect();
        Self { name, text, library: false, lines }
    }

    /// How many lines there are, an empty one after the last break among them.
    pub fn lines(&self) -> usize {
        self.lines.len()
    }
}

/// All texts that were read, in the order they were read.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    sources: Vec<Source>,
    /// What its positions count.
    pub columns: Columns,
}

/// What a column is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Columns {
    #[default]
    Characters,
    /// Code units of UTF-16, of which a character beyond the first 65,536 has two.
    Utf16,
}

/// A place as editors show it: one-based line, one-based column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl SourceMap {
    /// A text that somebody wrote.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let id = SourceId(self.sources.len() as u32);
        self.sources.push(Source::new(name.into(), text.into()));
        id
    }

    /// A text of the library.
    pub fn add_library(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let id = SourceId(self.sources.len() as u32);
        self.sources.push(Source { library: true, ..Source::new(name.into(), text.into()) });
        id
    }

    pub fn get(&self, id: SourceId) -> &Source {
        &self.sources[id.0 as usize]
    }

    pub fn ids(&self) -> impl Iterator<Item = SourceId> {
        (0..self.sources.len() as u32).map(SourceId)
    }

    pub fn text(&self, span: Span) -> &str {
        &self.get(span.source).text[span.range()]
    }

    /// Where line `number` begins, counted from 1, and its text without the break.
    pub fn line(&self, id: SourceId, number: usize) -> (u32, &str) {
        let source = self.get(id);
        let start = source.lines[number - 1];
        let end = source.lines.get(number).map_or(source.text.len(), |end| *end as usize);
        (start, source.text[start as usize..end].trim_end_matches(['\n', '\r']))
    }

    /// Line and column of a byte offset.
    pub fn position(&self, id: SourceId, offset: u32) -> Position {
        let source = self.get(id);
        let line = source.lines.partition_point(|&start| start <= offset);
        let start = source.lines[line - 1] as usize;
        let before = &source.text[start..offset as usize];
        let column = match self.columns {
            Columns::Characters => before.chars().count(),
            Columns::Utf16 => before.chars().map(char::len_utf16).sum(),
        };
        Position { line, column: column + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_lines() {
        let mut map = SourceMap::default();
        let id = map.add("a.mhm", "ab\r\nçd\n");
        assert_eq!(map.position(id, 0), Position { line: 1, column: 1 });
        assert_eq!(map.position(id, 4), Position { line: 2, column: 1 });
        assert_eq!(map.position(id, 6), Position { line: 2, column: 2 });
        assert_eq!(map.position(id, 8), Position { line: 3, column: 1 });
    }
}
