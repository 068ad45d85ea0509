//! One index for folds and replicas of different numbers.

use super::phases::{Placed, phases};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Index, Pipeline, Role, Schedule};
use crate::span::Span;

pub const LINT: Lint = Lint { name: "replicas-and-folds-differ", looks: &[Look::Pipeline(check)] };

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    // Operand once: all phases of a schedule share its folds and replicas.
    let schedule = &pipeline.schedule;
    phases(schedule).iter().find_map(|placed| of_phase(schedule, placed)).into_iter().collect()
}

fn of_phase(schedule: &Schedule, placed: &Placed<'_>) -> Option<Diagnostic> {
    let folds = schedule.folds.as_ref()?;
    let (role, index, span) = indexed(placed).find(|(role, index, _)| {
        index.variable.is_some() && schedule.replicas.get(role).is_some_and(|replicas| replicas.count != folds.count)
    })?;
    let (name, replicas) = (role.name(), schedule.replicas.get(&role)?);
    let message =
        format!("`{name}[{}]` goes over {} folds and {} replicas", placed.index(&index), folds.count, replicas.count);
    let turns = if replicas.count < folds.count { "some are used for several folds" } else { "some are never reached" };
    Some(
        Diagnostic::warning(LINT.name, message)
            .label(replicas.span, format!("{} replicas", replicas.count))
            .label(folds.span, format!("{} folds", folds.count))
            .label(span, turns)
            .help(format!("declare as many of both: `replicas {name} {}`", folds.count)),
    )
}

/// What a phase trains or runs through by an index.
fn indexed<'p>(placed: &Placed<'p>) -> impl Iterator<Item = (Role, Index, Span)> + 'p {
    let phase = placed.phase;
    let trained = phase.train.iter().filter_map(|t| Some((t.role, t.replica?, t.span)));
    trained.chain(phase.through.iter().filter_map(|r| Some((r.role, r.replica?, r.span))))
}
