//! Sets smaller than a batch, or than the batches of an update.

use super::cost::Run;
use super::phases::{Placed, phases};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{SettingKind, SplitExpr, TargetKind};
use crate::span::Span;
use crate::split::SplitName;
use std::collections::BTreeSet;

pub const LINT: Lint = Lint { name: "small-fold", looks: &[Look::Run(check)] };

fn check(run: &Run<'_>) -> Vec<Diagnostic> {
    if let Some(found) = whole(run) {
        return vec![found];
    }
    // What the pipeline's batch is too large for is said of the first such set.
    let mut is_new = true;
    let phases = phases(&run.pipeline.schedule);
    let found = phases.iter().filter_map(|placed| Some((placed.phase.settings.batch, of_phase(run, placed)?)));
    let found: Vec<Diagnostic> =
        found.filter(|(own, _)| own.is_some() || std::mem::take(&mut is_new)).map(|(_, finding)| finding).collect();
    let found = if found.is_empty() { updates(run) } else { found };
    if found.is_empty() { rare(run).into_iter().collect() } else { found }
}

/// Sets with fewer batches than an update takes, the first for every `accumulate`.
fn updates(run: &Run<'_>) -> Vec<Diagnostic> {
    let mut said: BTreeSet<Span> = BTreeSet::new();
    let phases = phases(&run.pipeline.schedule);
    phases
        .iter()
        .filter_map(|placed| of_update(run, placed))
        .filter(|(at, _)| said.insert(*at))
        .map(|(_, f)| f)
        .collect()
}

fn of_update(run: &Run<'_>, placed: &Placed<'_>) -> Option<(Span, Diagnostic)> {
    let (pipeline, phase) = (run.pipeline, placed.phase);
    let (batches, batch) = (pipeline.accumulated(phase), pipeline.cut(phase).size());
    let samples = run.fewest(phase.span).filter(|samples| *samples >= batch)?;
    let mut places = phase.settings.places.iter().chain(&pipeline.settings.places);
    let place = places.find(|place| place.kind == SettingKind::Accumulate)?;
    if batches.saturating_mul(batch) <= samples || batches == 1 {
        return None;
    }
    let set = placed.show(&phase.on);
    let (message, help) = match samples / batch {
        1 => (
            format!("`accumulate` has one batch of {batch} in the {samples} samples of `{set}`, or parts of two"),
            "every pass is one update: leave `accumulate` away, or take smaller batches".to_string(),
        ),
        most => (
            format!("an update of {batches} batches of {batch} is more than the {samples} samples of `{set}`"),
            format!("every pass is one update: write `accumulate {most}` or less"),
        ),
    };
    let found = Diagnostic::warning(LINT.name, message)
        .label(place.span, format!("{} samples an update", batches.saturating_mul(batch)))
        .label(phase.on_span, format!("{samples} samples"));
    Some((place.span, found.help(help)))
}

/// A batch of the pipeline's that the whole training split does not fill: said once, not of every set.
fn whole(run: &Run<'_>) -> Option<Diagnostic> {
    let (training, batch) = (run.training.filter(|n| *n > 0)?, run.pipeline.batch);
    let settings = &run.pipeline.settings.places;
    let place = settings.iter().find(|place| place.kind == SettingKind::Batch).filter(|_| batch > training)?;
    let least = phases(&run.pipeline.schedule)
        .iter()
        .filter_map(|placed| run.fewest(placed.phase.span))
        .filter(|n| *n > 0)
        .min();
    Some(
        Diagnostic::warning(LINT.name, format!("a batch of {batch} is more than all {training} training samples"))
            .label(place.span, format!("{batch} samples a batch"))
            .label(run.pipeline.data.used_at, format!("{training} training samples"))
            .help(format!(
                "every epoch is one update: write `batch {}` or less",
                least.unwrap_or(training).min(training)
            )),
    )
}

fn of_phase(run: &Run<'_>, placed: &Placed<'_>) -> Option<Diagnostic> {
    let samples = run.fewest(placed.phase.span)?;
    let pipeline = run.pipeline;
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
    // Groups make some folds larger than others.
    let about = if run.is_about() && is_of_folds(&placed.phase.on) { "about " } else { "" };
    let mut diagnostic =
        Diagnostic::warning(LINT.name, format!("`{set}` has {about}{samples} {noun}, fewer than {less}"))
            .label(placed.phase.on_span, format!("{about}{samples} {noun}"));
    if let Some(folds) = &pipeline.schedule.folds {
        diagnostic = diagnostic.label(folds.span, format!("{} folds", folds.count));
    }
    Some(diagnostic.help(match than {
        "classes" => "use fewer folds or more samples: some class is missing in every such set".to_string(),
        _ => format!("write `batch {}` or less in the phase or the pipeline, or use fewer folds", samples),
    }))
}

/// Whether folds say how large it is.
fn is_of_folds(set: &SplitExpr) -> bool {
    match set {
        SplitExpr::All | SplitExpr::Named(_) => false,
        SplitExpr::Fold(_) | SplitExpr::Except(_) => true,
        SplitExpr::Union(a, b) | SplitExpr::Difference(a, b) | SplitExpr::Intersection(a, b) => {
            is_of_folds(a) || is_of_folds(b)
        }
    }
}

/// A class that some fold cannot have. Folds without any sample are another finding.
fn rare(run: &Run<'_>) -> Option<Diagnostic> {
    let pipeline = run.pipeline;
    let folds = pipeline.schedule.folds.as_ref()?;
    let many = folds.count;
    if run.training.is_none_or(|samples| samples < many) {
        return None;
    }
    let counts = super::sizes::classes(&pipeline.data, &SplitName::TRAIN);
    let few: Vec<(usize, usize)> = counts.into_iter().enumerate().filter(|(_, n)| (1..many).contains(n)).collect();
    let (class, count) = *few.iter().min_by_key(|(_, count)| *count)?;
    let noun = if count == 1 { "sample" } else { "samples" };
    let others = match few.len() {
        1 => String::new(),
        2 => "; another class, too".into(),
        n => format!("; {} other classes, too", n - 1),
    };
    let message = format!("class {class} has {count} training {noun}, fewer than {many} folds{others}");
    Some(
        Diagnostic::warning(LINT.name, message)
            .label(folds.span, format!("{many} folds"))
            .label(pipeline.data.used_at, format!("{count} {noun} of class {class}"))
            .help("some fold has none of it: use fewer folds or more samples"),
    )
}
