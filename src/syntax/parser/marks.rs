//! Marks and brackets around values: those that are not needed, those that are, and what else completes a statement.

use super::Rule;
use super::failure::{Context, Finding};
use super::forms;
use super::habits::{AXES, NAMING, ROLES};
use crate::diagnostic::{Diagnostic, Safety};
use crate::text::Edit;
use crate::token::Kind;

const UNITS: [&str; 8] = ["epochs", "epoch", "steps", "step", "samples", "sample", "rounds", "round"];

impl Context<'_, '_> {
    /// `batch = 32`, `loss: x`, `budget epochs: 30`
    pub(super) fn needless_mark(&self) -> Option<Finding> {
        let at = self.found?;
        let (from, form) = self.statement?;
        if !matches!(self.word(), "=" | ":") {
            return self.unit_first(at, at);
        }
        if let Some(finding) = self.unit_first(at, at + 1) {
            return Some(finding);
        }
        if form.word == "replicas" && ROLES.contains(&self.previous_word()) {
            let found = Diagnostic::error("syntax", format!("no `{}` stands after the roles", self.word()));
            let found = found.label(self.span(), "not needed").help(self.example());
            return Some(self.replace(found, at, "", Safety::Safe));
        }
        if form.word == "published" && self.word() == ":" && self.is_kind(at - 1, Kind::String) {
            let found = Diagnostic::error("syntax", "no `:` stands after the source").label(self.span(), "not needed");
            return Some(self.replace(found.help(self.example()), at, "", Safety::Safe));
        }
        if self.previous() != Some(from) {
            return None;
        }
        if let Some(finding) = self.json(at) {
            return Some(finding);
        }
        if NAMING.contains(&form.word) && (self.word() == "=" || !self.is_kind(at + 1, Kind::Word)) {
            let message = format!("`{}` needs a name before `{}`", form.word, self.word());
            let found = Diagnostic::error("syntax", message).label(self.span(), "no name before");
            return Some(found.help(self.example()).into());
        }
        let message = format!("no `{}` stands after `{}`", self.word(), form.word);
        let found = Diagnostic::error("syntax", message).label(self.span(), "not needed").help(self.example());
        Some(self.replace(found, at, "", Safety::Safe))
    }

    /// `{ rows: method, columns: task }`: the marks of both are of one cause.
    fn json(&self, at: usize) -> Option<Finding> {
        let is_axis = |i: usize| AXES.contains(&self.token_word(i));
        if !is_axis(at - 1) {
            return None;
        }
        let tokens = &self.text.tokens;
        let end = (at..tokens.len()).find(|&i| self.token_word(i) == "}")?;
        let needless = |i: usize| match self.token_word(i) {
            ":" | "=" => is_axis(i - 1),
            "," => is_axis(i + 1),
            _ => false,
        };
        let last = (at..end).rfind(|&i| needless(i))?;
        let mut text = String::new();
        for i in at..=last {
            let gap = &self.text.text[tokens[i - 1].end as usize..tokens[i].start as usize];
            text += if i > at { gap } else { "" };
            text += if needless(i) { "" } else { self.token_word(i) };
        }
        let found =
            Diagnostic::error("syntax", format!("no `{}` stands after `{}`", self.word(), self.previous_word()));
        let found = found.label(self.span(), "not needed").help("e.g. `{ rows method  columns task }`");
        let (start, end) = (tokens[at].start as usize, tokens[last].end as usize);
        Some(self.offer(found, Edit { start, end, text }, Safety::Safe))
    }

    /// `budget epochs: 30`, whose number is the token `number`.
    fn unit_first(&self, at: usize, number: usize) -> Option<Finding> {
        let unit = self.previous()?;
        let word = self.token_word(unit);
        let fits = UNITS.contains(&word) && self.is_kind(number, Kind::Number) && self.statement.is_some();
        let own = self.text.tokens[unit].indent.is_some() && self.item == "pipeline";
        if !fits || number - unit > 2 || !(own || matches!(self.statement_word(), "budget" | "train")) {
            return None;
        }
        let right = format!("{} {word}", self.token_word(number));
        // A number on the line before took the unit for its own.
        if self.text.tokens[unit].indent.is_some() {
            let found = Diagnostic::error("unknown-statement", format!("`{word}` is not a statement"));
            let found = found.label(self.text.token_span(unit), "not known here");
            let right = format!("budget {right}");
            let found = found.help(format!("write `{right}`"));
            return Some(self.offer(found, self.instead(unit, number, &right), Safety::Safe));
        }
        let found = Diagnostic::error("syntax", "a length is a number and its unit");
        let found =
            found.label(self.text.token_span(at.min(number)), "the wrong way round").help(format!("write `{right}`"));
        Some(self.offer(found, self.instead(unit, number, &right), Safety::Safe))
    }

    /// `table (a, b)`, `compare "method"`, `replicas [head] 4`
    pub(super) fn needless_brackets(&self) -> Option<Finding> {
        let at = self.found?;
        let (from, form) = self.statement?;
        let names = self.failure.wants(Rule::name) || self.failure.wants(Rule::role) || self.failure.wants(Rule::view);
        let loops = self.previous_word() == "for" && self.failure.wants(Rule::name);
        if !loops && (self.previous() != Some(from) || !names) {
            return None;
        }
        let last = match self.kind()? {
            Kind::String | Kind::Quoted => at,
            Kind::Open if matches!(self.word(), "(" | "[") => self.closing(at)?,
            _ => return None,
        };
        let (start, end) = (self.text.tokens[at].start as usize, self.text.tokens[last].end as usize);
        let written = &self.text.text[start..end];
        let inside = written[1..written.len() - 1].trim();
        let inside = if form.word == "vary" && self.word() == "[" { format!("({inside})") } else { inside.to_owned() };
        let marks = format!("{}…{}", &written[..1], &written[written.len() - 1..]);
        let word = self.previous_word();
        let found = Diagnostic::error("syntax", format!("what follows `{word}` stands without `{marks}`"));
        let found = found.label(self.span(), "not needed").help(format!("write `{word} {inside}`"));
        Some(self.offer(found, Edit { start, end, text: inside }, Safety::Safe))
    }

    /// The token that closes the bracket at `open`.
    pub(super) fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0usize;
        (open..self.text.tokens.len()).find(|&at| {
            match self.text.tokens[at].kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        })
    }

    /// `modalities a, b`, `seeds 1, 2`; and statements that take one value.
    pub(super) fn needs_brackets(&self) -> Option<Finding> {
        let at = self.found.filter(|_| self.word() == ",")?;
        let (from, form) = self.statement?;
        let one = |help: &str| {
            let found = Diagnostic::error("syntax", format!("`{}` takes one value", form.word));
            Some(Finding::from(found.label(self.span(), "another one").help(help)))
        };
        match form.word {
            "modalities" | "seeds" | "vary" if self.open().is_empty() => {}
            "uni" | "fusion" | "head" | "fixed" | "layer" if self.open().is_empty() => {
                let found = Diagnostic::error("syntax", "layers are chained with `|>`, not with `,`");
                let found = found.label(self.span(), "here").help("e.g. `linear(32) |> relu`");
                return Some(self.replace(found, at, " |>", Safety::Unsafe));
            }
            "compare" => return one("it compares the values of one axis at each value of the others"),
            "data" | "network" | "schedule" => return one("to compare several, make it a parameter and `vary` it"),
            "optimizer" | "rate" | "clip" | "modality_dropout" => {
                return one("a role may have its own: `optimizer head: sgd(lr: 0.1)`");
            }
            "loss" => {
                let found = Diagnostic::error("syntax", "losses are added with `+`").label(self.span(), "not a sum");
                let found = found.help("e.g. `loss mse(a, x) + 0.5 * cross_entropy(b, y)`");
                return Some(self.replace(found, at, " +", Safety::Unsafe));
            }
            _ => return None,
        }
        let first = match form.word {
            "vary" => (from..at).find(|&i| self.token_word(i) == "in")? + 1,
            _ => from + 1,
        };
        let line = (at + 1..self.text.tokens.len()).find(|&i| self.text.tokens[i].indent.is_some());
        let last = (at..line.unwrap_or(self.text.tokens.len()))
            .rfind(|&i| self.text.tokens[i].kind != Kind::Comment && self.token_word(i) != "}")?;
        let (start, end) = (self.text.tokens[first].start as usize, self.text.tokens[last].end as usize);
        let list = format!("[{}]", &self.text.text[start..end]);
        let found = Diagnostic::error("syntax", format!("several values of `{}` stand in `[` and `]`", form.word));
        let found = found.label(self.span(), "another value").help(format!("write `{list}`"));
        Some(self.offer(found, Edit { start, end, text: list }, Safety::Safe))
    }

    /// With an edit for what is missing or too much, where there is just one.
    pub(super) fn completed(&self, found: Diagnostic) -> Finding {
        let Some(at) = self.found else { return found.into() };
        if self.item == "use" && !self.in_body {
            return self.use_path(found, at);
        }
        if self.failure.wants(Rule::list) && !self.failure.wants(Rule::name) {
            let inside = match self.word() {
                "(" => self.closing(at).map(|close| (close, self.text.tokens[at].end, self.text.tokens[close].start)),
                _ => matches!(self.kind(), Some(Kind::Word | Kind::Number))
                    .then(|| (at, self.text.tokens[at].start, self.text.tokens[at].end)),
            };
            if let Some((last, start, end)) = inside {
                let shape = format!("[{}]", &self.text.text[start as usize..end as usize]);
                let found = found.help(format!("a shape stands in `[` and `]`: write `{shape}`"));
                return self.offer(found, self.instead(at, last, &shape), Safety::Safe);
            }
        }
        let chains = matches!(self.statement_word(), "uni" | "fusion" | "head" | "fixed" | "layer");
        if chains && self.failure.wants(Rule::infix) && self.kind() == Some(Kind::Word) && self.previous_word() == ")" {
            return self.offer(found, self.insert(at, " |>"), Safety::Unsafe);
        }
        match self.statement_word() {
            "folds" if self.word() == ":" => {
                let (from, _) = self.statement.unwrap_or((at, &forms::NETWORK.forms[0]));
                match self.closing(from + 1).filter(|_| self.token_word(from + 1) == "(") {
                    Some(close) => {
                        let (start, end) =
                            (self.text.tokens[from + 1].start as usize, self.text.tokens[close].end as usize);
                        let text = format!(" {}", &self.text.text[start + 1..end - 1]);
                        self.offer(found, Edit { start, end, text }, Safety::Safe)
                    }
                    None => found.into(),
                }
            }
            "replicas" if self.failure.wants(Rule::role) && self.previous_word() == "," => {
                let comma = self.previous().unwrap_or(at);
                self.replace(found.help("the count stands without a `,`"), comma, "", Safety::Safe)
            }
            "for" if self.failure.wants(Rule::kw_folds) => {
                let last = (at..self.text.tokens.len()).take(8).find(|&i| self.token_word(i + 1) == "{");
                match last {
                    Some(last) => self.offer(found, self.instead(at, last, "folds"), Safety::Unsafe),
                    None => found.into(),
                }
            }
            "replicas" if self.is_kind(at, Kind::Number) && ROLES.contains(&self.previous_word()) => {
                self.offer(found, self.insert(at - 1, ","), Safety::Safe)
            }
            "budget" | "train" if self.failure.wants(Rule::unit) && !self.begins_line() => {
                if let Some(unit) = crate::suggest::unit(self.word()) {
                    let help = format!("`{}` are `{unit}` here", self.word());
                    return self.replace(found.help(help), at, unit, Safety::Safe);
                }
                match crate::suggest::nearest(self.word(), UNITS) {
                    Some(unit) => self.replace(found.help(format!("did you mean `{unit}`?")), at, unit, Safety::Safe),
                    None => found.into(),
                }
            }
            _ => found.into(),
        }
    }

    /// `use ./shapes.mhm`
    fn use_path(&self, found: Diagnostic, at: usize) -> Finding {
        let word = (0..=at).rfind(|&i| self.token_word(i) == "use").unwrap_or(at);
        let line = self.text.tokens[word + 1..].iter().take_while(|t| t.indent.is_none() && !t.is_comment());
        let start = self.text.tokens.get(word + 1).map_or(0, |t| t.start as usize);
        let end = line.last().map_or(start, |t| t.end as usize);
        let path = self.text.text.get(start..end).unwrap_or_default();
        if !(path.contains('/') || path.ends_with(".mhm")) || path.contains(['"', '\n', ' ']) {
            return found.into();
        }
        let (path, message) = match path.starts_with("std/") {
            true => (path.replace('/', "."), "the parts of a path of the library are separated by `.`"),
            false => (format!("\"{path}\""), "the path of a file stands in double quotes"),
        };
        let found = Diagnostic::error("syntax", message).label(self.text.span(start, end), "this path");
        self.offer(found.help(format!("write `use {path}`")), Edit { start, end, text: path }, Safety::Safe)
    }
}
