//! Blanks between two tokens on one line. Owns the rules; line breaks are in `layout.rs`.

use super::starts::Starts;
use crate::token::{Kind, Token};

/// Words that go on with a statement after a value.
const CLAUSES: [&str; 9] = ["in", "on", "through", "for", "from", "until", "most", "gain", "no"];

/// The tokens of a text with what is needed to space them.
pub(super) struct Spacing<'t> {
    pub text: &'t str,
    pub tokens: &'t [Token],
    pub starts: &'t Starts,
    /// The token before each, comments aside.
    before: Vec<Option<usize>>,
}

impl<'t> Spacing<'t> {
    pub fn new(text: &'t str, tokens: &'t [Token], starts: &'t Starts) -> Self {
        let mut last = None;
        let before = tokens.iter().enumerate().map(|(at, token)| {
            let before = last;
            if !token.is_comment() {
                last = Some(at);
            }
            before
        });
        Self { text, tokens, starts, before: before.collect() }
    }

    pub fn word(&self, at: usize) -> &'t str {
        self.tokens[at].text(self.text)
    }

    /// Whether a blank stands before this token when it does not begin a line.
    pub fn blank_before(&self, at: usize) -> bool {
        let Some(before) = self.before[at] else { return false };
        if self.starts.tight.contains(&at) {
            return false;
        }
        match (self.word(before), self.word(at)) {
            (_, "," | ")" | "]" | ":" | ".") | ("(" | "[" | ".", _) | ("{", "}") => false,
            ("-", _) => self.before[before].is_some_and(|left| self.ends_value(left)),
            (_, "(" | "[") => !self.ends_value(before),
            _ => true,
        }
    }

    /// Whether a value ends with this token, so that a bracket after it is a call or an index and a `-` a difference.
    fn ends_value(&self, at: usize) -> bool {
        match self.tokens[at].kind {
            Kind::Number | Kind::String => true,
            Kind::Close => self.word(at) != "}",
            Kind::Word if self.word(at) == "allow" => true,
            Kind::Word => !self.is_keyword(at),
            _ => false,
        }
    }

    fn is_keyword(&self, at: usize) -> bool {
        if self.starts.statements.contains(&at) {
            return true;
        }
        // After a value no name can stand.
        CLAUSES.contains(&self.word(at)) && self.before[at].is_some_and(|left| self.ends_value_shallow(left))
    }

    /// `ends_value` without asking about the word before in turn.
    fn ends_value_shallow(&self, at: usize) -> bool {
        match self.tokens[at].kind {
            Kind::Number | Kind::String => true,
            Kind::Close => self.word(at) != "}",
            Kind::Word => !self.starts.statements.contains(&at),
            _ => false,
        }
    }
}
