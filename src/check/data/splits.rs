//! Splits: the rules of each, held against one another and against where the samples come from.

use super::DatasetChecker;
use crate::builtin::dataset::{SplitRule, condition};
use crate::builtin::{Category, Kind};
use crate::check::args;
use crate::diagnostic::Diagnostic;
use crate::hir;
use crate::span::Ident;
use crate::syntax::ast::{BinaryOp, Expr, ExprNode};

impl DatasetChecker<'_> {
    pub(super) fn split(&self, name: &Ident, value: &Expr) -> Option<hir::Split> {
        let mut rules = vec![];
        self.rules(value, &mut rules)?;
        let rule = if rules.len() == 1 { rules.remove(0) } else { SplitRule::Union(rules) };
        Some(hir::Split { name: name.node.as_str().into(), rule, counted: None, span: name.span })
    }

    /// The rules of `indices("a.h5") + rows(10, 20)`.
    fn rules(&self, expr: &Expr, rules: &mut Vec<SplitRule>) -> Option<()> {
        if let ExprNode::Binary(BinaryOp::Add, left, right) = &expr.node {
            self.rules(left, rules)?;
            return self.rules(right, rules);
        }
        let row = self.row(expr, Category::Split, "a split")?;
        let made =
            args::decode(self.cx, &row, "split", |k| if let Kind::Split(make) = k { Some(*make) } else { None })?;
        rules.push(made.1.rule());
        Some(())
    }

    /// Splits that share samples by what they say are an error: a test sample would be trained on.
    pub(super) fn disjoint(&self, splits: &[hir::Split]) {
        for (i, split) in splits.iter().enumerate() {
            for other in &splits[..i] {
                let clash = |a: &SplitRule| split.rule.parts().iter().any(|b| clash(a, b));
                if other.rule.parts().iter().any(clash) {
                    self.cx.report(
                        Diagnostic::error(
                            "overlapping-splits",
                            format!("splits `{}` and `{}` share samples", other.name, split.name),
                        )
                        .label(split.span, "these samples")
                        .label(other.span, "and these")
                        .help("a sample belongs to one split: give them different keys, files or groups, or rows that do not meet"),
                    );
                }
            }
        }
    }

    /// Splits and sources that need a generator, or a file, have one.
    pub(super) fn fits_root(&self, data: &hir::Dataset) {
        for (split, rule) in data.splits.iter().flat_map(|split| split.rule.parts().iter().map(move |r| (split, r))) {
            let problem = match (rule, &data.generator) {
                (SplitRule::Fresh { .. }, None) => Some((
                    "fresh samples need a generator",
                    "`fresh` makes new points; files have `key`, `rows`, `random` and `rest`",
                )),
                (SplitRule::Key { .. }, Some(_)) => Some((
                    "a generator has no keys",
                    "share its points out with `random`, `rest` and `rows`, or make new ones with `fresh`",
                )),
                (SplitRule::Indices { .. } | SplitRule::Names { .. }, Some(_)) => Some((
                    "a generator's points have no files",
                    "share them out with `random`, `rest` and `rows`, or make new ones with `fresh`",
                )),
                (SplitRule::Rows { start, end }, _) if start >= end => Some((
                    "these rows are none",
                    "`rows(start, end)` holds the rows from `start` up to, but without, `end`",
                )),
                _ => None,
            };
            if let Some((message, help)) = problem {
                self.cx.report(
                    Diagnostic::error("bad-split", message)
                        .label(split.span, "this split")
                        .label(data.span, "of this dataset")
                        .help(help),
                );
            }
        }
    }
}

/// Whether two rules share samples by what they say. Which numbers files of indices hold, loading tells.
fn clash(a: &SplitRule, b: &SplitRule) -> bool {
    match (a, b) {
        (SplitRule::Key { key: a, .. }, SplitRule::Key { key: b, .. }) => a == b,
        (SplitRule::Rows { start: a, end: b }, SplitRule::Rows { start: c, end: d }) => a < d && c < b,
        (SplitRule::Rest, SplitRule::Rest) => true,
        (SplitRule::Names { file: a, .. }, SplitRule::Names { file: b, .. }) => a == b,
        (SplitRule::Indices { files: a, array: x }, SplitRule::Indices { files: b, array: y }) => {
            x == y && a.iter().any(|file| b.contains(file))
        }
        (SplitRule::Where(a), SplitRule::Where(b)) => condition::shared(a, b).is_some(),
        _ => false,
    }
}
