//! The text around labels, as miette reads it. Owns its lines.

use miette::{SourceCode, SourceSpan};

/// Bytes of a line that is shown whole, and around a place of a longer one.
const LONG: usize = 64 << 10;
const AROUND: usize = 4 << 10;

pub struct Page<'s> {
    pub name: String,
    /// Offset of its first byte in what the report speaks of.
    pub base: usize,
    text: &'s str,
    starts: Vec<usize>,
}

impl<'s> Page<'s> {
    /// All that can be read around a span.
    pub fn read(source: &'s dyn SourceCode, span: &SourceSpan) -> Option<Self> {
        let read = source.read_span(span, usize::MAX, usize::MAX).ok()?;
        let text = std::str::from_utf8(read.data()).ok()?;
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        Some(Page { name: read.name().unwrap_or_default().into(), base: read.span().offset(), text, starts })
    }

    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// Where line `number` begins, counted from 1, and its text without the break.
    pub fn line(&self, number: usize) -> (usize, &'s str) {
        let start = self.starts[number - 1];
        let end = self.starts.get(number).map_or(self.text.len(), |end| *end);
        (start, self.text[start..end].trim_end_matches(['\n', '\r']))
    }

    /// The same; of a line so long that nobody reads it, the part around an offset.
    pub fn near(&self, number: usize, offset: usize) -> (usize, &'s str) {
        let (start, text) = self.line(number);
        if text.len() <= LONG {
            return (start, text);
        }
        let at = offset.clamp(start, start + text.len()) - start;
        let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        let from = boundary(at.saturating_sub(AROUND));
        (start + from, &text[from..boundary(at + AROUND)])
    }

    /// The line of an offset, counted from 1, and its column in characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|&start| start <= offset);
        (line, self.text[self.starts[line - 1]..offset].chars().count() + 1)
    }
}
