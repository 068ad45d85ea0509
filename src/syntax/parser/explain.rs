//! Why a text is no item, in words. Owns the choice of message and place for what the grammar refused, and where reading
//! goes on after it; the words themselves are in `forms.rs`.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::forms::{self, BODIES, Body, Form, is_statement, listed, wanted};
use super::{Rule, Text};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::suggest::nearest;
use crate::syntax::split::{Chunk, ITEM_WORDS};
use crate::syntax::token::Kind;

/// Where the grammar gave up, and what it would have taken there.
pub(super) struct Failure {
    at: usize,
    expected: Vec<Rule>,
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
        Self { at: base + at, expected }
    }

    fn wants(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    /// Whether a statement might begin here.
    fn at_statement(&self) -> bool {
        self.expected.iter().any(is_statement)
    }
}

/// A stretch that no item begins.
pub(super) fn no_item(text: &Text, chunk: &Chunk) -> Diagnostic {
    let first = (chunk.first..chunk.end).find(|&i| !text.tokens[i].is_comment()).unwrap_or(chunk.first);
    let (word, span) = (text.word(first), text.token_span(first));
    if text.tokens[first].kind == Kind::Close {
        return Diagnostic::error("unopened-brace", format!("this `{word}` closes nothing"))
            .label(span, "not opened before")
            .help("remove it, or look for one too many above");
    }
    if ITEM_WORDS.contains(&word) {
        let found = Diagnostic::error("syntax", format!("`{word}` needs a name")).label(span, "no name follows");
        return found.help(format!("e.g. `{}`", forms::item_example(word)));
    }
    if word == "allow" {
        let found = Diagnostic::error("syntax", "`allow` names lints between parentheses and stands before an item");
        return found.label(span, "no item follows").help("e.g. `allow(fold-overlap) schedule Mhm { … }`");
    }
    let items = listed(ITEM_WORDS.iter().map(|w| format!("`{w}`")), "or");
    if let Some((body, form)) = statement_of(word) {
        let message = format!("`{word}` is a statement of {} and stands between its braces", body.what);
        return Diagnostic::error("unknown-item", message)
            .label(span, "outside of any item")
            .help(format!("an item begins with {items}; inside {}: `{}`", body.what, form.example));
    }
    let found = match text.tokens[first].kind {
        Kind::Word => Diagnostic::error("unknown-item", format!("`{word}` begins no item")),
        _ => Diagnostic::error("unknown-item", format!("an item is expected here, not `{word}`")),
    };
    let found = found.label(span, "an item begins here");
    let near = if word == "import" { Some("use") } else { nearest(word, ITEM_WORDS) };
    match near.filter(|_| text.tokens[first].kind == Kind::Word) {
        Some(near) => found.help(format!("did you mean `{near}`? An item begins with {items}")).fix(span, near),
        None => found.help(format!("an item begins with {items}")),
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

/// Whether the token is a statement's word. `for` also begins a phase's length.
fn begins_statement(text: &Text, at: usize, bodies: &[&Body]) -> bool {
    let word = text.word(at);
    bodies.iter().any(|body| body.form(word).is_some()) && (word != "for" || text.word(at + 2) == "in")
}

fn body_start(text: &Text, chunk: &Chunk, word: usize) -> Option<usize> {
    (word..chunk.end).find(|&i| text.word(i) == "{")
}

/// One failure inside an item.
pub(super) fn explain(text: &Text, chunk: &Chunk, word: usize, failure: &Failure) -> Diagnostic {
    let place = Place::new(text, chunk, word, failure);
    if failure.expected.is_empty() {
        let found = Diagnostic::error("too-deep", "this item is too involved to be read");
        return found.label(text.token_span(word), "this one").help("split it into several");
    }
    place
        .open_bracket()
        .or_else(|| place.missing_comma())
        .or_else(|| place.missing_part())
        .or_else(|| place.slip())
        .or_else(|| place.unknown_statement())
        .unwrap_or_else(|| place.unexpected())
}

/// A failure with what stands around it.
struct Place<'a, 't> {
    text: &'a Text<'t>,
    failure: &'a Failure,
    item: &'a str,
    /// The token that was refused; `None` at the end of the item.
    found: Option<usize>,
    /// One past the last token before it.
    before: usize,
    /// The word of the statement it is in, if the failure is in a body.
    statement: Option<(usize, &'static Form)>,
    bodies: &'static [&'static Body],
    in_body: bool,
}

impl<'a, 't> Place<'a, 't> {
    fn new(text: &'a Text<'t>, chunk: &Chunk, word: usize, failure: &'a Failure) -> Self {
        let at = text.token_at(failure.at).min(chunk.end);
        let found = (at < chunk.end).then_some(at);
        let item = text.word(word);
        let bodies = forms::of_item(item).map_or(&[] as &[_], |(bodies, _)| bodies);
        let body = body_start(text, chunk, word).filter(|&body| body < at);
        let statement = body.and_then(|body| statement_at(text, body + 1..at, bodies));
        Self { text, failure, item, found, before: at, statement, bodies, in_body: body.is_some() }
    }

    fn word(&self) -> &str {
        self.found.map_or("", |at| self.text.word(at))
    }

    fn kind(&self) -> Option<Kind> {
        self.found.map(|at| self.text.tokens[at].kind)
    }

    fn begins_line(&self) -> bool {
        self.found.is_some_and(|at| self.text.tokens[at].indent.is_some())
    }

    /// The refused token, or the end of the item.
    fn span(&self) -> Span {
        match self.found {
            Some(at) => self.text.token_span(at),
            None => self.text.span(self.failure.at, self.failure.at),
        }
    }

    /// Just behind the last token before the failure.
    fn gap(&self) -> Span {
        let end = self.previous().map_or(self.failure.at, |at| self.text.tokens[at].end as usize);
        self.text.span(end, end)
    }

    fn previous(&self) -> Option<usize> {
        (0..self.before).rfind(|&i| !self.text.tokens[i].is_comment())
    }

    fn previous_word(&self) -> &str {
        self.previous().map_or("", |at| self.text.word(at))
    }

    /// `a \`uni\` statement reads like …`
    fn example(&self) -> String {
        match self.statement {
            Some((_, form)) => format!("e.g. `{}`", form.example),
            None => format!("e.g. `{}`", forms::item_example(self.item)),
        }
    }

    /// A `(` or `[` of this statement that the failure shows to be open.
    fn open_bracket(&self) -> Option<Diagnostic> {
        if !(self.failure.wants(Rule::rparen) || self.failure.wants(Rule::rbracket)) {
            return None;
        }
        let ends = match self.kind() {
            None | Some(Kind::Close) => true,
            Some(Kind::Open) => self.word() == "{",
            Some(Kind::Word) => self.begins_line() && self.found.is_some_and(|at| self.is_statement_word(at)),
            _ => false,
        };
        let from = self.statement.map_or(0, |(at, _)| at);
        let mut open = Vec::new();
        for at in from..self.before {
            match self.text.word(at) {
                "(" | "[" => open.push(at),
                ")" | "]" => drop(open.pop()),
                "{" | "}" => open.clear(),
                _ => {}
            }
        }
        let open = open.pop().filter(|_| ends)?;
        let (mark, close) = if self.text.word(open) == "(" { ("(", ")") } else { ("[", "]") };
        let found = Diagnostic::error("unclosed-bracket", format!("this `{mark}` is never closed"));
        let found = found.label(self.text.token_span(open), "opened here");
        let found = match self.found {
            Some(_) => found.label(self.span(), format!("`{close}` is missing before this")),
            None => found,
        };
        Some(found.help(format!("add the missing `{close}`")))
    }

    fn is_statement_word(&self, at: usize) -> bool {
        begins_statement(self.text, at, self.bodies)
    }

    fn missing_comma(&self) -> Option<Diagnostic> {
        let inside = self.failure.wants(Rule::rparen) || self.failure.wants(Rule::rbracket);
        let begins_value = matches!(self.kind()?, Kind::Word | Kind::Number | Kind::String | Kind::Open | Kind::Quoted);
        if !inside || !self.failure.wants(Rule::comma) || !begins_value {
            return None;
        }
        if self.failure.wants(Rule::type_of) && self.kind() == Some(Kind::Word) {
            let found = Diagnostic::error("syntax", format!("a `:` is missing before `{}`", self.word()));
            return Some(found.label(self.span(), "a type").help(self.example()).fix(self.gap(), ":"));
        }
        let (name, value) = (self.previous_word(), self.word());
        if self.failure.wants(Rule::rparen) && self.follows_first_word() && self.kind() != Some(Kind::Word) {
            let found = Diagnostic::error("syntax", format!("a `:` or a `,` is missing before `{value}`"));
            let found = found.label(self.span(), "the argument's value, or another argument");
            return Some(found.help(format!("write `{name}: {value}` where `{name}` is the name of a parameter")));
        }
        let found = Diagnostic::error("syntax", format!("a `,` is missing before `{value}`"));
        let found = found.label(self.span(), "another item of this list");
        Some(found.help("put a `,` between them").fix(self.gap(), ","))
    }

    /// Whether one bare word stands between this and the `(` or `,` before.
    fn follows_first_word(&self) -> bool {
        let Some(word) = self.previous() else { return false };
        let before = (0..word).rfind(|&i| !self.text.tokens[i].is_comment());
        self.text.tokens[word].kind == Kind::Word && before.is_some_and(|i| matches!(self.text.word(i), "(" | ","))
    }

    /// What a statement cannot do without, in the words of that statement.
    fn missing_part(&self) -> Option<Diagnostic> {
        let (at, form) = self.statement?;
        let just_begun = self.previous() == Some(at);
        let wants = |rule| self.failure.wants(rule);
        let message = match form.word {
            "phase" if just_begun && wants(Rule::name) => "a phase needs a name".to_owned(),
            "train" if wants(Rule::kw_on) => "`train` needs to say `on` which samples".to_owned(),
            "train" if just_begun => "`train` needs to say what it trains".to_owned(),
            "published" if just_begun => "`published` needs to say where it is published: a text in quotes".to_owned(),
            "vary" if wants(Rule::kw_in) => "`vary` needs `in` and a list of values".to_owned(),
            "for" if wants(Rule::kw_in) || wants(Rule::kw_folds) => "a loop runs `in folds`".to_owned(),
            "replicas" if wants(Rule::role) && !wants(Rule::comma) => {
                "`replicas` needs a role: `uni`, `fusion`, `head` or `fixed`".to_owned()
            }
            word if wants(Rule::unit) && !self.failure.at_statement() => {
                format!("this amount after `{word}` needs a unit: `epochs`, `steps`, `samples` or `rounds`")
            }
            word if wants(Rule::eq) && word != "out" => format!("`{word}` needs `=` and a value here"),
            _ => return None,
        };
        let found = match self.found {
            Some(_) => Diagnostic::error("syntax", message).label(self.span(), self.found_text()),
            None => Diagnostic::error("syntax", message).label(self.gap(), self.found_text()),
        };
        Some(found.help(self.example()))
    }

    fn found_text(&self) -> String {
        match self.found {
            Some(_) => format!("`{}` stands here", self.word()),
            None => "the item ends here".to_owned(),
        }
    }

    /// Single characters that mean something elsewhere.
    fn slip(&self) -> Option<Diagnostic> {
        let at = self.found?;
        let span = self.span();
        if self.word() == "." && self.text.tokens.get(at + 1).is_some_and(|t| t.kind == Kind::Number) {
            let found = Diagnostic::error("bad-number", "a number begins with a digit").label(span, "no digit before");
            return Some(found.help("write `0.`").fix(span, "0."));
        }
        let after_number = self.previous().is_some_and(|at| self.text.tokens[at].kind == Kind::Number);
        if self.word() == "." && after_number {
            let found = Diagnostic::error("bad-number", "a number does not end in `.`").label(span, "no digit after");
            return Some(found.help(format!("write `{}.0`", self.previous_word())).fix(span, ".0"));
        }
        if matches!(self.word(), ")" | "]") && self.failure.at_statement() {
            let found = Diagnostic::error("unopened-bracket", format!("this `{}` closes nothing", self.word()));
            return Some(found.label(span, "not opened before").help("remove it"));
        }
        if self.kind() != Some(Kind::Stray) {
            return None;
        }
        let c = self.word().chars().next()?;
        let found = match c {
            '\'' => Diagnostic::error("unclosed-string", "text stands between double quotes")
                .label(span, "a single quote")
                .help("write `\"…\"`"),
            c if c.is_ascii_graphic() => Diagnostic::error("syntax", format!("`{c}` means nothing here"))
                .label(span, "this character")
                .help(self.example()),
            c => {
                let message = format!("the character U+{:04X} means nothing here", u32::from(c));
                Diagnostic::error("syntax", message).label(span, "this character").help(
                    "names are of the letters a to z, digits and `_`; other characters stand in texts and comments",
                )
            }
        };
        Some(found)
    }

    /// A word where a statement might begin, and none of that name does.
    fn unknown_statement(&self) -> Option<Diagnostic> {
        if !self.failure.at_statement() || self.kind() != Some(Kind::Word) || !self.in_body {
            return None;
        }
        let body = self.body();
        let word = self.word();
        let near = nearest(word, body.forms.iter().map(|form| form.word).chain(self.clauses()));
        if !self.begins_line() && !matches!(self.previous_word(), "{" | "}") && near.is_none() {
            return None;
        }
        let found = match statement_of(word) {
            Some((other, _)) => {
                let message = format!("`{word}` is a statement of {}, not of {}", other.what, body.what);
                Diagnostic::error("unknown-statement", message)
            }
            None => Diagnostic::error("unknown-statement", format!("`{word}` is not a statement of {}", body.what)),
        };
        let found = found.label(self.span(), "not known here");
        let all = format!("{} has {}", body.what, body.words());
        Some(match near {
            Some(near) => found.help(format!("did you mean `{near}`? {all}")).fix(self.span(), near),
            None => found.help(all),
        })
    }

    /// Words that may go on with the statement before the failure.
    fn clauses(&self) -> impl Iterator<Item = &'static str> {
        self.failure.expected.iter().filter_map(|rule| match rule {
            Rule::kw_from => Some("from"),
            Rule::kw_through => Some("through"),
            Rule::kw_for => Some("for"),
            Rule::kw_until => Some("until"),
            Rule::kw_at => Some("at"),
            Rule::unit => Some("epochs"),
            _ => None,
        })
    }

    /// The body whose statements were expected.
    fn body(&self) -> &'static Body {
        let begins = |rules: &[Rule]| rules.iter().any(|rule| self.failure.wants(*rule));
        let outer = begins(&[Rule::schedule_stmt, Rule::experiment_stmt]);
        let [first, inner @ ..] = self.bodies else { return &forms::NETWORK };
        let wanted = inner.iter().find(|body| match body.what {
            // After an error all may follow; the statement before tells which it is.
            _ if outer => self.statement.is_some_and(|(_, form)| body.form(form.word).is_some()),
            "a phase" => begins(&[Rule::phase_stmt]),
            "a table" => begins(&[Rule::table_stmt, Rule::axis]),
            _ => begins(&[Rule::figure_stmt, Rule::figure_axis, Rule::every]),
        });
        wanted.unwrap_or(first)
    }

    fn unexpected(&self) -> Diagnostic {
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
            (Some(_), wanted) => format!("expected {wanted}, found `{}`", self.word()),
            (None, wanted) => format!("expected {wanted} before the end of the item"),
        };
        let help = match self.failure.wants(Rule::infix) && matches!(self.kind(), Some(Kind::Word | Kind::Number)) {
            true => format!("chain layers with `|>` and part a list with `,`; {}", self.example()),
            false => self.example(),
        };
        let found = Diagnostic::error("syntax", message);
        match self.found {
            Some(_) => found.label(self.span(), "not expected here").help(help),
            None => found.label(self.gap(), "here").help(help),
        }
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
fn statement_of(word: &str) -> Option<(&'static Body, &'static Form)> {
    BODIES.iter().find_map(|body| body.form(word).map(|form| (*body, form)))
}
