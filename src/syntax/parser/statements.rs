//! Statements whose word is none of the body: those of other languages and libraries, mistyped ones, and modules without a role.

use super::Rule;
use super::failure::{Context, Finding};
use super::forms::{self, Body, bodies_with, listed, statement_of};
use super::habits::{NAMING, ROLES};
use super::synonyms::{Meant, statement_synonym};
use crate::diagnostic::{Diagnostic, Safety};
use crate::suggest;
use crate::token::Kind;

impl Context<'_, '_> {
    /// A word where a statement might begin, and none of that name does.
    pub(super) fn unknown_statement(&self) -> Option<Finding> {
        if !self.failure.at_statement() || self.kind() != Some(Kind::Word) || !self.in_body {
            return None;
        }
        let body = self.body();
        let word = self.word();
        let own = !self.begins_line() && !matches!(self.previous_word(), "{" | "}");
        if let Some(finding) = self.foreign_statement(body).filter(|_| !own) {
            return Some(finding);
        }
        let near = suggest::meant(word, body.forms.iter().map(|form| form.word).chain(self.clauses()));
        let near = near.filter(|(near, _)| *near != word);
        let elsewhere = statement_of(word);
        if own && near.is_none() && elsewhere.is_none() {
            return None;
        }
        let all = format!("{} has {}", body.what, body.words());
        // What is a word of another body is meant so, unless it is but for its ending a word of this one.
        let is_kin = near.is_some_and(|(near, _)| near.starts_with(word) || word.starts_with(near));
        if let Some((other, form)) = elsewhere.filter(|_| !is_kin) {
            let others = listed(bodies_with(word).map(str::to_string), "and of");
            let message = format!("`{word}` is a statement of {others}, not of {}", self.what(body));
            let found = Diagnostic::error("unknown-statement", message).label(self.span(), "not here");
            return Some(found.help(format!("it stands in {}: `{}`; {all}", other.what, form.example)).into());
        }
        let found = Diagnostic::error("unknown-statement", format!("`{word}` is not a statement of {}", body.what));
        let found = found.label(self.span(), "not known here");
        Some(match near {
            Some((near, safety)) => {
                self.replace(found.help(format!("did you mean `{near}`? {all}")), self.found?, near, safety)
            }
            None => found.help(all).into(),
        })
    }

    /// The body that the word stands in: a phase that is closed before it is not.
    fn what(&self, body: &'static Body) -> &'static str {
        let own = statement_of(self.word()).is_some_and(|(other, _)| other.what == body.what);
        if own { self.bodies.first().map_or(body.what, |outer| outer.what) } else { body.what }
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
    pub(super) fn body(&self) -> &'static Body {
        let begins = |rules: &[Rule]| rules.iter().any(|rule| self.failure.wants(*rule));
        let outer = begins(&[Rule::schedule_stmt, Rule::experiment_stmt]);
        let [first, inner @ ..] = self.bodies else { return &forms::NETWORK };
        let wanted = inner.iter().find(|body| match body.what {
            _ if outer && !begins(&[Rule::phase_stmt, Rule::table_stmt, Rule::figure_stmt, Rule::choose_stmt]) => false,
            // After an error all may follow; the statement before tells which it is.
            _ if outer => self.statement.is_some_and(|(_, form)| body.form(form.word).is_some()),
            "a phase" => begins(&[Rule::phase_stmt]),
            "a search" => begins(&[Rule::choose_stmt]),
            "a table" => begins(&[Rule::table_stmt, Rule::axis]),
            _ => begins(&[Rule::figure_stmt, Rule::figure_axis, Rule::every]),
        });
        wanted.unwrap_or(first)
    }

    /// Whether what is given to the name at `at` mentions an input, a module or a value of the item: a tensor comes out then.
    fn reads_tensor(&self, at: usize) -> bool {
        let tokens = &self.text.tokens;
        let open = (0..at).rfind(|&i| self.token_word(i) == "{").unwrap_or(0);
        let line = (at + 1..tokens.len()).take_while(|&i| tokens[i].indent.is_none() || self.token_word(i) == "|>");
        let mentioned: Vec<&str> = line.filter(|&i| self.is_kind(i, Kind::Word)).map(|i| self.token_word(i)).collect();
        // The statement a token is in, while names are given there.
        let mut naming = "";
        let declared = (open + 1..at).filter(|&i| {
            if tokens[i].indent.is_some() {
                naming = self.token_word(i);
            } else if self.token_word(i) == "=" {
                naming = "";
            }
            let named = matches!(naming, "let" | "layer") || ROLES.contains(&naming);
            let input = naming == "in" && self.token_word(i + 1) == ":";
            self.is_kind(i, Kind::Word) && (input || named)
        });
        declared.map(|i| self.token_word(i)).any(|name| mentioned.contains(&name))
    }

    /// `see = linear(8)`: layers of which no tensor is made here are a module.
    fn roleless(&self, at: usize, body: &'static Body) -> Finding {
        let word = self.word();
        let (role, safety) = if body.what == "a block" {
            ("layer", Safety::Safe)
        } else {
            let before = (0..at).rfind(|&i| self.text.tokens[i].indent.is_some()).map_or("", |i| self.token_word(i));
            (ROLES.into_iter().find(|role| *role == before).unwrap_or("fusion"), Safety::Unsafe)
        };
        let found = Diagnostic::error("syntax", format!("the layers called `{word}` need a role"));
        let help = match safety {
            Safety::Safe => format!("write `layer {word} = …`"),
            Safety::Unsafe => {
                format!("write `uni {word} = …`, or `fusion`, `head` or `fixed`: what it is to a schedule")
            }
        };
        let found = found.label(self.span(), "no word before this says what it is").help(help);
        self.replace(found, at, &format!("{role} {word}"), safety)
    }

    /// A statement in the words of another language or library.
    pub(super) fn foreign_statement(&self, body: &'static Body) -> Option<Finding> {
        let at = self.found?;
        let word = self.word();
        let found = Diagnostic::error("unknown-statement", format!("`{word}` is not a statement of {}", body.what));
        let found = found.label(self.span(), "not known here");
        let marked = matches!(self.next_word(), "=" | ":");
        match statement_synonym(body, word) {
            Some(Meant::Word(ours)) => {
                let found = found.help(format!("it is called `{ours}` here: `{}`", body.form(ours)?.example));
                let names = NAMING.contains(&ours) || self.is_kind(at + 1, Kind::Word);
                let last = if marked && !names { at + 1 } else { at };
                return Some(self.offer(found, self.instead(at, last, ours), Safety::Safe));
            }
            Some(Meant::Before(ours)) => {
                let found = found.help(format!("write `{ours} {word}`"));
                return Some(self.replace(found, at, &format!("{ours} {word}"), Safety::Safe));
            }
            Some(Meant::Budget(unit)) => {
                let number = if marked { at + 2 } else { at + 1 };
                let right = format!("budget {} {unit}", self.token_word(number));
                return Some(match self.is_kind(number, Kind::Number) {
                    true => self.offer(
                        found.help(format!("write `{right}`")),
                        self.instead(at, number, &right),
                        Safety::Safe,
                    ),
                    false => found.help(format!("e.g. `budget 30 {unit}`")).into(),
                });
            }
            Some(Meant::Help(help)) => return Some(found.help(help).into()),
            None => {}
        }
        let networks = matches!(body.what, "a network" | "a block");
        if networks && marked && crate::suggest::meant(word, body.forms.iter().map(|f| f.word)).is_none() {
            if self.next_word() == "=" && !self.reads_tensor(at) {
                return Some(self.roleless(at, body));
            }
            let found = Diagnostic::error("syntax", format!("a value gets the name `{word}` with `let`"));
            let found =
                found.label(self.span(), "`let` is missing before this").help(format!("write `let {word} = …`"));
            return Some(self.replace(found, at, &format!("let {word}"), Safety::Safe));
        }
        if word == "self" {
            return Some(found.help("names stand alone, without `self.`").into());
        }
        None
    }
}
