//! A phase without weights to train, or without samples to train on.

use super::cost::Run;
use super::never_trained_module::learns;
use super::phases::{Placed, folds, how_many, listed, phases};
use super::sets::{empty, empty_turn};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Pipeline, Schedule};

pub const LINT: Lint = Lint {
    name: "phase-trains-nothing",
    looks: &[Look::Pipeline(weights), Look::Schedule(samples), Look::Run(too_many_folds)],
};

fn weights(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let has_weights = |placed: &Placed<'_>| {
        let learning = pipeline.network.modules.iter().filter(|m| m.used && learns(m));
        learning.into_iter().any(|m| placed.phase.trains(m.role, &m.name))
    };
    let phases = phases(&pipeline.schedule).into_iter();
    phases.filter(|placed| !has_weights(placed)).map(|placed| weightless(pipeline, &placed)).collect()
}

fn weightless(pipeline: &Pipeline, placed: &Placed<'_>) -> Diagnostic {
    let roles: Vec<String> = placed.phase.train.iter().map(|t| format!("`{}`", t.name())).collect();
    let network = &pipeline.network;
    Diagnostic::error(LINT.name, format!("phase `{}` trains nothing of `{}`", placed.phase.name, network.name))
        .label(placed.phase.span, format!("trains {}", listed(&roles)))
        .label(network.used_at, format!("`{}` has no weights there", network.name))
        .help("use a network with such modules, or a schedule without the phase")
}

fn samples(schedule: &Schedule) -> Vec<Diagnostic> {
    phases(schedule).into_iter().filter_map(|placed| sampleless(schedule, &placed)).collect()
}

fn sampleless(schedule: &Schedule, placed: &Placed<'_>) -> Option<Diagnostic> {
    let set = &placed.phase.on;
    let when = match &schedule.folds {
        _ if empty(folds(schedule), set) => how_many(schedule, |f| empty(f, set)),
        Some(folds) => {
            let turn = empty_turn(folds.count, set)?;
            let name = |v| placed.loops.iter().find(|l| l.variable == v).map_or("k", |l| l.name);
            let values: Vec<String> = turn.iter().map(|(v, i)| format!("{} = {i}", name(*v))).collect();
            format!("in the turn {}", listed(&values))
        }
        None => return None,
    };
    Some(
        Diagnostic::error(LINT.name, format!("phase `{}` has no samples, {when}", placed.phase.name))
            .label(placed.phase.on_span, format!("`{}` is empty", placed.show(set)))
            .help(
                "sets are `all`, `fold(k)`, `except(k)` and the dataset's splits; `fold(k)` and `except(k)` never meet",
            ),
    )
}

/// Sets that would have samples if there were enough for all folds; known where a generator makes the data.
fn too_many_folds(run: &Run<'_>) -> Vec<Diagnostic> {
    let schedule = &run.pipeline.schedule;
    let (Some(folds), Some(training)) = (&schedule.folds, run.training) else { return vec![] };
    let lacking = phases(schedule).into_iter().filter(|placed| {
        training < folds.count && run.fewest(placed.phase.span) == Some(0) && sampleless(schedule, placed).is_none()
    });
    let finding = |placed: Placed<'_>| {
        Diagnostic::error(LINT.name, format!("phase `{}` has no samples in some of its turns", placed.phase.name))
            .label(placed.phase.on_span, format!("`{}` is empty there", placed.show(&placed.phase.on)))
            .label(folds.span, format!("{} folds of {training} training samples", folds.count))
            .help("use at most as many folds as there are training samples")
    };
    lacking.map(finding).collect()
}
