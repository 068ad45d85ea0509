//! Folds that nothing is written in terms of.

use super::phases::{Loop, phases};
use super::sets::{mentions, mentions_folds};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Index, Length, Phase, Schedule, Variable};

pub const LINT: Lint = Lint { name: "unused-folds", looks: &[Look::Schedule(check)] };

fn check(schedule: &Schedule) -> Vec<Diagnostic> {
    let Some(folds) = &schedule.folds else { return vec![] };
    let phases = phases(schedule);
    if phases.iter().all(|placed| placed.loops.is_empty() && !mentions_folds(&placed.phase.on)) {
        let message = format!("`{}` has {} folds and uses none", schedule.name, folds.count);
        let finding = Diagnostic::warning(LINT.name, message)
            .label(folds.span, "no phase names them")
            .help("train by them, `for k in folds { phase … on except(k) }`, or remove them");
        return vec![finding];
    }
    let mut loops: Vec<Loop<'_>> = vec![];
    for one in phases.iter().flat_map(|placed| &placed.loops) {
        if !loops.contains(one) {
            loops.push(*one);
        }
    }
    let hangs = |one: &&Loop<'_>| phases.iter().any(|p| p.loops.contains(one) && hangs_on(p.phase, one.variable));
    loops.iter().filter(|one| !hangs(one)).map(|one| idle(one, folds.count)).collect()
}

/// A loop that does the same in every turn.
fn idle(one: &Loop<'_>, folds: usize) -> Diagnostic {
    let name = one.name;
    Diagnostic::warning(LINT.name, format!("nothing in the loop over `{name}` hangs on `{name}`"))
        .label(one.span, format!("the same {folds} times"))
        .help(format!("use it, as in `on except({name})` or `head[{name}]`, or write `repeat {folds}`"))
}

fn hangs_on(phase: &Phase, variable: Variable) -> bool {
    let is = |index: &Option<Index>| index.is_some_and(|index| index.variable == Some(variable));
    let looked_at = if let Length::NoGain { split, .. } = &phase.length { Some(split) } else { None };
    phase.train.iter().any(|t| is(&t.replica))
        || phase.through.iter().any(|r| is(&r.replica))
        || [Some(&phase.on), looked_at].into_iter().flatten().any(|set| mentions(set, variable))
}
