//! Literals: numbers, texts and their escapes, `true` and `false`.

use pest::iterators::Pair;

use super::Rule;
use super::build::Builder;
use crate::ast::ExprNode;
use crate::diagnostic::Diagnostic;
use crate::span::{Span, Spanned};

impl<'t> Builder<'_, 't> {
    pub(super) fn name_or_bool(&mut self, name: &str, span: Span) -> ExprNode {
        let (value, right) = match name {
            "true" => return ExprNode::Bool(true),
            "false" => return ExprNode::Bool(false),
            "True" | "TRUE" => (true, "true"),
            "False" | "FALSE" => (false, "false"),
            _ => return ExprNode::Name(name.to_owned()),
        };
        let found = Diagnostic::error("syntax", format!("`{name}` is written `{right}`"));
        self.diagnostics.push(found.label(span, "not a value").help(format!("write `{right}`")).fix(span, right));
        ExprNode::Bool(value)
    }

    /// `007`, and the end of `1,000`.
    pub(super) fn leading_zero(&mut self, pair: &Pair<'t, Rule>, span: Span) {
        let text = pair.as_str();
        if !text.starts_with('0') || text.len() < 2 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return;
        }
        let start = self.base + pair.as_span().start();
        let before = &self.text.text[..start];
        let found = match before.strip_suffix(',').filter(|rest| rest.ends_with(|c: char| c.is_ascii_digit())) {
            Some(rest) => {
                let digits = rest.len() - rest.trim_end_matches(|c: char| c.is_ascii_digit()).len();
                let first = &rest[rest.len() - digits..];
                let (mark, rule) = match first {
                    "0" => (".", "a number has a `.` before its decimals, not a `,`"),
                    _ => ("_", "digits are grouped with `_`, not with `,`"),
                };
                let comma = self.text.span(start - 1, start);
                let found = Diagnostic::error("bad-number", rule).label(comma, "two numbers");
                found.help(format!("write `{first}{mark}{text}`")).guess(comma, mark)
            }
            None => {
                let plain = text.trim_start_matches('0');
                let plain = if plain.is_empty() { "0" } else { plain };
                let found = Diagnostic::error("bad-number", "a whole number begins with no `0`").label(span, "here");
                found.help(format!("write `{plain}`")).fix(span, plain)
            }
        };
        self.diagnostics.push(found);
    }

    pub(super) fn number(&mut self, text: &str, span: Span) -> ExprNode {
        let digits: String = text.chars().filter(|c| *c != '_').collect();
        if digits.bytes().all(|b| b.is_ascii_digit()) {
            if let Ok(value) = digits.parse() {
                return ExprNode::Int(value);
            }
            let found = Diagnostic::error("bad-number", format!("`{text}` is too large for a whole number"));
            let help = format!("at most {}; a number with a point or an exponent may be larger", i64::MAX);
            self.diagnostics.push(found.label(span, "too large").help(help));
            return self.unread(span).node;
        }
        match digits.parse::<f64>() {
            Ok(value) if value.is_finite() => ExprNode::Float(value, text.to_owned()),
            _ => {
                let found = Diagnostic::error("bad-number", format!("`{text}` is too large for a number"));
                self.diagnostics.push(found.label(span, "too large").help("the largest is about 1.8e308"));
                self.unread(span).node
            }
        }
    }

    /// The content of a string, its escapes resolved.
    pub(super) fn string(&mut self, pair: &Pair<'t, Rule>) -> Spanned<String> {
        let span = self.span(pair);
        let text = pair.as_str();
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        if pair.as_rule() == Rule::quoted {
            let right = format!("\"{}\"", inner.replace('\\', "\\\\").replace('"', "\\\""));
            let found = Diagnostic::error("syntax", "text stands between double quotes");
            self.diagnostics.push(found.label(span, "single quotes").help(format!("write `{right}`")).fix(span, right));
            return Spanned::new(inner.to_owned(), span);
        }
        let mut content = String::with_capacity(inner.len());
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            if c != '\\' {
                content.push(c);
                continue;
            }
            match chars.next() {
                Some((_, 'n')) => content.push('\n'),
                Some((_, 't')) => content.push('\t'),
                Some((_, c @ ('"' | '\\'))) => content.push(c),
                other => {
                    let start = self.base + pair.as_span().start() + 1 + at;
                    self.bad_escape(start, other.map_or(' ', |(_, c)| c));
                }
            }
        }
        Spanned::new(content, span)
    }

    fn bad_escape(&mut self, start: usize, escaped: char) {
        let span = self.text.span(start, start + 1 + escaped.len_utf8());
        let found =
            Diagnostic::error("bad-escape", format!("`\\{}` means nothing in a text", escaped.escape_default()));
        let help = "known are `\\\"`, `\\\\`, `\\n` and `\\t`; a backslash itself is `\\\\`";
        self.diagnostics.push(found.label(span, "this escape").help(help));
    }
}
