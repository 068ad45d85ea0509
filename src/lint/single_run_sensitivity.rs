//! Sensitivity from one run a seed.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Experiment, MeasureName, What};

pub const LINT: Lint = Lint { name: "single-run-sensitivity", looks: &[Look::Experiment(check)] };

fn check(experiment: &Experiment) -> Vec<Diagnostic> {
    if experiment.repeats > 1 {
        return vec![];
    }
    let tables = experiment.tables.iter().flat_map(|t| t.measures.iter().map(move |m| (m, t.span)));
    let figures = experiment.figures.iter().flat_map(|f| f.measures.iter().map(move |m| (m, f.span)));
    let published = experiment.published.iter().map(|p| (&p.measure, p.span));
    let mut shown = tables.chain(figures).chain(published);
    let Some((measure, at)) = shown.find(|(name, _)| is_sensitivity(experiment, name)) else { return vec![] };
    vec![
        Diagnostic::error(LINT.name, format!("`{measure}` compares runs of one seed, and there is one run a seed"))
            .label(at, "shown here")
            .label(experiment.repeats_span, "one run a seed")
            .help("add `repeats 2`"),
    ]
}

/// Of any arm: they may have different splits.
fn is_sensitivity(experiment: &Experiment, name: &str) -> bool {
    let of = |arm: &crate::hir::Arm| MeasureName::of(name, &arm.pipeline).is_some_and(|m| m.what == What::Sensitivity);
    experiment.arms.iter().any(of)
}
