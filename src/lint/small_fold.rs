//! Sets smaller than a batch.

use super::phases::{Placed, phases};
use super::sets::turns;
use super::{Lint, Look, sizes};
use crate::diagnostic::Diagnostic;
use crate::hir::{Pipeline, TargetKind};

pub const LINT: Lint = Lint {
    name: "small-fold",
    doc: "A phase trains on fewer samples than a batch has, or than there are classes: its updates are few and say little of \
          the whole. Known where a generator makes the data.",
    looks: &[Look::Pipeline(check)],
};

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    phases(&pipeline.schedule).into_iter().filter_map(|placed| of_phase(pipeline, &placed)).collect()
}

fn of_phase(pipeline: &Pipeline, placed: &Placed<'_>) -> Option<Diagnostic> {
    let samples = smallest(pipeline, placed)?;
    let batch = placed.phase.settings.batch.unwrap_or(pipeline.batch);
    let classes = pipeline.data.targets.iter().filter_map(|target| match &target.kind {
        TargetKind::Class { classes, .. } => Some(*classes),
        TargetKind::Multi { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => None,
    });
    let classes = classes.max().unwrap_or(0);
    let (less, than) = match samples {
        0 => return None,
        n if n < classes => (format!("{classes} classes"), "classes"),
        n if n < batch => (format!("a batch of {batch}"), "batch"),
        _ => return None,
    };
    let set = placed.show(&placed.phase.on);
    let noun = if samples == 1 { "sample" } else { "samples" };
    let mut diagnostic = Diagnostic::warning(LINT.name, format!("`{set}` has {samples} {noun}, fewer than {less}"))
        .label(placed.phase.on_span, format!("{samples} {noun}"));
    if let Some(folds) = &pipeline.schedule.folds {
        diagnostic = diagnostic.label(folds.span, format!("{} folds", folds.count));
    }
    Some(diagnostic.help(match than {
        "classes" => "use fewer folds or more samples: some class is missing in every such set".to_string(),
        _ => format!("write `batch {}` or less in the phase or the pipeline, or use fewer folds", samples),
    }))
}

/// Samples of the phase's set in the turn in which it has fewest.
pub fn smallest(pipeline: &Pipeline, placed: &Placed<'_>) -> Option<usize> {
    let training = sizes::split(&pipeline.data, "train")?;
    let k = pipeline.schedule.folds.as_ref().map_or(1, |f| f.count);
    let set = &placed.phase.on;
    turns(k, set)?.iter().filter_map(|turn| sizes::set(&pipeline.data, set, k, training, turn)).min()
}
