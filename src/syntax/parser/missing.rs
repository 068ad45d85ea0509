//! Marks, words and brackets that are missing between two things, where there is just one that can be.

use super::Rule;
use super::explain::{Finding, Place};
use super::habits::ROLES;
use crate::diagnostic::{Diagnostic, Safety};
use crate::suggest;
use crate::syntax::token::Kind;

impl Place<'_, '_> {
    /// A `=`, `:`, `,`, `on` or `{` that is missing between two things.
    pub(super) fn missing_mark(&self) -> Option<Finding> {
        let wants = |rule| self.failure.wants(rule);
        let statement = self.in_body && self.found.is_some_and(|at| self.is_statement_word(at));
        if wants(Rule::lbrace) && (self.begins_line() || statement) {
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
}
