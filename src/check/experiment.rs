//! Experiments: a grid of arguments, one checked pipeline an arm, and what is drawn from them.

mod arms;
mod axes;
mod candidates;
mod choose;
mod cross;
mod domain;
mod halving;
mod labels;
mod measures;
mod published;
mod references;
mod seeds;
mod tables;

use super::checker::Checker;
use super::names::ItemId;
use super::value::{Bound, Spanned, Val};
use crate::builtin::Value;
use crate::diagnostic::Diagnostic;
use crate::hir;
use crate::span::Span;
use crate::syntax::ast::{Experiment, ExperimentStmt, Expr};
use cross::Crossing;
use std::ops::RangeInclusive;
use tables::Compared;

/// An experiment with its parameters bound.
pub fn check(cx: &Checker<'_>, id: ItemId, experiment: &Experiment, vars: &Bound) -> Option<hir::Experiment> {
    let before = cx.count();
    let plain = ExperimentChecker { cx, file: id.file, vars, experiment };
    let chosen = plain.choices();
    // Names that are chosen stand for what the first trial has.
    let first = plain.first_trial(&chosen);
    let checker = ExperimentChecker { vars: &first, ..plain };
    let varied = checker.axes();
    let sound_axes = cx.sound_since(before);
    let checker = plain;
    checker.apart(&chosen, &varied);
    let (seeds, seeds_span) = checker.seeds();
    let (repeats, repeats_span) = checker.repeats();
    let (noise, noise_span) = checker.noise();
    let crossing = checker.cross();
    let mut arms = ExperimentChecker { vars: &first, ..checker }.arms(&varied);
    let mut searches = checker.searches(&chosen, &varied, &mut arms, &first);
    let mut references = ExperimentChecker { vars: &first, ..checker }.references(&varied, &arms);
    if let Some(crossing) = &crossing {
        checker.of_rounds(&chosen, (&seeds, seeds_span), &crossing.cross);
        checker.begun_alike(&searches, crossing.cross.span);
        let before = cx.count();
        let own = arms.iter_mut().map(|arm| &mut arm.pipeline);
        let beside = references.iter_mut().flat_map(|reference| &mut reference.pipelines);
        own.chain(beside).for_each(|pipeline| checker.crossed(crossing, pipeline));
        // What is wrong with data was said of the arms.
        if cx.sound_since(before) {
            let tried = searches.iter_mut().flat_map(|search| &mut search.arms).flat_map(|own| &mut own.pipelines);
            tried.for_each(|pipeline| checker.crossed(crossing, pipeline));
        }
    }
    let axes: Vec<hir::Axis> = varied.into_iter().map(|a| a.axis).collect();
    let measures = checker.measures(&arms);
    let tables = checker.tables(&axes, &measures, &slices(&arms, crossing.as_ref()));
    let figures = checker.figures(&axes, &measures);
    let Compared { axes: compare, places: compare_spans, on: compare_on } = checker.compare(&axes, &tables, &measures);
    let labels = checker.labels(&measures);
    // How many numbers there should be hangs on every axis.
    let published = if sound_axes { checker.published(&axes, &measures) } else { vec![] };
    checker.misnamed(before);
    let name = experiment.header.name.clone();
    let made = hir::Experiment {
        name: name.node,
        span: name.span,
        allow: experiment.header.allowed(),
        axes,
        seeds,
        seeds_span,
        repeats,
        repeats_span,
        cross: crossing.map(|crossing| crossing.cross),
        searches,
        choices: hir::Choices::default(),
        stage: hir::Stage::Runs,
        arms,
        references,
        tables,
        figures,
        compare,
        compare_spans,
        compare_on,
        published,
        labels,
        noise,
        noise_span,
    };
    let most = hir::MAX_RUNS;
    if let Some(runs) = made.excess() {
        cx.report(
            Diagnostic::value_error("too-large", format!("the experiment has {runs} runs; at most {most} are made"))
                .label(seeds_span, "seeds of every place of the grid")
                .help("use fewer seeds or repeats, or vary less at a time"),
        );
    }
    cx.sound_since(before).then_some(made)
}

/// What tables may show that is no axis: groups that the data of all arms have, and the parts of cross-validation.
fn slices(arms: &[hir::Arm], crossing: Option<&Crossing>) -> Vec<String> {
    let has = |arm: &hir::Arm, name: &str| arm.pipeline.data.groups.iter().any(|group| group.name == name);
    let first = arms.first().into_iter().flat_map(|arm| &arm.pipeline.data.groups).map(|group| group.name.clone());
    let groups = first.filter(|name| name != PART && arms.iter().all(|arm| has(arm, name)));
    crossing.map(|_| PART.to_string()).into_iter().chain(groups).collect()
}

/// What a table calls the parts of cross-validation.
const PART: &str = "part";

#[derive(Clone, Copy)]
struct ExperimentChecker<'a> {
    cx: &'a Checker<'a>,
    file: usize,
    vars: &'a Bound,
    experiment: &'a Experiment,
}

struct VariedAxis {
    axis: hir::Axis,
    /// Of every value, what each name of the axis stands for, and where that was written.
    values: Vec<Vec<Spanned>>,
}

impl VariedAxis {
    /// All names that vary along this axis, the axis' own first.
    fn names(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.axis.name).chain(&self.axis.with)
    }
}

impl ExperimentChecker<'_> {
    fn eval(&self, expr: &Expr, vars: Bound) -> Val {
        self.cx.known(self.file, vars, expr)
    }

    /// A whole number of this range. Of another value it is said what is `wanted`, "a search makes 1 to 1000 trials", and how to write it.
    fn whole(&self, expr: &Expr, range: RangeInclusive<i64>, wanted: &str, help: &str) -> Option<u64> {
        match self.eval(expr, self.vars.clone()) {
            Val::Plain(Value::Int(n)) if range.contains(&n) => u64::try_from(n).ok(),
            Val::Poison => None,
            other => {
                let found = other.shown();
                let message = format!("{wanted}, this is {found}");
                self.cx.report(Diagnostic::value_error("out-of-range", message).label(expr.span, found).help(help));
                None
            }
        }
    }

    /// The value of a statement that an experiment has at most once, and the statement's place.
    fn once(&self, word: &str, pick: impl Fn(&ExperimentStmt) -> Option<(&Expr, Span)>) -> Option<(&Expr, Span)> {
        let mut found = self.experiment.body.iter().filter_map(pick);
        let first = found.next()?;
        if let Some((_, again)) = found.next() {
            self.cx.report(
                Diagnostic::error("declared-twice", format!("`{word}` is declared twice"))
                    .label(again, "again here")
                    .label(first.1, "first here"),
            );
        }
        Some(first)
    }
}
