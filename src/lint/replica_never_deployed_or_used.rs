//! Replicas that are trained for nothing.

use super::phases::{Placed, phases};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Deploy, Index, Role, Schedule};
use std::collections::BTreeSet;

pub const LINT: Lint = Lint {
    name: "replica-never-deployed-or-used",
    doc: "A replica is trained, but neither deployed nor run by a phase that trains anything deployed: the time is wasted, or \
          `deploy` means another.",
    looks: &[Look::Schedule(check)],
};

/// Turns of one phase that are tried.
const MAX_TURNS: usize = 10_000;

fn check(schedule: &Schedule) -> Vec<Diagnostic> {
    let Some(turns) = turns(schedule) else { return vec![] };
    let used = used(schedule, &turns);
    let trained: BTreeSet<Copy> = turns.iter().flat_map(|turn| turn.trained.iter().copied()).collect();
    let wasted = |role: Role| trained.iter().filter(|c| c.0 == role && !used.contains(c)).map(|c| c.1).collect();
    let roles = schedule.replicas.iter().filter(|(_, r)| r.count > 1);
    roles.filter_map(|(role, replicas)| finding(schedule, *role, wasted(*role), replicas.span)).collect()
}

fn finding(schedule: &Schedule, role: Role, wasted: Vec<usize>, declared: crate::span::Span) -> Option<Diagnostic> {
    let (first, last) = (wasted.first()?, wasted.last()?);
    let name = role.name();
    let what = match wasted.len() {
        1 => format!("`{name}[{first}]` is"),
        2 => format!("`{name}[{first}]` and `{name}[{last}]` are"),
        n => format!("{n} replicas of `{name}`, `{name}[{first}]` to `{name}[{last}]`, are"),
    };
    Some(
        Diagnostic::warning(LINT.name, format!("{what} trained, but neither deployed nor used by another phase"))
            .label(schedule.deploy_span, "deploys none of them")
            .label(declared, "replicas declared here")
            .help(format!("deploy `mean` or `best {name} on validation`, or let a phase run `through {name}[k]`")),
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
    Turn { runs: trained.iter().copied().chain(routed).collect(), trained }
}

/// Deployed, or run while something that is used (or has one copy) trains.
fn used(schedule: &Schedule, turns: &[Turn]) -> BTreeSet<Copy> {
    let all = |role: Role| (0..schedule.replicas.get(&role).map_or(1, |r| r.count)).map(move |i| (role, i));
    let mut used: BTreeSet<Copy> = match &schedule.deploy {
        Deploy::Replica(at) => {
            schedule.replicas.keys().map(|role| (*role, at.get(role).copied().unwrap_or(0))).collect()
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
