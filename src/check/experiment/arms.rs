//! Arms: one checked pipeline for every place in the grid.

use super::{Varied, Walk};
use crate::check::mentions::mentioned;
use crate::check::pipeline;
use crate::check::value::Val;
use crate::diagnostic::{Diagnostic, Label};
use crate::hir;
use crate::span::Span;
use crate::syntax::ast::{ExperimentStmt, Expr, ExprNode};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Arms of one experiment.
const MAX_ARMS: usize = 10_000;

impl Walk<'_> {
    pub(super) fn arms(&self, axes: &[Varied]) -> Vec<hir::Arm> {
        let runs: Vec<&Expr> = self
            .experiment
            .body
            .iter()
            .filter_map(|s| if let ExperimentStmt::Run { value, .. } = s { Some(value) } else { None })
            .collect();
        let name = &self.experiment.header.name;
        let [run] = runs.as_slice() else {
            self.cx.report(match runs.as_slice() {
                [] => Diagnostic::error("missing-statement", format!("experiment `{}` has no `run`", name.node))
                    .label(name.span, "runs nothing")
                    .help("add `run pipeline(argument)`"),
                [first, again, ..] => Diagnostic::error("declared-twice", "an experiment has one `run`")
                    .label(again.span, "again here")
                    .label(first.span, "first here")
                    .help("to run several pipelines, vary over them: `vary task in [moons, roll]`, then `run task(…)`"),
                [_] => return vec![],
            });
            return vec![];
        };
        let count = count(axes);
        if count > MAX_ARMS {
            self.cx.report(
                Diagnostic::error("too-large", format!("the grid has {count} arms; at most {MAX_ARMS} are run"))
                    .label(name.span, "vary less at a time"),
            );
            return vec![];
        }
        let (before, arms) = (self.cx.count(), self.grid(axes, run, "run"));
        // A mistyped name reads as if its axis were unused.
        let is_slip = |found: &Diagnostic| found.code == "unknown-name" && found.span().within(run.span);
        if !self.cx.diagnostics.borrow()[before..].iter().any(is_slip) {
            self.unused(axes, run);
        }
        let arm = |(at, pipeline): (Vec<usize>, Option<hir::Pipeline>)| Some(hir::Arm { at, pipeline: pipeline? });
        arms.into_iter().filter_map(arm).collect()
    }

    /// What an expression stands for in every place of the grid; `None` where it was wrong. Nothing of a grid too large.
    pub(super) fn grid(&self, axes: &[Varied], expr: &Expr, word: &str) -> Vec<(Vec<usize>, Option<hir::Pipeline>)> {
        let mut pipelines = vec![];
        let mut found = vec![];
        let places = Some(count(axes)).filter(|count| *count <= MAX_ARMS).unwrap_or(0);
        for index in 0..places {
            let (before, at) = (self.cx.count(), place(axes, index));
            pipelines.push((at.clone(), self.pipeline(axes, &at, expr, word)));
            found.push((before..self.cx.count(), at));
        }
        self.name_arms(axes, &found, expr.span);
        pipelines
    }

    fn unused(&self, axes: &[Varied], run: &Expr) {
        let mut names = BTreeSet::new();
        mentioned(run, &mut names);
        for axis in axes {
            for name in axis.names().filter(|name| !names.contains(name.as_str())) {
                self.cx.report(
                    Diagnostic::error("unused-axis", format!("`{name}` is varied, but `run` does not use it"))
                        .label(axis.axis.span, "varied here")
                        .label(run.span, "all its arms would be the same")
                        .help(format!(
                            "pass it on, as in `run {0}({name}: {name})`, or leave `vary {name}` away",
                            callee(run)
                        )),
                );
            }
        }
    }

    fn pipeline(&self, axes: &[Varied], at: &[usize], expr: &Expr, word: &str) -> Option<hir::Pipeline> {
        let mut vars = self.vars.clone();
        for (axis, &i) in axes.iter().zip(at) {
            vars.extend(axis.names().cloned().zip(axis.values[i].iter().cloned()));
        }
        match self.cx.wanting("pipeline", || self.eval(expr, vars)) {
            Val::Item(item) => pipeline::of(self.cx, &item, expr.span),
            Val::Poison => None,
            other => {
                self.cx.report(
                    Diagnostic::error("wrong-kind", format!("`{word}` takes a pipeline, this is {}", other.noun()))
                        .label(expr.span, other.noun()),
                );
                None
            }
        }
    }

    /// Says of what was found in some arms, but not in all, in which.
    fn name_arms(&self, axes: &[Varied], found: &[(Range<usize>, Vec<usize>)], run: Span) {
        let mut diagnostics = self.cx.diagnostics.borrow_mut();
        let mut arms: BTreeMap<(Span, &'static str), usize> = BTreeMap::new();
        for (range, _) in found {
            let keys: BTreeSet<_> = diagnostics[range.clone()].iter().map(|d| (d.span(), d.code)).collect();
            keys.into_iter().for_each(|key| *arms.entry(key).or_default() += 1);
        }
        for (range, at) in found {
            let values = axes.iter().zip(at).map(|(a, i)| format!("{} = {}", a.axis.name, a.axis.values[*i]));
            let arm = values.collect::<Vec<_>>().join(", ");
            for diagnostic in &mut diagnostics[range.clone()] {
                if arms.get(&(diagnostic.span(), diagnostic.code)).is_some_and(|n| *n < found.len()) {
                    diagnostic.labels.push(Label { span: run, text: format!("in the arm {arm}") });
                }
            }
        }
    }
}

/// Places of the grid.
fn count(axes: &[Varied]) -> usize {
    axes.iter().try_fold(1usize, |n, a| n.checked_mul(a.values.len())).unwrap_or(usize::MAX)
}

/// The place of the arm of this number: an index of a value for every axis, the last one running fastest.
fn place(axes: &[Varied], number: usize) -> Vec<usize> {
    let mut at = vec![0; axes.len()];
    let mut rest = number;
    for (i, axis) in axes.iter().enumerate().rev() {
        at[i] = rest % axis.values.len();
        rest /= axis.values.len();
    }
    at
}

fn callee(run: &Expr) -> &str {
    match &run.node {
        ExprNode::Call(callee, _) => self::callee(callee),
        ExprNode::Name(name) => name,
        _ => "pipeline",
    }
}
