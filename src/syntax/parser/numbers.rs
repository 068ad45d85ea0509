//! Numbers as they are written in other languages, where the grammar refuses them.

use super::failure::{Context, Finding};
use crate::diagnostic::{Diagnostic, Safety};
use crate::token::Kind;

impl Context<'_, '_> {
    /// Numbers as they are written elsewhere: `.5`, `5.`, `1e-3f`, `0..8`, `30%`, `0,5`.
    pub(super) fn number(&self) -> Option<Finding> {
        let at = self.found?;
        let after_number = at > 0 && self.is_kind(at - 1, Kind::Number) && self.touches(at);
        let bad = |message: String| Diagnostic::error("bad-number", message).label(self.span(), "here");
        // Two points without a blank behind them are no range, and what they touch is found in the place of it.
        if at > 0 && self.token_word(at - 1) == ".." && self.touches(at) {
            return self.range(at - 1);
        }
        match self.word() {
            ".." => self.range(at),
            "." if after_number && self.is_kind(at + 1, Kind::Number) => {
                Some(bad("a number has one point".into()).help("e.g. `1.5`").into())
            }
            "." if after_number => {
                let found = bad("a number does not end in `.`".into());
                let found = found.help(format!("write `{}.0`", self.previous_word()));
                Some(self.replace(found, at, ".0", Safety::Safe))
            }
            "." if self.is_kind(at + 1, Kind::Number) && self.touches(at + 1) => {
                let found = bad("a number begins with a digit".into()).help(format!("write `0.{}`", self.next_word()));
                Some(self.replace(found, at, "0.", Safety::Safe))
            }
            "%" if after_number => {
                let share = self.previous_word().parse::<f64>().ok()? / 100.0;
                let found = bad("a share is a number from 0 to 1, not in `%`".into()).help(format!("write `{share}`"));
                Some(self.offer(found, self.instead(at - 1, at, &share.to_string()), Safety::Unsafe))
            }
            "," if after_number && self.is_kind(at + 1, Kind::Number) && self.touches(at + 1) => {
                self.comma_in_number(at)
            }
            word if after_number && self.kind() == Some(Kind::Word) => self.suffix(at, word),
            _ => None,
        }
    }

    /// `0..8`
    fn range(&self, at: usize) -> Option<Finding> {
        let inclusive = self.token_word(at + 1) == "=";
        let last = at + 1 + usize::from(inclusive);
        let (from, to) = (self.token_word(at.checked_sub(1)?), self.token_word(last));
        if self.is_kind(at - 1, Kind::Word) && self.is_kind(last, Kind::Word) {
            let found = Diagnostic::error("syntax", "names in a path are joined by one `.`");
            let found = found.label(self.text.token_span(at), "two points").help(format!("write `{from}.{to}`"));
            return Some(self.replace(found, at, ".", Safety::Safe));
        }
        let found = Diagnostic::error("bad-number", format!("there is no range `{from}..{to}`"));
        let found = found.label(self.text.token_span(at), "two points");
        let of_columns = at > 2 && self.token_word(at - 3) == "columns";
        if self.is_kind(last, Kind::String) || (of_columns && !inclusive) {
            let found = found.help(format!("blanks stand around it: `{from} .. {to}`"));
            return Some(self.replace(found, at, " .. ", Safety::Safe));
        }
        let (Ok(from), Ok(to)) = (from.parse::<u32>(), to.parse::<u32>()) else {
            return Some(found.help("write the values out, in `[` and `]`").into());
        };
        let to = to.saturating_add(u32::from(inclusive));
        if self.statement_word() == "seeds" && from == 0 {
            let found = found.help(format!("`seeds {to}` are the seeds 0 to {}", to.saturating_sub(1)));
            return Some(self.offer(found, self.instead(at - 1, last, &to.to_string()), Safety::Unsafe));
        }
        if to < from || to - from > 20 {
            return Some(found.help("write the values out, in `[` and `]`").into());
        }
        let values: Vec<String> = (from..to).map(|n| n.to_string()).collect();
        let values = format!("[{}]", values.join(", "));
        let found = found.help(format!("write the values out: `{values}`"));
        Some(self.offer(found, self.instead(at - 1, last, &values), Safety::Unsafe))
    }

    fn comma_in_number(&self, at: usize) -> Option<Finding> {
        // In a list a comma stands between two numbers.
        if !self.open().is_empty() {
            return None;
        }
        let (mark, rule) = match self.next_word().len() {
            3 if self.previous_word() != "0" => ("_", "digits are grouped with `_`, not with `,`"),
            _ => (".", "a number has a `.` before its decimals, not a `,`"),
        };
        let number = format!("{}{mark}{}", self.previous_word(), self.next_word());
        let found = Diagnostic::error("bad-number", rule).label(self.span(), "here").help(format!("write `{number}`"));
        Some(self.replace(found, at, mark, Safety::Unsafe))
    }

    /// `1e-3f`, `5k`
    fn suffix(&self, at: usize, word: &str) -> Option<Finding> {
        let number = self.previous_word();
        let found = Diagnostic::error("bad-number", format!("`{number}{word}` is no number"));
        let found = found.label(self.text.token_span(at - 1).to(self.span()), "here");
        let types = ["f", "F", "d", "D", "l", "L", "u", "U", "LL", "f32", "f64", "i32", "i64", "u32", "u64", "j"];
        if types.contains(&word) {
            let found = found.help(format!("write `{number}`: numbers have no type"));
            return Some(self.replace(found, at, "", Safety::Safe));
        }
        if let ("k" | "K", Ok(thousands)) = (word, number.parse::<u32>()) {
            let whole = format!("{thousands}_000");
            let found = found.help(format!("write `{whole}`"));
            return Some(self.offer(found, self.instead(at - 1, at, &whole), Safety::Unsafe));
        }
        Some(found.help("a number is written like `32`, `0.5` or `1e-3`, a length like `20 epochs`").into())
    }
}
