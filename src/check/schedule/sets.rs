//! Sets of samples: `all`, `fold(k)`, `except(k)`, splits of a dataset, and what is made of them.

use super::ScheduleChecker;
use crate::diagnostic::Diagnostic;
use crate::hir::SplitExpr;
use crate::span::Span;
use crate::split::SplitName;
use crate::suggest::meant;
use crate::syntax::ast::{self, BinaryOp, Expr, ExprNode};

impl ScheduleChecker<'_> {
    /// A set of samples.
    pub fn split(&self, expr: &Expr) -> Option<SplitExpr> {
        match &expr.node {
            ExprNode::Name(name) if name == "all" || SplitName::TRAIN == **name => Some(SplitExpr::All),
            ExprNode::Name(name) if name == "fold" || name == "except" => {
                self.cx.report(
                    Diagnostic::type_error("missing-argument", format!("`{name}` needs to know which fold"))
                        .label(expr.span, "which fold?")
                        .help(format!("write `{name}({})`", self.example_index())),
                );
                None
            }
            ExprNode::Name(name) => Some(SplitExpr::Named(name.as_str().into())),
            ExprNode::Call(callee, args) => self.fold(callee, args, expr.span),
            ExprNode::Binary(op, left, right) => {
                let (l, r) = (Box::new(self.split(left)?), Box::new(self.split(right)?));
                match op {
                    BinaryOp::Add => Some(SplitExpr::Union(l, r)),
                    BinaryOp::Sub => Some(SplitExpr::Difference(l, r)),
                    BinaryOp::And => Some(SplitExpr::Intersection(l, r)),
                    BinaryOp::Mul
                    | BinaryOp::Div
                    | BinaryOp::Repeat
                    | BinaryOp::Range
                    | BinaryOp::Equal
                    | BinaryOp::Unequal
                    | BinaryOp::In
                    | BinaryOp::NotIn => {
                        self.cx.report(
                            Diagnostic::type_error("wrong-type", "sets of samples have `+`, `-` and `&`")
                                .label(expr.span, "union, difference, intersection"),
                        );
                        None
                    }
                }
            }
            _ => {
                self.cx.report(not_a_split(expr.span));
                None
            }
        }
    }

    fn fold(&self, callee: &Expr, args: &[ast::Arg], span: Span) -> Option<SplitExpr> {
        let word = self.cx.program.sources.text(callee.span);
        let (ExprNode::Name(_), true) = (&callee.node, ["fold", "except"].contains(&word)) else {
            let diagnostic = not_a_split(span);
            self.cx.report(match meant(word, ["fold", "except"]) {
                Some(near) => diagnostic.did_you_mean(callee.span, near),
                None => diagnostic,
            });
            return None;
        };
        let [arg] = args else {
            self.cx.report(
                Diagnostic::type_error("missing-argument", format!("`{word}` takes one fold"))
                    .label(span, "here")
                    .help(format!("write `{word}({})`", self.example_index())),
            );
            return None;
        };
        let Some(folds) = &self.folds else {
            self.cx.report(
                Diagnostic::error("no-folds", format!("`{word}` needs folds, and this schedule declares none"))
                    .label(span, "which folds?")
                    .help("add `folds 4` at the top of the schedule"),
            );
            return None;
        };
        let index = self.index(&arg.value, folds.count, "fold")?;
        Some(if word == "fold" { SplitExpr::Fold(index) } else { SplitExpr::Except(index) })
    }
}

fn not_a_split(span: Span) -> Diagnostic {
    Diagnostic::error("unknown-split", "this is not a set of samples")
        .label(span, "which samples?")
        .help("sets are `all`, `fold(k)`, `except(k)`, a split of the dataset, and `+`, `-`, `&` of them")
}
