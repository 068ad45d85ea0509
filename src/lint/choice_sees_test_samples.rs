//! A choice on seeds whose training samples are test samples of others.

use super::phases::held_out;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Dataset, Experiment, Split, SplitRule};

pub const LINT: Lint = Lint { name: "choice-sees-test-samples", looks: &[Look::Experiment(check)] };

fn check(experiment: &Experiment) -> Vec<Diagnostic> {
    // Trials for a round of cross-validation are on its own samples.
    if experiment.cross.as_ref().is_some_and(|cross| !cross.is_fixed()) {
        return vec![];
    }
    let searched = experiment.searches.iter().flat_map(|search| search.arms.iter().map(move |own| (search, own)));
    let drawn = searched.filter_map(|(search, own)| Some((search, drawn(&experiment.arms[own.arm].pipeline.data)?)));
    let Some((search, split)) = drawn.into_iter().next() else { return vec![] };
    let message = format!("trials train on samples that other seeds keep for `{}`", split.name);
    let found = Diagnostic::warning(LINT.name, message)
        .label(split.span, "drawn anew for every seed")
        .label(search.span, "chosen on seeds of its own");
    vec![found.help(
        "say which samples are kept: `split test = rows(0, 200)`, `where(subject in [\"S03\"])`, `indices` or `key`",
    )]
}

/// A split that is kept for testing, and has other samples of the same files with every seed.
fn drawn(data: &Dataset) -> Option<&Split> {
    if data.generator.is_some() {
        return None;
    }
    let has = |split: &Split, is: fn(&SplitRule) -> bool| split.rule.parts().iter().any(is);
    let is_random = |rule: &SplitRule| matches!(rule, SplitRule::Random { .. });
    let is_rest = |rule: &SplitRule| matches!(rule, SplitRule::Rest);
    let test = || data.splits.iter().filter(|split| held_out(&split.name));
    let random = test().find(|split| has(split, is_random));
    // What others leave that are drawn without a word of it: test samples among them.
    let others = data.splits.iter().any(|split| has(split, is_random));
    random.or_else(|| test().find(|split| others && has(split, is_rest)))
}
