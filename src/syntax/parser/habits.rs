//! Habits of Python, YAML, C and other languages where the grammar refuses them: what is said, and what to write instead.
//! Those that show without the grammar are in `slips.rs`; those that it takes and the tree does not in `build.rs`.

use super::Rule;
use super::explain::{Finding, Place, offer};
use super::forms::{Body, Meant, statement_synonym};
use crate::diagnostic::{Diagnostic, Safety};
use crate::syntax::split::Chunk;
use crate::syntax::text::{Edit, Text};
use crate::syntax::token::Kind;

/// Statements whose word is followed by a new name and `=`.
pub(super) const NAMING: [&str; 11] =
    ["uni", "fusion", "head", "fixed", "layer", "let", "modality", "target", "split", "detect", "reference"];
pub(super) const ROLES: [&str; 4] = ["uni", "fusion", "head", "fixed"];

/// What Python and others write for `use`.
pub(super) fn import(text: &Text, chunk: &Chunk, first: usize, found: &Diagnostic) -> Option<Finding> {
    let word = text.word(first);
    if !matches!(word, "import" | "from" | "include" | "require" | "using") {
        return None;
    }
    let last = chunk.end - 1;
    let (start, end) = (text.tokens[first].start as usize, text.tokens[last].end as usize);
    let rest: Vec<&str> = (first + 1..chunk.end).map(|at| text.word(at)).collect();
    let path = match rest.iter().position(|word| *word == "import") {
        Some(at) if word == "from" => format!("{}.{}", rest[..at].concat(), rest[at + 1..].concat()),
        _ => rest.concat(),
    };
    let plain = path.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '*' | '"' | '/'));
    let found = found.clone().help("write `use std.FOLDER.NAME`, or `use \"./FILE.mhm\"`");
    if !plain || path.starts_with('.') || (path.contains('/') && !path.starts_with('"')) {
        return Some(found.into());
    }
    Some(offer(text, found, Edit { start, end, text: format!("use {path}") }, Safety::Safe))
}

impl Place<'_, '_> {
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

    /// A line that ends too early, so that the word of the next statement was read as a part of it.
    pub(super) fn cut_off(&self) -> Option<Finding> {
        let word = self.previous().filter(|&at| at > 0 && self.is_statement_word(at))?;
        self.text.tokens[word].indent?;
        let last = (0..word).rfind(|&i| !self.text.tokens[i].is_comment())?;
        let mark = self.token_word(last);
        let end = self.text.tokens[last].end as usize;
        if mark == "repeat" && self.failure.wants(Rule::lbrace) {
            let found = Diagnostic::error("syntax", "a `{` is missing after `repeat`");
            let found = found.label(self.text.token_span(last), "its body begins here").help(self.example());
            return Some(self.offer(found, Edit { start: end, end, text: " {".into() }, Safety::Safe));
        }
        if !matches!(mark, "=" | "|>" | "+" | "-" | "*" | "/" | "&" | "**" | ":") {
            return None;
        }
        let found = Diagnostic::error("syntax", format!("nothing follows this `{mark}`"));
        let found = found.label(self.text.token_span(last), "the line ends too early");
        Some(match mark {
            "|>" => self.replace(found.help("remove it, or add the next layer"), last, "", Safety::Unsafe),
            _ => found.help("add the value").into(),
        })
    }

    /// Words that have a meaning in other languages, and none here.
    pub(super) fn foreign_word(&self) -> Option<Finding> {
        let at = self.found.filter(|at| self.is_kind(*at, Kind::Word) || self.word() == "?")?;
        if self.begins_line() && self.failure.at_statement() {
            return None;
        }
        let says = |what: &str, help: &str| {
            let found = Diagnostic::error("syntax", what).label(self.span(), "no word of this language").help(help);
            Some(Finding::from(found))
        };
        match self.word() {
            "if" | "else" | "?" | "unless" | "when" | "where" => says(
                "there are no conditions",
                "what differs between runs is a parameter, which `vary` of an experiment gives its values",
            ),
            "as" if self.item == "use" => {
                says("`use` gives no other name", "an alias does: `schedule eight = Mhm(heads: 8)`")
            }
            "for" if self.failure.wants(Rule::comma) && !self.open().is_empty() => {
                says("there are no comprehensions", "write the values out, in `[` and `]`")
            }
            "by" | "over" | "per" | "across" | "vs" | "versus" if self.statement_word() == "compare" => {
                says("`compare` names one axis", "e.g. `compare method`: it compares at each value of the others")
            }
            "times" if self.statement_word() == "repeat" => {
                let found =
                    Diagnostic::error("syntax", "`repeat 3 { … }` needs no `times`").label(self.span(), "not needed");
                Some(self.replace(found.help("remove it"), at, "", Safety::Safe))
            }
            _ if self.previous_word() == "lambda" => {
                says("there are no functions of their own", "a template of layers is a `block`")
            }
            _ => None,
        }
    }

    /// `and`, `or`, `not` of sets of samples, and `and` in lists.
    pub(super) fn set_word(&self) -> Option<Finding> {
        let at = self.found?;
        let (from, _) = self.statement?;
        let in_set = matches!(self.statement_word(), "train" | "deploy" | "keep")
            && (from..at).any(|i| self.token_word(i) == "on");
        let rule = "sets of samples are joined with `+`, intersected with `&`, and taken away with `-`";
        let found = |word: &str| {
            let found = Diagnostic::error("syntax", format!("`{word}` is no operator")).label(self.span(), "here");
            if in_set { found.help(rule) } else { found.help(self.example()) }
        };
        let word = self.word();
        match word {
            "and" | "or" | "&" | "but" | "minus" | "without" | "plus" if in_set => {
                let not = matches!(self.next_word(), "not" | "!");
                let mark = match word {
                    "or" | "plus" => "+",
                    "minus" | "without" => "-",
                    _ if not => "-",
                    _ => "&",
                };
                let last = if not { at + 1 } else { at };
                Some(self.offer(found(word), self.instead(at, last, mark), Safety::Unsafe))
            }
            "!" | "~" if in_set => Some(self.replace(found(word), at, "all - ", Safety::Unsafe)),
            _ if in_set && self.previous_word() == "not" => {
                Some(self.replace(found("not"), at - 1, "all -", Safety::Unsafe))
            }
            "and" | "or" | "not" if !self.begins_line() => {
                let list = matches!(
                    self.statement_word(),
                    "metrics" | "train" | "table" | "figure" | "in" | "rows" | "columns"
                );
                let comma = Edit { text: ",".into(), ..self.instead(at, at, ",") };
                let comma = Edit { start: self.insert(at, "").start, ..comma };
                match list && word == "and" {
                    true => Some(self.offer(found(word).help("put a `,` between them"), comma, Safety::Safe)),
                    false => Some(found(word).into()),
                }
            }
            _ => None,
        }
    }

    /// Marks of other languages inside a statement.
    pub(super) fn foreign_mark(&self) -> Option<Finding> {
        let at = self.found?;
        let says =
            |what: String, help: &str| Diagnostic::error("syntax", what).label(self.span(), "this mark").help(help);
        match self.word() {
            "@" => Some(says("`@` is no operator".into(), "a product of matrices is `matmul(a, b)`").into()),
            "^" => Some(
                says("`^` is no operator".into(), "`block ** 3` are three in a row; numbers have no powers").into(),
            ),
            "-" if self.is_dashed(at) => {
                let name = format!("{}_{}", self.previous_word(), self.next_word());
                let found = says("a name has no `-`".into(), "").help(format!("write `{name}` everywhere"));
                Some(self.replace(found, at, "_", Safety::Unsafe))
            }
            "(" | "[" if self.failure.wants(Rule::lbrace) && self.in_body => {
                let close = self.closing(at)?;
                let (start, end) = (self.text.tokens[at].start as usize, self.text.tokens[close].end as usize);
                let text = format!("{{{}}}", &self.text.text[start + 1..end - 1]);
                let found = says("a body stands between `{` and `}`".into(), "").help(self.example());
                Some(self.offer(found, Edit { start, end, text }, Safety::Safe))
            }
            "\\" if self.text.tokens.get(at + 1).is_some_and(|t| t.indent.is_none()) => {
                let found = says("`\\` is no operator".into(), "a set without another is `all - fold(k)`");
                Some(self.replace(found, at, "-", Safety::Unsafe))
            }
            "\\" => {
                let found = says("a statement goes on over lines without `\\`".into(), "remove it");
                Some(self.replace(found, at, "", Safety::Safe))
            }
            "$" => Some(self.replace(says("a name stands without `$`".into(), "remove it"), at, "", Safety::Safe)),
            ">" | "→" => {
                let found = says("layers are chained with `|>`, not with `>`".into(), "e.g. `linear(32) |> relu`");
                Some(self.replace(found, at, "|>", Safety::Safe))
            }
            "|>" if self.previous_word() == "|>" => {
                let found = says("one `|>` stands between two layers".into(), "remove one of them");
                Some(self.replace(found, at, "", Safety::Safe))
            }
            "->" | "|>" if self.failure.wants(Rule::lbrace) => self.result_type(at),
            "<" => self.generics(at, ">"),
            "[" if self.failure.wants(Rule::define) && self.failure.wants(Rule::comma) => self.generics(at, "]"),
            ":" if self.failure.wants(Rule::lbrace) && self.next_word() == "{" => {
                Some(self.replace(says("no `:` stands before `{`".into(), "remove it"), at, "", Safety::Safe))
            }
            "=" | ":" if self.failure.wants(Rule::kw_in) => {
                let found =
                    says(format!("`{}` names its values with `in`", self.statement_word()), "").help(self.example());
                Some(self.offer(found, self.spaced(at, "in"), Safety::Safe))
            }
            "," if self.text.tokens.get(at + 1).is_none_or(|t| t.indent.is_some()) || self.next_word() == "}" => {
                if !self.failure.at_statement() || !self.open().is_empty() {
                    return None;
                }
                Some(self.replace(says("statements end without `,`".into(), "remove it"), at, "", Safety::Safe))
            }
            "=" if self.failure.at_statement() && self.previous_word() == ")" => self.unnamed_tuple(at),
            ":" if self.failure.wants(Rule::lbrace) => {
                let found =
                    says("a body stands between `{` and `}`".into(), "close it with `}`; `:` and indents mean nothing");
                Some(Finding { ends: true, ..found.into() })
            }
            ":" if self.failure.wants(Rule::rbracket) => Some(
                says(
                    "there are no slices `x[a:b]`".into(),
                    "a part of an axis is `x |> slice(0, a, b)`; see `mhm explain slice`",
                )
                .into(),
            ),
            "=" if self.is_annotated() => {
                let (from, _) = self.statement?;
                let found = says("a value is declared without its type".into(), "remove the type");
                Some(self.offer(found, self.instead(from + 2, at - 1, ""), Safety::Safe))
            }
            _ => None,
        }
    }

    /// `(a, b) = lstm(x)`, which goes on with the line before.
    fn unnamed_tuple(&self, at: usize) -> Option<Finding> {
        let open = (0..at).rfind(|&i| self.token_word(i) == "(")?;
        self.text.tokens[open].indent?;
        let found = Diagnostic::error("syntax", "values get their names with `let`");
        let found =
            found.label(self.text.token_span(open), "`let` is missing before this").help("write `let (a, b) = …`");
        Some(self.offer(found, self.instead(open, open, "let ("), Safety::Safe))
    }

    /// Another word for the token, with blanks around it.
    fn spaced(&self, at: usize, text: &str) -> Edit {
        let edit = self.instead(at, at, text);
        let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let before = if blank(self.text.text[..edit.start].chars().next_back()) { "" } else { " " };
        let after = if blank(self.text.text[edit.end..].chars().next()) { "" } else { " " };
        Edit { text: format!("{before}{text}{after}"), ..edit }
    }

    /// `uni hear-steps = …`
    fn is_dashed(&self, at: usize) -> bool {
        let words = self.is_kind(at - 1, Kind::Word) && self.is_kind(at + 1, Kind::Word);
        at > 0 && words && self.touches(at) && self.touches(at + 1) && !self.failure.wants(Rule::infix)
    }

    /// `let z: Tensor = …`
    fn is_annotated(&self) -> bool {
        let (Some(at), Some((from, _)), true) = (self.found, self.statement, self.open().is_empty()) else {
            return false;
        };
        from + 3 < at && at < from + 8 && self.is_kind(from + 1, Kind::Word) && self.token_word(from + 2) == ":"
    }

    /// `block F(x) -> Tensor {`
    fn result_type(&self, at: usize) -> Option<Finding> {
        let last = (at..self.text.tokens.len()).take(6).find(|&i| matches!(self.token_word(i + 1), "{" | "="))?;
        let found = Diagnostic::error("syntax", "what comes out is not declared").label(self.span(), "not needed");
        Some(self.offer(found.help("remove it"), self.instead(at, last, ""), Safety::Safe))
    }

    /// `List<Int>`
    fn generics(&self, at: usize, close: &str) -> Option<Finding> {
        let last = (at..self.text.tokens.len()).take(8).find(|&i| self.token_word(i) == close);
        let found = Diagnostic::error("syntax", "a type is one word").label(self.span(), "nothing more");
        let found = found.help("e.g. `Int`, `Float`, `List`; `mhm explain types` has all");
        Some(match last.filter(|_| self.failure.wants(Rule::define)) {
            Some(last) => self.offer(found, self.instead(at, last, ""), Safety::Safe),
            None => Diagnostic::error("syntax", "`<` is no operator")
                .label(self.span(), "this mark")
                .help(self.example())
                .into(),
        })
    }

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
        let axes = ["rows", "columns", "cells", "lines", "panels", "every"];
        let is_axis = |i: usize| axes.contains(&self.token_word(i));
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
        let units = ["epochs", "epoch", "steps", "step", "samples", "sample", "rounds", "round"];
        let fits = units.contains(&word) && self.is_kind(number, Kind::Number) && self.statement.is_some();
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
            "optimizer" | "rate" | "clip" => return one("a role may have its own: `optimizer head: sgd(lr: 0.1)`"),
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
                let (from, _) = self.statement.unwrap_or((at, &super::forms::NETWORK.forms[0]));
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
                let unit = match crate::suggest::unit(self.word()) {
                    Some(unit) => unit,
                    None => return found.into(),
                };
                let help = format!("`{}` are `{unit}` here", self.word());
                self.replace(found.help(help), at, unit, Safety::Safe)
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
