//! Habits of Python, YAML, C and other languages where the grammar refuses them: what is said, and what to write instead.
//! Those that show without the grammar are in `slips.rs`; those that it takes and the tree does not in `build.rs`.

use super::Rule;
use super::failure::{Context, Finding, offer};
use crate::diagnostic::{Diagnostic, Safety};
use crate::split::Chunk;
use crate::text::{Edit, Text};
use crate::token::Kind;

/// Statements whose word is followed by a new name and `=`.
pub(super) const NAMING: [&str; 12] =
    ["uni", "fusion", "head", "fixed", "layer", "let", "modality", "target", "group", "split", "detect", "reference"];
/// Words of the body of a table or a figure.
pub(super) const AXES: [&str; 6] = ["rows", "columns", "cells", "lines", "panels", "every"];
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

impl Context<'_, '_> {
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
            "as" if matches!(self.statement_word(), "table" | "figure") => {
                says("a name to be shown by stands before its measure", "e.g. `table \"Accuracy\": test_accuracy`")
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

    /// Single characters that mean something elsewhere.
    pub(super) fn slip(&self) -> Option<Finding> {
        let at = self.found?;
        let span = self.span();
        if matches!(self.word(), ")" | "]") && self.failure.at_statement() {
            let found = Diagnostic::error("unopened-bracket", format!("this `{}` closes nothing", self.word()));
            let found = found.label(span, "not opened before").help("remove it");
            return Some(self.replace(found, at, "", Safety::Safe));
        }
        if self.kind() != Some(Kind::Stray) {
            return None;
        }
        let c = self.word().chars().next()?;
        let found = match c {
            '±' => Diagnostic::error("syntax", "a number stands without `±`")
                .label(span, "this character")
                .help("published numbers are means alone"),
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
        Some(found.into())
    }
}
