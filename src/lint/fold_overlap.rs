//! Folds that do not do what folds are for.

use super::phases::{Placed, folds, how_many, phases};
use super::sets::{depends_on, mentions_folds, same};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Role, Schedule, SplitExpr};

pub const LINT: Lint = Lint { name: "fold-overlap", looks: &[Look::Schedule(check)] };

fn check(schedule: &Schedule) -> Vec<Diagnostic> {
    let phases = phases(schedule);
    let whole = phases.iter().filter_map(|placed| nothing_held_out(schedule, placed));
    whole.chain(schedule.replicas.keys().filter_map(|role| one_set(schedule, *role, &phases))).collect()
}

/// `fold(k) + except(k)`.
fn nothing_held_out(schedule: &Schedule, placed: &Placed<'_>) -> Option<Diagnostic> {
    let set = &placed.phase.on;
    let is_all = |folds| same(folds, set, &SplitExpr::All);
    if !mentions_folds(set) || !is_all(folds(schedule)) {
        return None;
    }
    let always = how_many(schedule, is_all);
    Some(
        Diagnostic::warning(LINT.name, format!("`{}` is the whole training split, {always}", placed.show(set)))
            .label(placed.phase.on_span, "holds nothing out")
            .help("write `all` if that is meant; a held-out set is `except(k)`, its complement `fold(k)`"),
    )
}

/// `head[k] on except(0)`.
pub fn one_set(schedule: &Schedule, role: Role, phases: &[Placed<'_>]) -> Option<Diagnostic> {
    let replicas = schedule.replicas.get(&role).filter(|r| r.count > 1)?;
    let mut found: Option<&Placed<'_>> = None;
    for placed in phases {
        for trained in placed.phase.train.iter().filter(|t| t.role == role) {
            let variable = trained.replica.as_ref()?.variable?;
            if depends_on(folds(schedule), &placed.phase.on, variable) {
                return None;
            }
            found = found.or(Some(placed));
        }
    }
    let placed = found?;
    let set = placed.show(&placed.phase.on);
    let held_out = placed.phase.on_span;
    let variable = placed.loops.last().map_or("k", |l| l.name);
    Some(
        Diagnostic::warning(
            LINT.name,
            format!("all {} replicas of `{}` train on one set, `{set}`", replicas.count, role.name()),
        )
        .label(held_out, format!("the same for every `{variable}`"))
        .label(replicas.span, "replicas declared here")
        .help(format!(
            "replicas generalize differently if each has its own set: `on except({variable})` (Table 6 of the paper: 78.5 % \
             against 76.0 %)"
        )),
    )
}
