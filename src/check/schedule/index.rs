//! Indices of folds and replicas: `2`, `k`, `k + 1`. Which things have an index is for `phase.rs` and `sets.rs` to know.

use super::ScheduleChecker;
use crate::builtin::Value;
use crate::check::value::Val;
use crate::diagnostic::{Diagnostic, Safety};
use crate::hir::{Index, Variable};
use crate::suggest::declared;
use crate::syntax::ast::{BinaryOp, Expr, ExprNode};

/// How far from its loop variable an index can be. In a ring, all that is further stands for something nearer.
const MOST_OFFSET: i64 = 1_000_000_000_000;

impl ScheduleChecker<'_> {
    /// `2`, `k`, `k + 1`: of `count` things, `what` of which is meant.
    pub(super) fn index(&self, expr: &Expr, count: usize, what: &str) -> Option<Index> {
        let index = self.term(expr)?;
        let offset = index.offset;
        let (message, label) = match index.variable {
            None if usize::try_from(offset).is_ok_and(|offset| offset < count) => return Some(index),
            Some(_) if (-MOST_OFFSET..=MOST_OFFSET).contains(&offset) => return Some(index),
            None => (format!("there is no {what} number {offset}"), format!("they are counted 0 to {}", count - 1)),
            Some(_) => (
                format!("an index can be {MOST_OFFSET} from its loop variable at most, this is {offset}"),
                "out of range".into(),
            ),
        };
        self.cx.report(Diagnostic::value_error("out-of-range", message).label(expr.span, label));
        None
    }

    fn term(&self, expr: &Expr) -> Option<Index> {
        match &expr.node {
            ExprNode::Name(name) if self.loops.iter().any(|l| l.node == *name) => {
                let variable = self.loops.iter().position(|l| l.node == *name).map(Variable);
                Some(Index { variable, offset: 0 })
            }
            ExprNode::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), left, right) if self.varies(expr) => {
                let (left, right) = (self.term(left)?, self.term(right)?);
                let right = match op {
                    BinaryOp::Sub => right.offset.checked_neg().map(|offset| Index { offset, ..right }),
                    _ => Some(right),
                };
                let offset = right.and_then(|right| left.offset.checked_add(right.offset));
                let variable = match (left.variable, right.and_then(|right| right.variable)) {
                    (variable, None) => variable,
                    (None, variable) if *op == BinaryOp::Add => variable,
                    _ => return self.no_index(expr),
                };
                match offset {
                    Some(offset) => Some(Index { variable, offset }),
                    None => {
                        let found = Diagnostic::value_error("out-of-range", "this index is out of range");
                        self.cx.report(found.label(expr.span, "beyond what a whole number can be"));
                        None
                    }
                }
            }
            _ if self.varies(expr) => self.no_index(expr),
            ExprNode::Name(name) if !self.vars.contains_key(name) => {
                let names: Vec<&str> =
                    self.loops.iter().map(|l| l.node.as_str()).chain(self.vars.keys().map(String::as_str)).collect();
                let diagnostic =
                    Diagnostic::name_error("unknown-name", format!("there is no loop variable `{name}` here"))
                        .label(expr.span, "not found");
                let only = self.loops.last().map(|l| (l.node.as_str(), Safety::Unsafe));
                self.cx.report(match declared(name, names.iter().copied()).or(only) {
                    Some(near) => diagnostic.did_you_mean(expr.span, near),
                    None => diagnostic.help(format!("loop over the folds around it: `for {name} in folds {{ … }}`")),
                });
                None
            }
            _ => match self.eval(expr) {
                Val::Plain(Value::Int(offset)) => Some(Index { variable: None, offset }),
                Val::Plain(Value::Dim(_)) => Some(Index { variable: None, offset: 0 }),
                Val::Poison => None,
                other => {
                    self.cx.report(
                        Diagnostic::type_error(
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

    /// Whether a loop variable stands in it.
    fn varies(&self, expr: &Expr) -> bool {
        match &expr.node {
            ExprNode::Name(name) => self.loops.iter().any(|l| l.node == *name),
            ExprNode::Unary(_, operand) => self.varies(operand),
            ExprNode::Binary(_, left, right) => self.varies(left) || self.varies(right),
            _ => false,
        }
    }

    fn no_index(&self, expr: &Expr) -> Option<Index> {
        self.cx.report(
            Diagnostic::type_error("wrong-type", "an index is a number, a loop variable, or their sum")
                .label(expr.span, "neither"),
        );
        None
    }
}
