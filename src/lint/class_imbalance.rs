//! Classes that occur far more often than others, where nothing minds.

use super::{Lint, Look};
use crate::builtin::ClassCounts;
use crate::diagnostic::Diagnostic;
use crate::hir::{Pipeline, Step};
use crate::split::SplitName;

pub const LINT: Lint = Lint { name: "class-imbalance", looks: &[Look::Pipeline(check)] };

/// How many times as many training samples one class has as another.
const TIMES: usize = 10;

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let counts = super::sizes::classes(&pipeline.data, &SplitName::TRAIN);
    let target = pipeline.data.targets.iter().position(|target| target.kind.is_one_class());
    let Some(target) = target.filter(|_| !counts.is_empty()) else { return vec![] };
    let uncounted = uncounted(pipeline, target, &counts);
    if uncounted.is_empty() { unequal(pipeline, target, &counts) } else { uncounted }
}

/// Losses that cannot say what a class counts.
fn uncounted(pipeline: &Pipeline, target: usize, counts: &[usize]) -> Vec<Diagnostic> {
    let counts = ClassCounts { classes: counts.to_vec(), all: counts.iter().sum(), at_once: false };
    let terms = pipeline.loss.iter().filter(|term| term.target == Some(target));
    let wrong = terms.filter_map(|term| Some((term, term.loss.counted(&counts)?.err()?)));
    let found = wrong.map(|(term, why)| {
        Diagnostic::error(LINT.name, format!("`{}`: {why}", term.loss.written(&[])))
            .label(term.span, "counted in `train`")
            .label(pipeline.data.used_at, "its training samples")
    });
    found.collect()
}

/// One class far more often than another.
fn unequal(pipeline: &Pipeline, target: usize, counts: &[usize]) -> Vec<Diagnostic> {
    // What `train` lacks is another finding.
    let there = counts.iter().copied().enumerate().filter(|(_, count)| *count > 0);
    let (Some((rare, few)), Some((frequent, many))) = (
        there.clone().min_by_key(|(_, count)| *count),
        there.max_by_key(|(class, count)| (*count, usize::MAX - class)),
    ) else {
        return vec![];
    };
    if many < TIMES.saturating_mul(few) || minds(pipeline, target) {
        return vec![];
    }
    let all: usize = counts.iter().sum();
    let message = format!("class {frequent} has {many} training samples, class {rare} has {few}");
    let share = format!("{:.0} %", 100.0 * many as f64 / all as f64);
    vec![
        Diagnostic::warning(LINT.name, message)
            .label(pipeline.data.used_at, format!("who always answers {frequent} is right in {share} of them"))
            .help(
                "let rare classes count in training, by `cross_entropy(weights: balanced)` or `batch 32, balanced: true`, or at \
                 least in what is measured, by `metrics balanced_accuracy` or `f1`",
            ),
    ]
}

/// Whether rare classes count in the loss, in batches or in a measure.
fn minds(pipeline: &Pipeline, target: usize) -> bool {
    let loss = pipeline.loss.iter().any(|term| term.target == Some(target) && term.loss.minds_classes());
    let measured = pipeline.metrics.iter().any(|m| m.target == target && m.metric.minds_classes());
    loss || measured || pipeline.draw.minds_classes() || drawn(&pipeline.schedule.steps)
}

/// Whether a phase draws its own batches by class.
fn drawn(steps: &[Step]) -> bool {
    steps.iter().any(|step| match step {
        Step::Repeat { body, .. } | Step::For { body, .. } => drawn(body),
        Step::Phase(phase) => phase.settings.draw.minds_classes(),
    })
}
