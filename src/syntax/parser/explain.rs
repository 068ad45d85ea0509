//! Why a text is no item, in words. Owns the choice of message and place for what the grammar refused, and where reading
//! goes on after it; habits of other languages are in `habits.rs`, the words themselves in `forms.rs`.

use super::failure::{Context, Failure, Finding, begins_statement, body_start, offer};
use super::forms::{self, listed, statement_of, wanted};
use super::habits::import;
use super::{Rule, Text};
use crate::diagnostic::{Diagnostic, Safety};
use crate::split::{Chunk, ITEM_WORDS, item_word};
use crate::suggest;
use crate::text::Edit;
use crate::token::Kind;

/// A stretch that no item begins.
pub(super) fn no_item(text: &Text, chunk: &Chunk) -> Finding {
    let first = (chunk.first..chunk.end).find(|&i| !text.tokens[i].is_comment()).unwrap_or(chunk.first);
    let (word, span) = (text.word(first), text.token_span(first));
    if text.tokens[first].kind == Kind::Close {
        return Diagnostic::error("unopened-brace", format!("this `{word}` closes nothing"))
            .label(span, "not opened before")
            .help("remove it, or look for one too many above")
            .into();
    }
    if ITEM_WORDS.contains(&word) {
        let found = Diagnostic::error("syntax", format!("`{word}` needs a name")).label(span, "no name follows");
        return found.help(format!("e.g. `{}`", forms::item_example(word))).into();
    }
    if word == "allow" {
        let found = Diagnostic::error("syntax", "`allow` names lints between parentheses and stands before an item");
        return found.label(span, "no item follows").help("e.g. `allow(fold-overlap) schedule Mhm { … }`").into();
    }
    let items = listed(ITEM_WORDS.iter().map(|w| format!("`{w}`")), "or");
    let begins = text.tokens.get(first + 1).is_some_and(|t| t.kind == Kind::Word);
    if let Some((body, form)) = statement_of(word).filter(|_| item_word(word).is_none() || !begins) {
        let message = format!("`{word}` is a statement of {} and stands between its braces", body.what);
        return Diagnostic::error("unknown-item", message)
            .label(span, "outside of any item")
            .help(format!("an item begins with {items}; inside {}: `{}`", body.what, form.example))
            .into();
    }
    let found = match text.tokens[first].kind {
        Kind::Word => Diagnostic::error("unknown-item", format!("`{word}` begins no item")),
        _ => Diagnostic::error("unknown-item", format!("an item is expected here, not `{word}`")),
    };
    let found = found.label(span, "an item begins here");
    if let Some(finding) = import(text, chunk, first, &found) {
        return finding;
    }
    let near = match item_word(word) {
        Some(near) => Some((near, Safety::Unsafe)),
        None => suggest::meant(word, ITEM_WORDS),
    };
    match near.filter(|_| text.tokens[first].kind == Kind::Word) {
        Some((near, safety)) => {
            let found = found.help(format!("did you mean `{near}`? An item begins with {items}"));
            let token = text.tokens[first];
            offer(text, found, Edit { start: token.start as usize, end: token.end as usize, text: near.into() }, safety)
        }
        None => found.help(format!("an item begins with {items}")).into(),
    }
}

/// Where to go on reading after a failure, and by which rule: at the next line that begins like a statement.
pub(super) fn resume(text: &Text, chunk: &Chunk, word: usize, failure: &Failure) -> Option<(Rule, usize)> {
    let (bodies, rule) = forms::of_item(text.word(word))?;
    let body = body_start(text, chunk, word)?;
    let refused = text.token_at(failure.at);
    let unknown = text.tokens.get(refused).filter(|_| failure.at_statement()).and_then(|t| t.indent);
    let mut depth = 0;
    for at in refused..chunk.end {
        let token = text.tokens[at];
        let known = token.indent.is_some() && begins_statement(text, at, bodies);
        // After an unknown statement the next line that is indented no deeper is another, known or not.
        let next = token.kind == Kind::Word && token.indent.is_some_and(|i| unknown.is_some_and(|u| i <= u));
        let begins = at > body && depth <= 0 && (known || next);
        let again = failure.at_statement() && token.start as usize == failure.at;
        if begins && !again {
            return Some((rule, token.start as usize));
        }
        match text.word(at) {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            _ => {}
        }
    }
    None
}

/// One failure inside an item.
pub(super) fn explain(text: &Text, chunk: &Chunk, word: usize, failure: &Failure) -> Finding {
    let context = Context::new(text, chunk, word, failure);
    if failure.expected.is_empty() {
        let found = Diagnostic::error("too-deep", "this item is too involved to be read");
        return found.label(text.token_span(word), "this one").help("split it into several").into();
    }
    if let Some(surplus) = chunk.surplus.filter(|_| failure.wants(Rule::EOI)) {
        let found = Diagnostic::error("unopened-brace", "this `}` closes nothing");
        let found =
            found.label(text.token_span(surplus), "one too many").help("remove it, or add the `{` it belongs to");
        return context.replace(found, surplus, "", Safety::Unsafe);
    }
    context
        .cut_off()
        .or_else(|| context.number())
        .or_else(|| context.condition())
        .or_else(|| context.foreign_word())
        .or_else(|| context.foreign_mark())
        .or_else(|| context.set_word())
        .or_else(|| context.open_bracket())
        .or_else(|| context.late_through())
        .or_else(|| context.needless_mark())
        .or_else(|| context.needless_brackets())
        .or_else(|| context.needs_brackets())
        .or_else(|| context.missing_mark())
        .or_else(|| context.missing_comma())
        .or_else(|| context.missing_part())
        .or_else(|| context.slip())
        .or_else(|| context.unknown_statement())
        .unwrap_or_else(|| context.unexpected())
}

impl Context<'_, '_> {
    /// `for 1 epoch through head[k]`: the route comes first.
    fn late_through(&self) -> Option<Finding> {
        let (train, _) = self.statement.filter(|(_, form)| self.word() == "through" && form.word == "train")?;
        let length = (train..self.before).find(|&i| matches!(self.text.word(i), "for" | "until"))?;
        let word = self.text.word(length);
        let found = Diagnostic::error("syntax", format!("`through` stands before `{word}`"));
        let found = found.label(self.span(), "too late").label(self.text.token_span(length), "write it before this");
        Some(found.help("e.g. `train uni, fusion on fold(k) through head[k] for 1 epoch`").into())
    }

    fn unexpected(&self) -> Finding {
        let mut wanted: Vec<&str> = self.failure.expected.iter().filter_map(|rule| wanted(*rule)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.contains(&"a value") {
            wanted.retain(|w| !matches!(*w, "a name" | "`[`" | "`(`" | "a text in double quotes"));
        }
        // A finished value could also go on; saying so would bury what is missing.
        if wanted.len() > 1 {
            wanted.retain(|w| !matches!(*w, "`(`" | "`[`"));
        }
        let wanted = listed(wanted.into_iter().map(str::to_owned), "or");
        let message = match (self.found, wanted.as_str()) {
            (Some(_), "") => format!("`{}` does not belong here", self.word()),
            (None, "") => "the item ends too early".to_owned(),
            (Some(_), _) if self.failure.at_statement() && self.kind() != Some(Kind::Close) => {
                format!("`{}` does not belong here", self.word())
            }
            (Some(_), wanted) if self.begins_line() => format!("expected {wanted} after `{}`", self.previous_word()),
            (Some(_), wanted) => format!("expected {wanted}, found `{}`", self.word()),
            (None, wanted) => format!("expected {wanted} before the end of the item"),
        };
        if self.word() == "through" && self.found.is_some() {
            let found = Diagnostic::error("syntax", "`through` stands before how long a phase is");
            let help = "e.g. `phase embedding { train fusion on fold(k) through head[k] for 1 epoch }`";
            return self.completed(found.label(self.span(), "behind the length").help(help));
        }
        let help = match self.failure.wants(Rule::infix) && matches!(self.kind(), Some(Kind::Word | Kind::Number)) {
            true => format!("chain layers with `|>` and part a list with `,`; {}", self.example()),
            false => self.example(),
        };
        let found = Diagnostic::error("syntax", message);
        let found = match self.found {
            Some(_) if self.begins_line() && !self.failure.at_statement() => found.label(self.gap(), "missing here"),
            Some(_) => found.label(self.span(), "not expected here"),
            None => found.label(self.gap(), "here"),
        };
        self.completed(found.help(help))
    }
}
