//! Brackets that are not closed, or closed by others, inside one statement. Owns where they were opened and where they end;
//! braces are the splitter's.

use super::Rule;
use super::failure::{Context, Finding};
use crate::diagnostic::{Diagnostic, Safety};
use crate::text::Edit;
use crate::token::Kind;

impl Context<'_, '_> {
    /// Brackets that are open at the failure, the innermost last.
    pub(super) fn open(&self) -> Vec<usize> {
        let mut open = Vec::new();
        for at in self.from..self.before {
            match self.text.word(at) {
                "(" | "[" => open.push(at),
                ")" | "]" => drop(open.pop()),
                "{" | "}" => open.clear(),
                _ => {}
            }
        }
        open
    }

    /// A `(` or `[` of this statement that the failure shows to be open.
    pub(super) fn open_bracket(&self) -> Option<Finding> {
        if !(self.failure.wants(Rule::rparen) || self.failure.wants(Rule::rbracket)) {
            return None;
        }
        let mut outer = self.open();
        let open = outer.pop()?;
        let (mark, close) = if self.text.word(open) == "(" { ("(", ")") } else { ("[", "]") };
        // The line of a statement that the bracket would take in.
        let taken = (open + 1..self.found.map_or(self.before, |at| at + 1)).find(|&at| self.leaves(open, at));
        let ends = match self.kind() {
            None | Some(Kind::Close) => true,
            Some(Kind::Open) => self.word() == "{",
            // A size or a list is over where a value begins.
            Some(Kind::Mark) => taken.is_some() || (mark == "[" && self.word() == "="),
            _ => taken.is_some(),
        };
        if !ends {
            return None;
        }
        let found = Diagnostic::error("unclosed-bracket", format!("this `{mark}` is never closed"));
        let found = found.label(self.text.token_span(open), "opened here");
        let (next, edit) = match taken.or(self.found) {
            Some(next) => (Some(next), self.insert(next, close)),
            None => (None, Edit { start: self.end(), end: self.end(), text: close.into() }),
        };
        if let (None, Some(at), ")" | "]") = (taken, self.found, self.word()) {
            let partner = if self.word() == ")" { "(" } else { "[" };
            if !outer.iter().any(|&at| self.text.word(at) == partner) {
                let message = format!("this `{mark}` is closed by `{}`", self.word());
                let found =
                    Diagnostic::error("unclosed-bracket", message).label(self.text.token_span(open), "opened here");
                let found = found.label(self.span(), "of another kind").help(format!("write `{close}`"));
                return Some(self.replace(found, at, close, Safety::Safe));
            }
        }
        let (found, comment) = match next {
            Some(next) => {
                let found = found.label(self.text.token_span(next), format!("`{close}` is missing before this"));
                (found, self.division(open, next))
            }
            None => (found, self.division(open, self.before)),
        };
        if let Some(comment) = comment {
            let found = found.help("`//` begins a comment; a quotient is written `a / b`");
            return Some(self.offer(found, comment, Safety::Safe));
        }
        Some(self.offer(found.help(format!("add the missing `{close}`")), edit, Safety::Unsafe))
    }

    /// Whether a statement begins at `at`, no deeper than the line of the bracket at `open`.
    fn leaves(&self, open: usize, at: usize) -> bool {
        let line = (0..=open).rev().find_map(|i| self.text.tokens[i].indent).unwrap_or(0);
        let shallow = self.text.tokens[at].indent.is_some_and(|indent| indent <= line);
        shallow && self.is_statement_word(at)
    }

    /// A comment behind an open bracket that looks like a division: `linear(width // 2)`.
    fn division(&self, open: usize, next: usize) -> Option<Edit> {
        let comment = (open..next).map(|at| self.text.tokens[at]).find(|t| t.kind == Kind::Comment)?;
        let inside = comment.text(self.text.text).strip_prefix("//")?;
        let closes = inside.contains([')', ']']) && comment.indent.is_none();
        let start = comment.start as usize;
        closes.then(|| Edit { start, end: start + 2, text: "/".into() })
    }
}
