//! A fold that a role never sees.

use super::fold_overlap;
use super::phases::{Placed, listed, phases};
use super::sets::{mentions_folds, uncovered};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Role, Schedule, SplitExpr};

pub const LINT: Lint = Lint { name: "uncovered-fold", looks: &[Look::Schedule(check)] };

fn check(schedule: &Schedule) -> Vec<Diagnostic> {
    let phases = phases(schedule);
    [Role::Uni, Role::Fusion, Role::Head].into_iter().filter_map(|role| of_role(schedule, role, &phases)).collect()
}

fn of_role(schedule: &Schedule, role: Role, phases: &[Placed<'_>]) -> Option<Diagnostic> {
    let folds = schedule.folds.as_ref()?;
    let training: Vec<&Placed<'_>> = phases.iter().filter(|p| p.phase.train.iter().any(|t| t.role == role)).collect();
    let sets: Vec<&SplitExpr> = training.iter().map(|p| &p.phase.on).collect();
    let first = training.iter().find(|p| mentions_folds(&p.phase.on))?;
    let missing = uncovered(folds.count, &sets);
    // That all replicas have one set is said already.
    if missing.is_empty() || fold_overlap::one_set(schedule, role, phases).is_some() {
        return None;
    }
    let (fold, numbers) = named(&missing);
    Some(
        Diagnostic::warning(LINT.name, format!("`{}` never sees {fold} {numbers}", role.name()))
            .label(first.phase.on_span, format!("`{}` trains on `{}`", role.name(), first.show(&first.phase.on)))
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
