//! A fold that a role never sees.

use super::fold_overlap;
use super::phases::{Placed, listed, parts, phases, trains_part};
use super::sets::{mentions_folds, uncovered};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Role, Schedule, SplitExpr, Trained};

pub const LINT: Lint = Lint { name: "uncovered-fold", looks: &[Look::Schedule(check)] };

fn check(schedule: &Schedule) -> Vec<Diagnostic> {
    let phases = phases(schedule);
    let roles = [Role::Uni, Role::Fusion, Role::Head].into_iter();
    let parts = roles.flat_map(|role| parts(role, &phases));
    parts.filter_map(|(name, part)| of_part(schedule, &name, part, &phases)).collect()
}

fn of_part(schedule: &Schedule, name: &str, part: &Trained, phases: &[Placed<'_>]) -> Option<Diagnostic> {
    let folds = schedule.folds.as_ref()?;
    let trains = |placed: &&Placed<'_>| placed.phase.train.iter().any(|trained| trains_part(trained, part));
    let training: Vec<&Placed<'_>> = phases.iter().filter(trains).collect();
    let sets: Vec<&SplitExpr> = training.iter().map(|p| &p.phase.on).collect();
    let first = training.iter().find(|p| mentions_folds(&p.phase.on))?;
    let missing = uncovered(folds.count, &sets);
    // That all replicas have one set is said already.
    if missing.is_empty() || fold_overlap::one_set(schedule, part.role, phases).is_some() {
        return None;
    }
    let (fold, numbers) = named(&missing);
    Some(
        Diagnostic::warning(LINT.name, format!("`{name}` never sees {fold} {numbers}"))
            .label(first.phase.on_span, format!("`{name}` trains on `{}`", first.show(&first.phase.on)))
            .label(folds.span, format!("{} folds", folds.count))
            .help("train it on every fold in turn: `for k in folds { phase … on fold(k) }`"),
    )
}

fn named(folds: &[usize]) -> (&'static str, String) {
    match folds {
        [one] => ("fold", one.to_string()),
        [first, .., last] if folds.len() > 2 && last - first + 1 == folds.len() => {
            ("folds", format!("{first} to {last}"))
        }
        _ => ("folds", listed(&folds.iter().map(usize::to_string).collect::<Vec<_>>())),
    }
}
