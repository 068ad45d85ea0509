//! Indices of folds and replicas: `2`, `k`, `k + 1`. Which things have an index is for `phase.rs` and `sets.rs` to know.

use super::Walk;
use crate::builtin::Value;
use crate::check::value::Val;
use crate::diagnostic::Diagnostic;
use crate::hir::{Index, Variable};
use crate::suggest::nearest;
use crate::syntax::ast::{BinaryOp, Expr, ExprNode};

impl Walk<'_> {
    /// `2`, `k`, `k + 1`.
    pub(super) fn index(&self, expr: &Expr, count: usize, what: &str) -> Option<Index> {
        match &expr.node {
            ExprNode::Name(name) if self.loops.iter().any(|l| l.node == *name) => {
                let variable = self.loops.iter().position(|l| l.node == *name).map(Variable);
                Some(Index { variable, offset: 0 })
            }
            ExprNode::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), left, right) => {
                let (left, right) = (self.index(left, usize::MAX, what)?, self.index(right, usize::MAX, what)?);
                let sign = if *op == BinaryOp::Add { 1 } else { -1 };
                match (left.variable, right.variable) {
                    (variable, None) => Some(Index { variable, offset: left.offset + sign * right.offset }),
                    (None, variable) if sign == 1 => Some(Index { variable, offset: left.offset + right.offset }),
                    _ => {
                        self.cx.report(
                            Diagnostic::error("wrong-type", "an index is a number, a loop variable, or their sum")
                                .label(expr.span, "neither"),
                        );
                        None
                    }
                }
            }
            ExprNode::Name(name) if !self.vars.contains_key(name) => {
                let names: Vec<&str> =
                    self.loops.iter().map(|l| l.node.as_str()).chain(self.vars.keys().map(String::as_str)).collect();
                let diagnostic = Diagnostic::error("unknown-name", format!("there is no loop variable `{name}` here"))
                    .label(expr.span, "not found");
                let near = nearest(name, names.iter().copied()).or(self.loops.last().map(|l| l.node.as_str()));
                self.cx.report(match near {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(expr.span, near),
                    None => diagnostic.help(format!("loop over the folds around it: `for {name} in folds {{ … }}`")),
                });
                None
            }
            _ => match self.eval(expr) {
                Val::Plain(Value::Int(i)) if i >= 0 && (i as usize) < count => {
                    Some(Index { variable: None, offset: i })
                }
                Val::Plain(Value::Int(i)) => {
                    self.cx.report(
                        Diagnostic::error("out-of-range", format!("there is no {what} number {i}"))
                            .label(expr.span, format!("they are counted 0 to {}", count - 1)),
                    );
                    None
                }
                Val::Plain(Value::Dim(_)) => Some(Index { variable: None, offset: 0 }),
                Val::Poison => None,
                other => {
                    self.cx.report(
                        Diagnostic::error(
                            "wrong-type",
                            format!("an index must be a whole number, is {}", other.noun()),
                        )
                        .label(expr.span, other.noun()),
                    );
                    None
                }
            },
        }
    }
}
