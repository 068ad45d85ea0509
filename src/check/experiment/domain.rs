//! What a setting is tried at: `[16, 32, 64]`, `0 .. 0.5`, `log(1e-4 .. 1e-1)`. Owns how such values are read.

use super::ExperimentChecker;
use crate::builtin::Value;
use crate::check::value::{Spanned, Val};
use crate::diagnostic::Diagnostic;
use crate::digits::number;
use crate::search::{Coordinate, Domain, Scale};
use crate::span::Span;
use crate::syntax::ast::{BinaryOp, Dimension, Expr, ExprNode};

/// What numbers drawn on a logarithmic scale are written in.
const LOG: &str = "log";

/// Whole numbers that a range may go to: they are exact as numbers.
const MAX_WHOLE: i64 = 1 << 52;

/// What a dimension goes through.
pub(super) struct Values {
    pub domain: Domain,
    /// Of a list.
    pub listed: Vec<(String, Spanned)>,
    pub span: Span,
}

impl Values {
    /// A value, and its text in the language.
    pub fn at(&self, coordinate: Coordinate) -> (String, Val) {
        match coordinate {
            Coordinate::Listed(place) => (self.listed[place].0.clone(), self.listed[place].1.val.clone()),
            Coordinate::Whole(n) => (n.to_string(), Val::Plain(Value::Int(n))),
            Coordinate::Real(x) => (number(x), Val::Plain(Value::Float(x))),
        }
    }
}

impl ExperimentChecker<'_> {
    /// `None` of what is wrong, and reported.
    pub(super) fn values(&self, dimension: &Dimension) -> Option<Values> {
        let Dimension { name, values } = dimension;
        match &values.node {
            ExprNode::Binary(BinaryOp::Range, from, to) => {
                self.ends(&name.node, (from, to), values.span, Scale::Linear)
            }
            ExprNode::Call(callee, args) if matches!(&callee.node, ExprNode::Name(word) if word == LOG) => {
                let range = args.first().filter(|arg| args.len() == 1 && arg.name.is_none()).map(|arg| &arg.value.node);
                match range {
                    Some(ExprNode::Binary(BinaryOp::Range, from, to)) => {
                        self.ends(&name.node, (from, to), values.span, Scale::Log)
                    }
                    _ => {
                        self.cx.report(
                            Diagnostic::type_error("wrong-type", "`log` takes a range of numbers")
                                .label(values.span, "no range")
                                .help(format!("write `{} in log(1e-4 .. 1e-1)`", name.node)),
                        );
                        None
                    }
                }
            }
            _ => self.listed_values(&name.node, values),
        }
    }

    /// A range of numbers.
    fn ends(&self, name: &str, (from, to): (&Expr, &Expr), span: Span, scale: Scale) -> Option<Values> {
        let ends = (self.end(name, from)?, self.end(name, to)?);
        let (low, high) = (ends.0.number()?, ends.1.number()?);
        let (a, b) = (self.text(from.span), self.text(to.span));
        let empty = |what: &str| {
            let found = Diagnostic::value_error("out-of-range", format!("`{a} .. {b}` {what}"));
            found.label(span, "nothing to choose from")
        };
        let wrong = if low > high {
            Some(empty("ends before it begins").help(format!("write `{b} .. {a}`")))
        } else if low == high {
            Some(empty("is one number").help(format!("give `{name}` that value where `run` reads it")))
        } else if scale == Scale::Log && low <= 0.0 {
            let found = Diagnostic::value_error("out-of-range", format!("`{a}` has no logarithm"));
            Some(found.label(from.span, "not above 0").help(format!("begin above 0: `log(1e-4 .. {b})`")))
        } else if low.abs().max(high.abs()) > MAX_WHOLE as f64 && matches!(ends, (Value::Int(_), Value::Int(_))) {
            Some(empty("goes beyond what is counted"))
        } else {
            None
        };
        if let Some(wrong) = wrong {
            self.cx.report(wrong);
            return None;
        }
        let domain = match ends {
            (Value::Int(from), Value::Int(to)) => Domain::Whole { from, to, scale },
            _ => Domain::Real { from: low, to: high, scale },
        };
        Some(Values { domain, listed: vec![], span })
    }

    fn end(&self, name: &str, expr: &Expr) -> Option<Value> {
        match self.eval(expr, self.vars.clone()) {
            Val::Plain(value @ (Value::Int(_) | Value::Float(_))) => Some(value),
            Val::Poison => None,
            other => {
                let found = other.shown();
                self.cx.report(
                    Diagnostic::type_error(
                        "wrong-type",
                        format!("a range goes from one number to another, this is {found}"),
                    )
                    .label(expr.span, found)
                    .help(format!("list what is no number: `{name} in [ … ]`")),
                );
                None
            }
        }
    }

    fn listed_values(&self, name: &str, values: &Expr) -> Option<Values> {
        let mut items: Vec<(String, Spanned)> = match &values.node {
            ExprNode::List(items) => items.iter().map(|item| self.item(item)).collect(),
            _ => match self.cx.eval(self.file, self.vars.clone(), values) {
                Val::List(items) => items.into_iter().map(|item| (self.text(item.span), item)).collect(),
                Val::Poison => return None,
                other => {
                    let message = format!("`{name}` is chosen from a list or a range, this is {}", other.noun());
                    self.cx.report(
                        Diagnostic::type_error("wrong-type", message).label(values.span, other.noun()).help(format!(
                            "write `{name} in [ … ]`, `{name} in 0 .. 0.5` or `{name} in log(1e-4 .. 1e-1)`"
                        )),
                    );
                    return None;
                }
            },
        };
        self.settle_values(items.iter_mut().map(|(_, item)| item).collect());
        if items.is_empty() {
            self.cx.report(
                Diagnostic::type_error("wrong-type", format!("`{name}` is chosen from a list with at least one value"))
                    .label(values.span, "an empty list"),
            );
            return None;
        }
        for (i, (text, item)) in items.iter().enumerate() {
            if let Some((_, first)) = items[..i].iter().find(|(before, _)| before == text) {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("`{text}` is in the list twice"))
                        .label(item.span, "again here")
                        .label(first.span, "first here"),
                );
                return None;
            }
        }
        let is_wrong = items.iter().any(|(_, item)| matches!(item.val, Val::Poison));
        (!is_wrong).then_some(Values { domain: Domain::Listed(items.len()), listed: items, span: values.span })
    }

    fn item(&self, item: &Expr) -> (String, Spanned) {
        (self.text(item.span), Spanned { val: self.cx.eval(self.file, self.vars.clone(), item), span: item.span })
    }
}
