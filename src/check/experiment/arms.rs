//! Arms: one checked pipeline for every place in the grid.

use super::{ExperimentChecker, VariedAxis};
use crate::check::mentions::mentioned;
use crate::check::names::ItemId;
use crate::check::pipeline;
use crate::check::value::{Val, Wanted};
use crate::diagnostic::{Diagnostic, Kind, Label};
use crate::hir;
use crate::span::Span;
use crate::syntax::ast::{ExperimentStmt, Expr, ItemKind};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Arms of one experiment.
const MAX_ARMS: usize = 10_000;

impl ExperimentChecker<'_> {
    pub(super) fn arms(&self, axes: &[VariedAxis]) -> Vec<hir::Arm> {
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
                    .help(self.example_run()),
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
                Diagnostic::value_error("too-large", format!("the grid has {count} arms; at most {MAX_ARMS} are run"))
                    .label(name.span, "vary less at a time"),
            );
            return vec![];
        }
        let (before, arms) = (self.cx.count(), self.grid(axes, run, "run"));
        // What is no pipeline, or is given a mistyped name, reads as if its axis were unused.
        let is_slip =
            |found: &Diagnostic| matches!(found.kind, Kind::Name | Kind::Type) && found.span().within(run.span);
        if !self.cx.diagnostics.borrow()[before..].iter().any(is_slip) {
            self.unused(axes, run);
        }
        let arm = |(at, pipeline): (Vec<usize>, Option<hir::Pipeline>)| Some(hir::Arm { at, pipeline: pipeline? });
        arms.into_iter().filter_map(arm).collect()
    }

    /// What an expression stands for in every place of the grid; `None` where it was wrong. Nothing of a grid too large.
    pub(super) fn grid(
        &self,
        axes: &[VariedAxis],
        expr: &Expr,
        word: &str,
    ) -> Vec<(Vec<usize>, Option<hir::Pipeline>)> {
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

    fn unused(&self, axes: &[VariedAxis], run: &Expr) {
        let mut names = BTreeSet::new();
        mentioned(run, &mut names);
        for axis in axes {
            for name in axis.names().filter(|name| !names.contains(name.as_str())) {
                let help = match self.lacks(axes, run, name) {
                    Some(pipeline) => format!(
                        "leave `vary {name}` away, or give `{pipeline}` a parameter for it, `pipeline {pipeline}({name}: …)`"
                    ),
                    None => format!("write `run {}`, or leave `vary {name}` away", self.passing(run, name)),
                };
                self.cx.report(
                    Diagnostic::error("unused-axis", format!("`{name}` is varied, but `run` does not use it"))
                        .label(axis.axis.span, "varied here")
                        .label(run.span, "all its arms would be the same")
                        .help(help),
                );
            }
        }
    }

    /// The pipeline that runs, where it has no parameter of this name.
    fn lacks(&self, axes: &[VariedAxis], run: &Expr, name: &str) -> Option<String> {
        let before = self.cx.count();
        let vars = self.vars.clone().into_iter().chain(self.values_at(axes, &vec![0; axes.len()])).collect();
        let val = self.eval(run, vars);
        // What is wrong with it was said.
        self.cx.diagnostics.borrow_mut().truncate(before);
        let Val::Item(item) = val else { return None };
        let header = self.cx.program.item(item.id).header()?;
        header.params.iter().all(|param| param.name.node != name).then(|| header.name.node.clone())
    }

    fn values_at<'v>(&self, axes: &'v [VariedAxis], at: &'v [usize]) -> impl Iterator<Item = (String, Val)> + use<'v> {
        let of = |(axis, i): (&'v VariedAxis, &usize)| {
            axis.names().cloned().zip(axis.values[*i].iter().map(|value| value.val.clone()))
        };
        axes.iter().zip(at).flat_map(of)
    }

    pub(super) fn pipeline(&self, axes: &[VariedAxis], at: &[usize], expr: &Expr, word: &str) -> Option<hir::Pipeline> {
        let mut vars = self.vars.clone();
        vars.extend(self.values_at(axes, at));
        match self.cx.wanting(Wanted::Item(ItemKind::Pipeline), || self.eval(expr, vars)) {
            Val::Item(item) => pipeline::of(self.cx, &item, expr.span),
            Val::Poison => None,
            other => {
                self.cx.report(
                    Diagnostic::type_error(
                        "wrong-kind",
                        format!("`{word}` takes a pipeline, this is {}", other.noun()),
                    )
                    .label(expr.span, other.noun()),
                );
                None
            }
        }
    }

    /// Shows what was found in an arm at the arm's own values: those that are passed on, and the one that only the wrong arms
    /// have. Of what hangs on several, says in which arm it is.
    fn name_arms(&self, axes: &[VariedAxis], found: &[(Range<usize>, Vec<usize>)], run: Span) {
        let mut diagnostics = self.cx.diagnostics.borrow_mut();
        let keys = |found: &[Diagnostic]| found.iter().map(|d| (d.span(), d.code)).collect::<BTreeSet<_>>();
        let first: Vec<_> = found.iter().map(|(range, _)| keys(&diagnostics[range.clone()])).collect();
        for (range, at) in found {
            for diagnostic in &mut diagnostics[range.clone()] {
                let span = diagnostic.span();
                // Where every arm is wrong, it is not their values.
                let all = wrong_in(&first, span, diagnostic.code) == found.len() && found.len() > 1;
                if let Some(value) = self.passed(axes, at, span).filter(|_| span.within(run) && !all) {
                    diagnostic.labels.push(Label { span: diagnostic.span(), text: PASSED_ON.into() });
                    diagnostic.labels[0].span = value;
                    diagnostic.fix = None;
                }
            }
        }
        let mut arms: BTreeMap<(Span, &'static str), Vec<&[usize]>> = BTreeMap::new();
        for (range, at) in found {
            keys(&diagnostics[range.clone()]).into_iter().for_each(|key| arms.entry(key).or_default().push(at));
        }
        for (range, at) in found {
            for diagnostic in &mut diagnostics[range.clone()] {
                let Some(wrong) = arms.get(&(diagnostic.span(), diagnostic.code)) else { continue };
                if wrong.len() < found.len() && diagnostic.labels.iter().all(|label| label.text != PASSED_ON) {
                    self.name_arm(diagnostic, axes, at, wrong, run);
                }
            }
        }
    }

    /// Where the value of an arm was written that stands at `span` by the name of an axis.
    fn passed(&self, axes: &[VariedAxis], at: &[usize], span: Span) -> Option<Span> {
        let name = self.cx.program.sources.text(span);
        let of = |(axis, i): (&VariedAxis, &usize)| {
            let place = axis.names().position(|own| own == name)?;
            Some(axis.values[*i][place].span)
        };
        axes.iter().zip(at).find_map(of)
    }

    /// Says in which arm something is wrong; `wrong`: all arms where it is.
    fn name_arm(&self, diagnostic: &mut Diagnostic, axes: &[VariedAxis], at: &[usize], wrong: &[&[usize]], run: Span) {
        let decides = |axis: &usize| {
            let values: BTreeSet<usize> = wrong.iter().map(|arm| arm[*axis]).collect();
            let others: usize =
                axes.iter().enumerate().filter(|(i, _)| i != axis).map(|(_, a)| a.values.len()).product();
            values.len() < axes[*axis].values.len() && values.len() * others == wrong.len()
        };
        let Some(axis) = (0..axes.len()).find(decides) else {
            let values = axes.iter().zip(at).map(|(a, i)| format!("{} = {}", a.axis.name, a.axis.values[*i]));
            let arm = values.collect::<Vec<_>>().join(", ");
            diagnostic.labels.push(Label { span: run, text: format!("in the arm {arm}") });
            return;
        };
        let (name, value) = (&axes[axis].axis.name, &axes[axis].values[at[axis]]);
        let Some(span) = value.iter().map(|part| part.span).reduce(Span::to) else { return };
        if diagnostic.span().within(span) {
            return;
        }
        let label = Label { span, text: format!("in the arms of this `{name}`") };
        if value.iter().any(|part| self.is_of(&part.val, diagnostic.span())) {
            diagnostic.labels.push(label);
            return;
        }
        // The place itself is right where other values go well; unless it is found to be wrong without them.
        diagnostic.follows.push(diagnostic.span());
        diagnostic.labels.insert(0, label);
    }
}

impl ExperimentChecker<'_> {
    /// What runs, with one more argument.
    fn passing(&self, run: &Expr, name: &str) -> String {
        let text = self.text(run.span).split_whitespace().collect::<Vec<_>>().join(" ");
        match text.strip_suffix(')').map(|text| text.trim_end_matches([' ', ','])) {
            Some(call) if call.ends_with('(') => format!("{call}{name}: {name})"),
            Some(call) => format!("{call}, {name}: {name})"),
            None => format!("{text}({name}: {name})"),
        }
    }

    /// A `run` of a pipeline that the file sees.
    fn example_run(&self) -> String {
        let is_pipeline = |id: &ItemId| self.cx.program.item(*id).kind() == Some(ItemKind::Pipeline);
        let names = |stmt: &'_ ExperimentStmt| {
            if let ExperimentStmt::Vary { names, .. } = stmt { names.clone() } else { vec![] }
        };
        let varied = self.experiment.body.iter().flat_map(names);
        let mut scope = self.cx.program.files[self.file].scope.iter();
        match scope.find(|(_, id)| is_pipeline(id)) {
            Some((name, _)) => {
                let given: Vec<String> = varied.map(|axis| format!("{0}: {0}", axis.node)).collect();
                let args = if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) };
                format!("add `run {name}{args}`")
            }
            None => "add `run` and a pipeline, with what varies as its arguments".into(),
        }
    }

    /// Whether a place stands in the item that is varied, in a file of the user's.
    fn is_of(&self, val: &Val, place: Span) -> bool {
        let Val::Item(item) = val else { return false };
        let around = self.cx.program.item(item.id).header().map(|header| header.span);
        around.is_some_and(|around| place.within(around)) && !self.cx.program.is_library(place)
    }
}

/// In how many arms something was found.
fn wrong_in(found: &[BTreeSet<(Span, &'static str)>], span: Span, code: &'static str) -> usize {
    found.iter().filter(|keys| keys.contains(&(span, code))).count()
}

/// Says where the value of an arm is passed on.
const PASSED_ON: &str = "passed on here";

/// Places of the grid.
fn count(axes: &[VariedAxis]) -> usize {
    axes.iter().try_fold(1usize, |n, a| n.checked_mul(a.values.len())).unwrap_or(usize::MAX)
}

/// The place of the arm of this number: an index of a value for every axis, the last one running fastest.
fn place(axes: &[VariedAxis], number: usize) -> Vec<usize> {
    let mut at = vec![0; axes.len()];
    let mut rest = number;
    for (i, axis) in axes.iter().enumerate().rev() {
        at[i] = rest % axis.values.len();
        rest /= axis.values.len();
    }
    at
}
