//! Marks, words and brackets that are missing between two things, where there is just one that can be.

use super::Rule;
use super::failure::{Context, Finding};
use super::habits::{AXES, ROLES};
use crate::diagnostic::{Diagnostic, Safety};
use crate::suggest;
use crate::text::Edit;
use crate::token::Kind;

impl Context<'_, '_> {
    /// A `=`, `:`, `,`, `on` or `{` that is missing between two things.
    pub(super) fn missing_mark(&self) -> Option<Finding> {
        let wants = |rule| self.failure.wants(rule);
        let statement = self.in_body && self.found.is_some_and(|at| self.is_statement_word(at));
        // A body that may be left away is not missing where another statement begins.
        let another = self.failure.at_statement() && !AXES.contains(&self.word());
        if wants(Rule::lbrace) && !another && (self.begins_line() || statement) {
            if let Some(finding) = self.bare_axes() {
                return Some(finding);
            }
            let found = Diagnostic::error("syntax", format!("a `{{` is missing after `{}`", self.previous_word()));
            let found = found.label(self.gap(), "the body begins here").help(self.example());
            return Some(self.offer(found, self.insert(self.found?, " {"), Safety::Safe));
        }
        if let Some((at, _)) = self.statement.filter(|(at, _)| *at > 0 && self.previous() == Some(*at)) {
            let before = self.text.tokens[at - 1];
            if self.token_word(at - 1) == "," && self.text.tokens[at].indent.is_some() {
                let span = self.text.span(before.start as usize, before.end as usize);
                let found = Diagnostic::error("syntax", "statements end without `,`").label(span, "one too many");
                return Some(self.replace(found.help("remove it"), at - 1, "", Safety::Safe));
            }
        }
        let at = self.found.filter(|_| !self.begins_line())?;
        let value = matches!(self.kind()?, Kind::Word | Kind::Number | Kind::String | Kind::Open | Kind::Quoted);
        if !value || self.word() == "{" {
            return None;
        }
        let path = self.item == "use" && !self.in_body;
        let word = self.statement_word();
        let open = self.open();
        if let Some(finding) = self.missing_brackets(at) {
            return Some(finding);
        }
        if open.is_empty() && self.is_list_item(at) {
            return Some(self.comma());
        }
        let mark = match () {
            () if path => return None,
            () if wants(Rule::kw_from) && !self.in_body && self.kind() == Some(Kind::String) => "from",
            () if wants(Rule::kw_on) && matches!(self.word(), "with" | "using" | "over" | "from") => {
                let found =
                    Diagnostic::error("syntax", format!("samples stand after `on`, not after `{}`", self.word()));
                let found = found.label(self.span(), "write `on`").help(self.example());
                return Some(self.replace(found, at, "on", Safety::Safe));
            }
            () if wants(Rule::kw_in)
                && matches!(self.word(), "over" | "of" | "from" | "through" | "across" | "among") =>
            {
                let found =
                    Diagnostic::error("syntax", format!("values stand after `in`, not after `{}`", self.word()));
                let found = found.label(self.span(), "write `in`").help(self.example());
                return Some(self.replace(found, at, "in", Safety::Safe));
            }
            () if wants(Rule::kw_in) && matches!(word, "vary" | "for") => "in",
            () if wants(Rule::kw_on) && word == "train" && self.kind() == Some(Kind::Word) => "on",
            () if wants(Rule::kw_on) && matches!(word, "keep" | "deploy") => "on",
            () if wants(Rule::colon) && open.is_empty() && !self.failure.at_statement() => ":",
            () if wants(Rule::eq) && open.is_empty() && !self.failure.at_statement() => "=",
            () if wants(Rule::define) && !wants(Rule::lbrace) && !wants(Rule::type_of) => "=",
            () => return None,
        };
        let article = if mark.len() > 1 { "" } else { "a " };
        let found = Diagnostic::error("syntax", format!("{article}`{mark}` is missing before `{}`", self.word()));
        let found = found.label(self.span(), "here").help(self.example());
        let text = if mark == ":" { ":".to_owned() } else { format!(" {mark}") };
        Some(self.offer(found, self.insert(at, &text), Safety::Safe))
    }

    /// `table test_error rows method`: a body of axes without its braces, both of which are missing.
    fn bare_axes(&self) -> Option<Finding> {
        let at = self.found.filter(|at| AXES.contains(&self.token_word(*at)))?;
        let tokens = &self.text.tokens;
        let ends = |i: usize| {
            let word = self.token_word(i);
            word == "}" || (tokens[i].indent.is_some() && !AXES.contains(&word)) || tokens[i].is_comment()
        };
        let end = (at..tokens.len()).find(|i| ends(*i))?;
        let (start, last) = (tokens[at].start as usize, tokens[end - 1].end as usize);
        let text = format!("{{ {} }}", &self.text.text[start..last]);
        let found = Diagnostic::error("syntax", format!("`{{` and `}}` are missing around `{}`", self.word()));
        let found = found.label(self.span(), "the body begins here").help(self.example());
        Some(self.offer(found, Edit { start, end: last, text }, Safety::Safe))
    }

    /// `key "train"`, `except k`, `head k`, `class 2`, `linear(2) relu`
    fn missing_brackets(&self, at: usize) -> Option<Finding> {
        let before =
            self.previous().filter(|&i| self.is_kind(i, Kind::Word) && self.statement.is_some_and(|(s, _)| s != i))?;
        let (name, value) = (self.token_word(before), self.word());
        let one = matches!(self.kind()?, Kind::String | Kind::Number | Kind::Word);
        let in_train = self.statement_word() == "train";
        let right = match name {
            "fold" | "except" if one && in_train => format!("{name}({value})"),
            role if ROLES.contains(&role) && in_train && one && self.next_word() == "on" => format!("{name}[{value}]"),
            _ if self.kind() == Some(Kind::String) && self.failure.wants(Rule::infix) => format!("{name}({value})"),
            "class" | "multi" | "real" if self.is_kind(at, Kind::Number) && self.statement_word() == "target" => {
                format!("{name}({value})")
            }
            _ => return None,
        };
        let found = Diagnostic::error("syntax", format!("brackets are missing around `{value}`"));
        let found = found.label(self.span(), "here").help(format!("write `{right}`"));
        Some(self.offer(found, self.instead(before, at, &right), Safety::Safe))
    }

    /// Whether a `,` is missing between this and what stands before, in a list without brackets.
    fn is_list_item(&self, at: usize) -> bool {
        let ends = self
            .previous()
            .is_some_and(|i| matches!(self.text.tokens[i].kind, Kind::Word | Kind::Close | Kind::Number));
        let (Some((from, form)), true) = (self.statement, ends) else { return false };
        if at == from + 1 || !self.is_kind(at, Kind::Word) || matches!(self.word(), "by" | "over" | "per" | "of") {
            return false;
        }
        match form.word {
            "metrics" | "table" | "figure" | "rows" | "columns" | "cells" | "lines" | "panels" => {
                !self.is_statement_word(at)
                    && suggest::meant(self.word(), self.body().forms.iter().map(|f| f.word)).is_none()
            }
            "in" => self.failure.at_statement() && matches!(self.next_word(), ":" | "["),
            "folds" => self.next_word() == ":",
            "train" => self.failure.wants(Rule::kw_on) && ROLES.contains(&self.word()),
            _ => false,
        }
    }

    pub(super) fn missing_comma(&self) -> Option<Finding> {
        let inside = self.failure.wants(Rule::rparen) || self.failure.wants(Rule::rbracket);
        let begins_value = matches!(self.kind()?, Kind::Word | Kind::Number | Kind::String | Kind::Open | Kind::Quoted);
        if !inside || !self.failure.wants(Rule::comma) || !begins_value {
            return None;
        }
        let capital = self.previous_word().starts_with(|c: char| c.is_ascii_uppercase());
        if self.failure.wants(Rule::type_of) && capital && self.kind() == Some(Kind::Word) && !self.begins_line() {
            let right = format!("{}: {}", self.word(), self.previous_word());
            let found =
                Diagnostic::error("syntax", "a parameter's type stands after its name").label(self.span(), "its name");
            let edit = self.instead(self.previous()?, self.found?, &right);
            return Some(self.offer(found.help(format!("write `{right}`")), edit, Safety::Safe));
        }
        if self.failure.wants(Rule::type_of) && self.kind() == Some(Kind::Word) && !self.begins_line() {
            let found = Diagnostic::error("syntax", format!("a `:` is missing before `{}`", self.word()));
            let found = found.label(self.span(), "a type").help(self.example());
            return Some(self.offer(found, self.insert(self.found?, ":"), Safety::Safe));
        }
        let (name, value) = (self.previous_word(), self.word());
        if self.failure.wants(Rule::rparen) && self.follows_first_word() && self.kind() != Some(Kind::Word) {
            let found = Diagnostic::error("syntax", format!("a `:` or a `,` is missing before `{value}`"));
            let found = found.label(self.span(), "the argument's value, or another argument");
            let found = found.help(format!("write `{name}: {value}` where `{name}` is the name of a parameter"));
            return Some(self.offer(found, self.insert(self.found?, ":"), Safety::Safe));
        }
        Some(self.comma())
    }

    /// Whether a value of the list that is open has a name to be shown by, so that the word before may be another.
    fn has_labels(&self) -> bool {
        let Some(open) = self.open().pop() else { return false };
        let mut depth = 0usize;
        for at in open + 1..self.text.tokens.len() {
            match self.text.word(at) {
                ":" if depth == 0 && self.text.word(open) == "[" => return true,
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" if depth == 0 => return false,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
        }
        false
    }

    /// Offers a `,` behind what stands before.
    pub(super) fn comma(&self) -> Finding {
        let found = match self.begins_line() {
            true => {
                let found = Diagnostic::error("syntax", format!("a `,` is missing after `{}`", self.previous_word()));
                found.label(self.gap(), "here").label(self.span(), "another item of this list")
            }
            false => {
                let found = Diagnostic::error("syntax", format!("a `,` is missing before `{}`", self.word()));
                found.label(self.span(), "another item of this list")
            }
        };
        let edit = Edit { start: self.end(), end: self.end(), text: ",".into() };
        let (help, safety) = match !self.begins_line() && self.kind() == Some(Kind::Word) && self.has_labels() {
            true => ("put a `,` between them, or a `:` where the first is a label", Safety::Unsafe),
            false => ("put a `,` between them", Safety::Safe),
        };
        self.offer(found.help(help), edit, safety)
    }

    /// Whether one bare word stands between this and the `(` or `,` before.
    fn follows_first_word(&self) -> bool {
        let Some(word) = self.previous() else { return false };
        let before = (0..word).rfind(|&i| !self.text.tokens[i].is_comment());
        self.text.tokens[word].kind == Kind::Word && before.is_some_and(|i| matches!(self.text.word(i), "(" | ","))
    }

    /// What a statement cannot do without, in the words of that statement.
    pub(super) fn missing_part(&self) -> Option<Finding> {
        let (at, form) = self.statement?;
        let just_begun = self.previous() == Some(at);
        let wants = |rule| self.failure.wants(rule);
        let message = match form.word {
            "phase" if just_begun && wants(Rule::name) => "a phase needs a name".to_owned(),
            "train" if just_begun => "`train` needs to say what it trains".to_owned(),
            "published" if just_begun => "`published` needs to say where it is published: a text in quotes".to_owned(),
            "vary" if wants(Rule::kw_in) => "`vary` needs `in` and a list of values".to_owned(),
            "for" if wants(Rule::kw_in) || wants(Rule::kw_folds) => "a loop runs `in folds`".to_owned(),
            "replicas" if wants(Rule::role) && !wants(Rule::comma) => {
                "`replicas` needs a role: `uni`, `fusion`, `head` or `fixed`".to_owned()
            }
            "deploy" if wants(Rule::kw_on) => "`deploy best` needs to say `on` which samples".to_owned(),
            "train" if wants(Rule::kw_on) && (at..self.before).any(|i| self.text.word(i) == "until") => {
                "`until no gain in …` needs to say `on` which samples".to_owned()
            }
            "train" if wants(Rule::kw_on) => "`train` needs to say `on` which samples".to_owned(),
            word if wants(Rule::unit) && !self.failure.at_statement() => {
                format!("this amount after `{word}` needs a unit: `epochs`, `steps`, `samples` or `rounds`")
            }
            // A line of its own is another statement.
            "metrics" if self.begins_line() => return None,
            word if wants(Rule::eq) && word != "out" => format!("`{word}` needs `=` and a value here"),
            _ => return None,
        };
        let help = match form.word {
            "deploy" => "e.g. `deploy best head on validation`".to_owned(),
            "train" if message.starts_with("`until") => "e.g. `until no gain in 5 epochs on validation`".to_owned(),
            _ => self.example(),
        };
        let found = self.at_gap_or_found(Diagnostic::error("syntax", message)).help(help);
        Some(self.completed(found))
    }

    /// What is missing at the end of a line is shown there, not where the next line begins.
    pub(super) fn at_gap_or_found(&self, found: Diagnostic) -> Diagnostic {
        match self.found {
            Some(_) if self.begins_line() => found.label(self.gap(), "something is missing here"),
            Some(_) => found.label(self.span(), format!("`{}` stands here", self.word())),
            None => found.label(self.gap(), "the item ends here"),
        }
    }
}
