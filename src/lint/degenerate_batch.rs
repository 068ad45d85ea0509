//! Batches that have nothing to take statistics of.

use super::cost::Run;
use super::phases::{Placed, phases};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

pub const LINT: Lint = Lint { name: "degenerate-batch", looks: &[Look::Run(check)] };

fn check(run: &Run<'_>) -> Vec<Diagnostic> {
    phases(&run.pipeline.schedule).into_iter().filter_map(|placed| of_phase(run, &placed)).collect()
}

fn of_phase(run: &Run<'_>, placed: &Placed<'_>) -> Option<Diagnostic> {
    let (pipeline, phase) = (run.pipeline, placed.phase);
    let layer = pipeline.measuring(phase).filter(|layer| layer.values == Some(1))?;
    let set = placed.show(&phase.on);
    let (why, help) = match (pipeline.cut(phase).size(), run.fewest(phase.span)) {
        (1, _) => ("`batch 1`".to_string(), "write `batch 2` or more"),
        (_, Some(1)) => (format!("`{set}`, which has 1 sample,"), "use fewer folds or more samples"),
        (_, Some(_) | None) => return None,
    };
    let (word, module) = (layer.word, layer.module);
    Some(
        Diagnostic::error(LINT.name, format!("{why} gives `{word}` in `{module}` one value a feature"))
            .label(layer.span, "takes mean and variance of the batch")
            .label(phase.span, format!("trains `{module}`"))
            .help(format!("{help}, or use `layer_norm`, which takes them of each sample")),
    )
}
