//! Conditions of `where(…)` as other languages write them: what is said, and what to write instead. Owns when a failure is in one.

use super::Rule;
use super::failure::{Context, Finding};
use crate::diagnostic::{Diagnostic, Safety};
use crate::text::Edit;

impl Context<'_, '_> {
    /// `where(subject == "S03" and session == 2)`, `where(session > 3)`, `where(not subject == "S03")`.
    pub(super) fn condition(&self) -> Option<Finding> {
        if let Some(finding) = self.several_each() {
            return Some(finding);
        }
        let at = self.found.filter(|at| self.is_in_where(*at))?;
        if self.previous_word() == "not" || matches!(self.word(), "!" | "~") {
            return Some(self.negated(at));
        }
        match self.word() {
            "and" | "&&" | "&" => Some(self.joined_by_comma(at)),
            "or" | "||" | "|" => Some(self.either()),
            // `a == 1 & b == 2`: the mark was read as one of sets.
            "==" | "!=" | "in" | "=" | ":" => match self.joined(at)? {
                mark if self.token_word(mark) == "&" => Some(self.joined_by_comma(mark)),
                _ => Some(self.either()),
            },
            "<" | ">" | "<=" | ">=" | "≤" | "≥" => {
                let what = "a group has names, which are not compared by size";
                Some(self.said(what).help("list what there is, `session in [3, 4, 5]`, or what is not to be").into())
            }
            "is" | "equals" | "eq" => {
                let found = self.said("a group is compared with `==`").help("e.g. `where(subject == \"S03\")`");
                Some(self.replace(found, at, "==", Safety::Safe))
            }
            _ => None,
        }
    }

    /// `cross each subject, session`
    fn several_each(&self) -> Option<Finding> {
        let (from, _) = self.statement.filter(|(_, form)| form.word == "cross")?;
        let is_list = self.failure.wants(Rule::colon) && self.token_word(from + 1) == "each";
        let (first, second) = (self.token_word(from + 2), self.token_word(from + 4));
        is_list.then(|| {
            let found = Diagnostic::error("syntax", "`cross each` names one group, whose samples are one part");
            let found = found.label(self.text.token_span(from + 4), "another one");
            found.help(format!("parts of whole groups of both are `cross 5, by: [{first}, {second}]`")).into()
        })
    }

    fn said(&self, what: &str) -> Diagnostic {
        Diagnostic::error("syntax", what).label(self.span(), "not here")
    }

    /// `not subject == "S03"`
    fn negated(&self, at: usize) -> Finding {
        let found = self.said("what is not is said by the comparison");
        let group = self.word();
        let other = match self.next_word() {
            "==" => "!=",
            "in" => "not in",
            _ => return found.help("write `subject != \"S03\"`, or `subject not in [\"S03\", \"S07\"]`").into(),
        };
        let start = self.previous().map_or(0, |not| self.text.tokens[not].start as usize);
        let text = format!("{group} {other}");
        let found = found.help(format!("write `{text}`"));
        self.offer(found, Edit { start, end: self.text.tokens[at + 1].end as usize, text }, Safety::Safe)
    }

    /// A `,` in place of a mark that joins two conditions.
    fn joined_by_comma(&self, mark: usize) -> Finding {
        let word = self.token_word(mark);
        let found = Diagnostic::error("syntax", format!("conditions are joined by `,`, not by `{word}`"));
        let found = found.label(self.text.token_span(mark), "write `,`");
        let start = self.insert(mark, "").start;
        let end = self.text.tokens[mark].end as usize;
        let found = found.help("of several conditions all hold: `where(subject == \"S03\", session != 2)`");
        self.offer(found, Edit { start, end, text: ",".into() }, Safety::Safe)
    }

    fn either(&self) -> Finding {
        let found = self.said("of several conditions all hold: there is no `or`");
        found
            .help(
                "names of one group stand in a list, `subject in [\"S03\", \"S07\"]`; what either of two rules has is `where(…) + where(…)`",
            )
            .into()
    }

    /// The last mark of sets before a token, in the same condition.
    fn joined(&self, at: usize) -> Option<usize> {
        let own = (0..at).rev().take_while(|i| !matches!(self.token_word(*i), "," | "("));
        own.into_iter().find(|i| matches!(self.token_word(*i), "&" | "|"))
    }

    /// Whether a token stands between the brackets of `where(…)`.
    fn is_in_where(&self, at: usize) -> bool {
        let Some((from, _)) = self.statement.filter(|(_, form)| form.word == "split") else { return false };
        let mut depth = 0;
        for i in (from..at).rev() {
            match self.token_word(i) {
                ")" | "]" => depth += 1,
                "(" | "[" if depth > 0 => depth -= 1,
                "(" if self.token_word(i - 1) == "where" => return true,
                _ => {}
            }
        }
        false
    }
}
