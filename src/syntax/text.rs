//! A text as it is read: with its tokens, with look-alikes and slips already put right, and with the way back from each
//! place to where it is written. Owns that way back.

use super::token::{Token, tokens};
use crate::span::{SourceId, Span};

/// Other words for a stretch of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Edit {
    pub start: usize,
    pub end: usize,
    pub text: String,
}

/// What one run of the parser works on.
pub(super) struct Text<'t> {
    pub source: SourceId,
    pub text: &'t str,
    pub tokens: Vec<Token>,
    /// The way back, the last step first.
    back: Vec<Step>,
}

/// One change of a text: where each edit is after it and was before it.
#[derive(Clone)]
struct Step {
    /// Where the changed text begins in the one before.
    base: usize,
    edits: Vec<Moved>,
}

#[derive(Clone)]
struct Moved {
    now: (usize, usize),
    before: (usize, usize),
}

impl<'t> Text<'t> {
    pub(super) fn new(source: SourceId, text: &'t str) -> Self {
        Self { source, text, tokens: tokens(text), back: Vec::new() }
    }

    /// The text that [`edited`] made of a part of this one that begins at `base`.
    pub(super) fn after<'n>(&self, base: usize, edits: &[Edit], text: &'n str) -> Text<'n> {
        let mut shift = 0isize;
        let moved = edits.iter().map(|edit| {
            let start = (edit.start as isize + shift) as usize - base;
            shift += edit.text.len() as isize - (edit.end - edit.start) as isize;
            Moved { now: (start, start + edit.text.len()), before: (edit.start, edit.end) }
        });
        let step = Step { base, edits: moved.collect() };
        Text {
            source: self.source,
            text,
            tokens: tokens(text),
            back: std::iter::once(step).chain(self.back.iter().cloned()).collect(),
        }
    }

    /// The place, as it is written, of a stretch of what is read.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let back = |at: usize, side: Side| self.back.iter().fold(at, |at, step| step.back(at, side));
        let (start, end) = (back(start, Side::Start), back(end, Side::End));
        Span::new(self.source, start, end.max(start))
    }

    pub(super) fn token_span(&self, token: usize) -> Span {
        let token = self.tokens[token];
        self.span(token.start as usize, token.end as usize)
    }

    pub(super) fn word(&self, token: usize) -> &'t str {
        self.tokens.get(token).map_or("", |t| t.text(self.text))
    }

    /// The first token at or after an offset.
    pub(super) fn token_at(&self, offset: usize) -> usize {
        self.tokens.partition_point(|t| (t.start as usize) < offset)
    }
}

/// Which end of a stretch a place is.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Start,
    End,
}

impl Step {
    fn back(&self, at: usize, side: Side) -> usize {
        let known = match side {
            Side::Start => self.edits.partition_point(|edit| edit.now.0 <= at),
            Side::End => self.edits.partition_point(|edit| edit.now.0 < at),
        };
        match known.checked_sub(1).map(|last| &self.edits[last]) {
            None => self.base + at,
            Some(edit) if at >= edit.now.1 => edit.before.1 + (at - edit.now.1),
            Some(edit) if side == Side::Start => edit.before.0,
            Some(edit) => edit.before.1,
        }
    }
}

/// The stretch of `text` with its edits made; they are in order, apart from one another, and within it.
pub(super) fn edited(text: &str, stretch: std::ops::Range<usize>, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(stretch.len());
    let mut at = stretch.start;
    for edit in edits {
        out += &text[at..edit.start];
        out += &edit.text;
        at = edit.end;
    }
    out + &text[at..stretch.end]
}

#[cfg(test)]
mod tests {
    use super::{Edit, Text, edited};
    use crate::span::SourceId;

    #[test]
    fn every_place_leads_back() {
        let written = "ab “x” cd\u{a0}ef";
        let edits = [(3, 10, "\"x\""), (13, 15, "")].map(|(start, end, text)| Edit { start, end, text: text.into() });
        let read = edited(written, 0..written.len(), &edits);
        assert_eq!(read, "ab \"x\" cdef");
        let first = Text::new(SourceId(0), written);
        let text = first.after(0, &edits, &read);
        let back = |start, end| &written[text.span(start, end).range()];
        assert_eq!((back(0, 2), back(3, 6), back(7, 9), back(9, 11)), ("ab", "“x”", "cd", "ef"));
        // A part of it, changed once more.
        let edit = [Edit { start: 7, end: 7, text: "= ".into() }];
        let part = edited(&read, 3..11, &edit);
        let again = text.after(3, &edit, &part);
        assert_eq!(part, "\"x\" = cdef");
        assert_eq!(&written[again.span(0, 3).range()], "“x”");
        assert_eq!(&written[again.span(6, 8).range()], "cd");
        assert_eq!(&written[again.span(8, 10).range()], "ef");
    }
}
