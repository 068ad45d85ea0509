//! Replicas that are trained for nothing.

use super::phases::{Placed, listed, phases};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Deploy, Index, Role, Schedule};
use std::collections::BTreeSet;

pub const LINT: Lint = Lint { name: "replica-never-deployed-or-used", looks: &[Look::Schedule(check)] };

/// Turns of one phase that are tried.
const MAX_TURNS: usize = 10_000;

fn check(schedule: &Schedule) -> Vec<Diagnostic> {
    let Some(turns) = turns(schedule) else { return vec![] };
    let used = used(schedule, &turns);
    let trained: BTreeSet<Copy> = turns.iter().flat_map(|turn| turn.trained.iter().copied()).collect();
    let replicated = |role: &Role| schedule.replicas.get(role).is_some_and(|r| r.count > 1);
    let wasted: Vec<Copy> = trained.difference(&used).copied().filter(|copy| replicated(&copy.0)).collect();
    finding(schedule, &wasted).into_iter().collect()
}

fn finding(schedule: &Schedule, wasted: &[Copy]) -> Option<Diagnostic> {
    let roles: BTreeSet<Role> = wasted.iter().map(|copy| copy.0).collect();
    let role = roles.last()?.name();
    let declared = schedule.replicas.get(roles.last()?)?.span;
    let one = |copy: &Copy| format!("`{}[{}]`", copy.0.name(), copy.1);
    let what = match wasted {
        [copy] => format!("{} is", one(copy)),
        [first, .., last] if roles.len() == 1 && wasted.len() > 2 => {
            format!("{} replicas of `{role}`, {} to {}, are", wasted.len(), one(first), one(last))
        }
        [..] if roles.len() == 1 => format!("{} are", listed(&wasted.iter().map(one).collect::<Vec<_>>())),
        [..] => {
            let names: Vec<String> = roles.iter().map(|role| format!("`{}`", role.name())).collect();
            format!("replicas of {} are", listed(&names))
        }
    };
    Some(
        Diagnostic::warning(LINT.name, format!("{what} trained, but neither deployed nor used by another phase"))
            .label(schedule.deploy_span, "deploys none of them")
            .label(declared, "replicas declared here")
            .help(format!("deploy `mean` or `best {role} on validation`, or let a phase run `through {role}[k]`")),
    )
}

/// One copy of a role's modules.
type Copy = (Role, usize);

/// What one turn of a phase trains and runs. Roles with one copy are number 0.
struct Turn {
    trained: Vec<Copy>,
    runs: Vec<Copy>,
}

/// Every turn of every phase; `None` where there are too many to try.
fn turns(schedule: &Schedule) -> Option<Vec<Turn>> {
    let k = schedule.folds.as_ref().map_or(1, |f| f.count);
    let mut found = vec![];
    for placed in phases(schedule) {
        let count = k.checked_pow(placed.loops.len() as u32).filter(|n| *n <= MAX_TURNS)?;
        found.extend((0..count).map(|turn| of_turn(schedule, &placed, turn, k)));
    }
    Some(found)
}

fn of_turn(schedule: &Schedule, placed: &Placed<'_>, turn: usize, k: usize) -> Turn {
    let copies = |role: Role, index: Option<&Index>| -> Vec<Copy> {
        let count = schedule.replicas.get(&role).map_or(1, |r| r.count);
        match index {
            Some(index) => {
                let start = index.variable.map_or(0, |v| turn / k.pow(v.0 as u32) % k) as i64;
                vec![(role, (start + index.offset).rem_euclid(count as i64) as usize)]
            }
            None => (0..count).map(|i| (role, i)).collect(),
        }
    };
    let trained: Vec<Copy> = placed.phase.train.iter().flat_map(|t| copies(t.role, t.replica.as_ref())).collect();
    let routed = placed.phase.through.iter().flat_map(|r| copies(r.role, r.replica.as_ref()));
    let mut runs: Vec<Copy> = trained.iter().copied().chain(routed).collect();
    // What a phase does not name runs through the first replica.
    let unnamed = schedule.replicas.keys().filter(|role| runs.iter().all(|copy| copy.0 != **role));
    runs.extend(unnamed.map(|role| (*role, 0)).collect::<Vec<_>>());
    Turn { runs, trained }
}

/// Deployed, or run while something that is used (or has one copy) trains.
fn used(schedule: &Schedule, turns: &[Turn]) -> BTreeSet<Copy> {
    let all = |role: Role| (0..schedule.replicas.get(&role).map_or(1, |r| r.count)).map(move |i| (role, i));
    let mut used: BTreeSet<Copy> = match &schedule.deploy {
        Deploy::Replica(at) => {
            // Roles that are not named follow the one that is.
            let given = at.values().next().copied().unwrap_or(0);
            let copy = |role: &Role, count: usize| (*role, at.get(role).copied().unwrap_or(given.min(count - 1)));
            schedule.replicas.iter().map(|(role, r)| copy(role, r.count)).collect()
        }
        Deploy::Mean | Deploy::Best { .. } | Deploy::Last { .. } => {
            schedule.replicas.keys().flat_map(|role| all(*role)).collect()
        }
    };
    loop {
        let before = used.len();
        for turn in turns {
            let matters = |copy: &Copy| used.contains(copy) || !schedule.replicas.contains_key(&copy.0);
            if turn.trained.iter().any(matters) {
                used.extend(turn.runs.iter().copied());
            }
        }
        if used.len() == before {
            return used;
        }
    }
}
