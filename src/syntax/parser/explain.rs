//! Why a text is no item, in words. Owns the choice of message and place for what the grammar refused, and where reading
//! goes on after it; habits of other languages are in `habits.rs`, the words themselves in `forms.rs`.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::forms::{self, BODIES, Body, Form, is_statement, listed, wanted};
use super::{Parsed, Rule, Text};
use crate::diagnostic::{Diagnostic, Safety};
use crate::span::Span;
use crate::suggest;
use crate::syntax::split::{Chunk, ITEM_WORDS, item_word};
use crate::syntax::text::Edit;
use crate::syntax::token::Kind;

/// Where the grammar gave up, and what it would have taken there.
pub(super) struct Failure {
    pub at: usize,
    /// Where reading began.
    base: usize,
    pub expected: Vec<Rule>,
}

/// What is said of a failure, and how the text is read on.
pub(super) struct Finding {
    pub diagnostic: Diagnostic,
    /// What to read instead; what is offered to the writer, if anything is, is the same.
    pub edit: Option<Edit>,
    /// The rest of the item is of the same cause.
    pub ends: bool,
}

impl From<Diagnostic> for Finding {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { diagnostic, edit: None, ends: false }
    }
}

impl Finding {
    /// With what was read after its edit: the item, if it is sure that the edit is what was meant.
    pub(super) fn before(self, mut rest: Parsed) -> Parsed {
        let sure = self.edit.is_some() && self.diagnostic.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe);
        rest.item = rest.item.filter(|_| sure);
        rest.found.insert(0, self.diagnostic);
        rest
    }

    /// What is left to say where its edit mends nothing.
    pub(super) fn unmended(self) -> Diagnostic {
        Diagnostic { fix: None, ..self.diagnostic }
    }
}

impl Failure {
    /// An error of a parse that began at offset `base`.
    pub(super) fn new(error: Error<Rule>, base: usize) -> Self {
        let at = match error.location {
            InputLocation::Pos(at) => at,
            InputLocation::Span((at, _)) => at,
        };
        let expected = match error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives,
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        Self { at: base + at, base, expected }
    }

    pub(super) fn wants(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    /// Whether a statement might begin here.
    pub(super) fn at_statement(&self) -> bool {
        self.expected.iter().any(is_statement)
    }
}

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
    if let Some(finding) = super::habits::import(text, chunk, first, &found) {
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

/// What is found with an edit that is also offered.
pub(super) fn offer(text: &Text, found: Diagnostic, edit: Edit, safety: Safety) -> Finding {
    let span = text.span(edit.start, edit.end);
    Finding { diagnostic: found.offer(span, edit.text.clone(), safety), edit: Some(edit), ends: false }
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

/// Whether the token is a statement's word. `for` also begins a phase's length.
fn begins_statement(text: &Text, at: usize, bodies: &[&Body]) -> bool {
    let word = text.word(at);
    bodies.iter().any(|body| body.form(word).is_some()) && (word != "for" || text.word(at + 2) == "in")
}

fn body_start(text: &Text, chunk: &Chunk, word: usize) -> Option<usize> {
    (word..chunk.end).find(|&i| text.word(i) == "{")
}

/// One failure inside an item.
pub(super) fn explain(text: &Text, chunk: &Chunk, word: usize, failure: &Failure) -> Finding {
    let place = Place::new(text, chunk, word, failure);
    if failure.expected.is_empty() {
        let found = Diagnostic::error("too-deep", "this item is too involved to be read");
        return found.label(text.token_span(word), "this one").help("split it into several").into();
    }
    if let Some(surplus) = chunk.surplus.filter(|_| failure.wants(Rule::EOI)) {
        let found = Diagnostic::error("unopened-brace", "this `}` closes nothing");
        let found =
            found.label(text.token_span(surplus), "one too many").help("remove it, or add the `{` it belongs to");
        return place.replace(found, surplus, "", Safety::Unsafe);
    }
    place
        .cut_off()
        .or_else(|| place.number())
        .or_else(|| place.foreign_word())
        .or_else(|| place.foreign_mark())
        .or_else(|| place.set_word())
        .or_else(|| place.open_bracket())
        .or_else(|| place.late_through())
        .or_else(|| place.needless_mark())
        .or_else(|| place.needless_brackets())
        .or_else(|| place.needs_brackets())
        .or_else(|| place.missing_mark())
        .or_else(|| place.missing_comma())
        .or_else(|| place.missing_part())
        .or_else(|| place.slip())
        .or_else(|| place.unknown_statement())
        .unwrap_or_else(|| place.unexpected())
}

/// A failure with what stands around it.
pub(super) struct Place<'a, 't> {
    pub text: &'a Text<'t>,
    pub failure: &'a Failure,
    pub item: &'a str,
    /// The token that was refused; `None` at the end of the item.
    pub found: Option<usize>,
    /// One past the last token before it.
    pub before: usize,
    /// The first token that may be to blame.
    pub from: usize,
    /// The word of the statement it is in, if the failure is in a body.
    pub statement: Option<(usize, &'static Form)>,
    pub(super) bodies: &'static [&'static Body],
    pub in_body: bool,
}

impl<'a, 't> Place<'a, 't> {
    fn new(text: &'a Text<'t>, chunk: &Chunk, word: usize, failure: &'a Failure) -> Self {
        let at = text.token_at(failure.at).min(chunk.end);
        let found = (at < chunk.end).then_some(at);
        let item = text.word(word);
        let bodies = forms::of_item(item).map_or(&[] as &[_], |(bodies, _)| bodies);
        let body = body_start(text, chunk, word).filter(|&body| body < at);
        let statement = body.and_then(|body| statement_at(text, body + 1..at, bodies));
        let from = body.map_or(word, |body| body + 1).max(text.token_at(failure.base));
        Self { text, failure, item, found, before: at, from, statement, bodies, in_body: body.is_some() }
    }

    pub(super) fn word(&self) -> &str {
        self.found.map_or("", |at| self.text.word(at))
    }

    pub(super) fn kind(&self) -> Option<Kind> {
        self.found.map(|at| self.text.tokens[at].kind)
    }

    pub(super) fn begins_line(&self) -> bool {
        self.found.is_some_and(|at| self.text.tokens[at].indent.is_some())
    }

    /// The refused token, or the end of the item.
    pub(super) fn span(&self) -> Span {
        match self.found {
            Some(at) => self.text.token_span(at),
            None => self.text.span(self.failure.at, self.failure.at),
        }
    }

    /// Just behind the last token before the failure.
    pub(super) fn gap(&self) -> Span {
        let end = self.previous().map_or(self.failure.at, |at| self.text.tokens[at].end as usize);
        self.text.span(end, end)
    }

    pub(super) fn previous(&self) -> Option<usize> {
        (0..self.before).rfind(|&i| !self.text.tokens[i].is_comment())
    }

    pub(super) fn previous_word(&self) -> &str {
        self.previous().map_or("", |at| self.text.word(at))
    }

    /// `a \`uni\` statement reads like …`
    pub(super) fn example(&self) -> String {
        match self.statement {
            Some((_, form)) => format!("e.g. `{}`", form.example),
            None => format!("e.g. `{}`", forms::item_example(self.item)),
        }
    }

    pub(super) fn offer(&self, found: Diagnostic, edit: Edit, safety: Safety) -> Finding {
        offer(self.text, found, edit, safety)
    }

    /// Offers another word for the token.
    pub(super) fn replace(&self, found: Diagnostic, at: usize, text: &str, safety: Safety) -> Finding {
        self.offer(found, self.instead(at, at, text), safety)
    }

    /// Other words for the tokens from one to another, and a blank where they would touch what stands beside.
    pub(super) fn instead(&self, first: usize, last: usize, text: &str) -> Edit {
        let (start, end) = (self.text.tokens[first].start as usize, self.text.tokens[last].end as usize);
        let gap = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        let touch = text.is_empty()
            && gap(self.text.text[..start].chars().next_back())
            && gap(self.text.text[end..].chars().next());
        Edit { start, end, text: if touch { " ".into() } else { text.into() } }
    }

    /// Behind what stands before the token.
    pub(super) fn insert(&self, at: usize, text: &str) -> Edit {
        let before = (0..at).rfind(|&i| !self.text.tokens[i].is_comment());
        let end = before.map_or(self.text.tokens[at].start, |i| self.text.tokens[i].end) as usize;
        Edit { start: end, end, text: text.into() }
    }

    /// Where the last token before the failure ends.
    pub(super) fn end(&self) -> usize {
        self.previous().map_or(self.failure.at, |at| self.text.tokens[at].end as usize)
    }

    pub(super) fn is_statement_word(&self, at: usize) -> bool {
        begins_statement(self.text, at, self.bodies)
    }

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

/// The word of the statement that the token after `range` is in.
fn statement_at(text: &Text, range: std::ops::Range<usize>, bodies: &[&Body]) -> Option<(usize, &'static Form)> {
    let mut depth = 0i32;
    for at in range.rev() {
        match text.word(at) {
            ")" | "]" => depth += 1,
            "(" | "[" => depth -= 1,
            _ => {}
        }
        // `for 1 epoch` goes on with a `train`.
        if text.word(at) == "for" && text.tokens.get(at + 1).is_some_and(|t| t.kind != Kind::Word) {
            continue;
        }
        let Some(form) =
            BODIES.iter().filter(|b| bodies.iter().any(|own| own.what == b.what)).find_map(|b| b.form(text.word(at)))
        else {
            continue;
        };
        let before = at.checked_sub(1).map_or("", |before| text.word(before));
        // `vary noise in …`: a word after the one that begins its line is a name.
        let named =
            at.checked_sub(1).is_some_and(|at| begins_statement(text, at, bodies) && text.tokens[at].indent.is_some());
        let ends_value = before.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, ')' | ']' | '"' | '_'));
        let after_value = ends_value && !named;
        if text.tokens[at].indent.is_some() || matches!(before, "{" | "}") || (after_value && depth <= 0) {
            return Some((at, form));
        }
    }
    None
}

/// The body that has statements of this word.
pub(super) fn statement_of(word: &str) -> Option<(&'static Body, &'static Form)> {
    BODIES.iter().find_map(|body| body.form(word).map(|form| (*body, form)))
}
