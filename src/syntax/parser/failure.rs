//! A text that the grammar refused: where, what it would have taken, and what stands around. Owns how findings and edits are
//! made there; which message it is, is for `explain.rs` and its neighbours to say.

use super::forms::{self, BODIES, Body, Form, is_statement};
use super::{Parsed, Rule, Text};
use crate::diagnostic::{Diagnostic, Safety};
use crate::span::Span;
use crate::split::Chunk;
use crate::text::Edit;
use crate::token::Kind;
use pest::error::{Error, ErrorVariant, InputLocation};

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

/// What is found with an edit that is also offered.
pub(super) fn offer(text: &Text, found: Diagnostic, edit: Edit, safety: Safety) -> Finding {
    let span = text.span(edit.start, edit.end);
    Finding { diagnostic: found.offer(span, edit.text.clone(), safety), edit: Some(edit), ends: false }
}

/// A failure with what stands around it.
pub(super) struct Context<'a, 't> {
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

impl<'a, 't> Context<'a, 't> {
    pub(super) fn new(text: &'a Text<'t>, chunk: &Chunk, word: usize, failure: &'a Failure) -> Self {
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

    pub(super) fn token_word(&self, at: usize) -> &str {
        self.text.word(at)
    }

    pub(super) fn next_word(&self) -> &str {
        self.found.map_or("", |at| self.text.word(at + 1))
    }

    /// Whether nothing stands between the token and the one before it.
    pub(super) fn touches(&self, at: usize) -> bool {
        at > 0 && self.text.tokens[at - 1].end == self.text.tokens[at].start
    }

    pub(super) fn is_kind(&self, at: usize, kind: Kind) -> bool {
        self.text.tokens.get(at).is_some_and(|t| t.kind == kind)
    }

    pub(super) fn statement_word(&self) -> &'static str {
        self.statement.map_or("", |(_, form)| form.word)
    }
}

/// Whether the token is a statement's word. `for` also begins a phase's length.
pub(super) fn begins_statement(text: &Text, at: usize, bodies: &[&Body]) -> bool {
    let word = text.word(at);
    bodies.iter().any(|body| body.form(word).is_some()) && (word != "for" || text.word(at + 2) == "in")
}

pub(super) fn body_start(text: &Text, chunk: &Chunk, word: usize) -> Option<usize> {
    (word..chunk.end).find(|&i| text.word(i) == "{")
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
