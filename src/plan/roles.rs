//! What the phases of a schedule do to the replicas of every role, whatever the network. Owns the loops over folds and the
//! arithmetic of indices; a plan unrolls with it, and lints of schedules ask it.

use crate::hir::{Index, Phase, Role, Schedule, Step, Variable};
use crate::span::Span;
use std::collections::BTreeMap;

/// A phase where it is written.
#[derive(Clone, Debug)]
pub struct Placed<'a> {
    pub phase: &'a Phase,
    /// Loops over the folds around it, outermost first.
    pub loops: Vec<Loop<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loop<'a> {
    pub variable: Variable,
    pub name: &'a str,
    pub span: Span,
}

/// Values of the loop variables around a phase, outermost first.
pub type LoopValues = BTreeMap<Variable, usize>;

/// A replica of a role: of all its modules.
pub type RoleReplica = (Role, usize);

/// What a phase does for one value of every loop variable.
#[derive(Clone, Debug)]
pub struct RoleVisit {
    pub trained: Vec<RoleReplica>,
    /// Trained or not.
    pub run: Vec<RoleReplica>,
}

/// Every phase, in the order they are written.
pub fn phases(schedule: &Schedule) -> Vec<Placed<'_>> {
    let mut found = vec![];
    collect(&schedule.steps, &mut vec![], &mut found);
    found
}

fn collect<'a>(steps: &'a [Step], loops: &mut Vec<Loop<'a>>, found: &mut Vec<Placed<'a>>) {
    for step in steps {
        match step {
            Step::Repeat { body, .. } => collect(body, loops, found),
            Step::For { variable, name, body, span } => {
                loops.push(Loop { variable: *variable, name, span: *span });
                collect(body, loops, found);
                loops.pop();
            }
            Step::Phase(phase) => found.push(Placed { phase, loops: loops.clone() }),
        }
    }
}

/// Every phase with every value of its loop variables; `None` where one phase has more than `most` of them.
pub fn role_visits(schedule: &Schedule, most: usize) -> Option<Vec<RoleVisit>> {
    let folds = folds(schedule);
    let mut visits = vec![];
    for Placed { phase, loops } in phases(schedule) {
        let count = folds.checked_pow(loops.len() as u32).filter(|n| *n <= most)?;
        visits.extend((0..count).map(|number| {
            let digit = |(depth, of): (usize, &Loop<'_>)| (of.variable, number / folds.pow(depth as u32) % folds);
            role_visit(schedule, phase, &loops.iter().enumerate().map(digit).collect())
        }));
    }
    Some(visits)
}

fn role_visit(schedule: &Schedule, phase: &Phase, loops: &LoopValues) -> RoleVisit {
    let trained: Vec<RoleReplica> = phase
        .train
        .iter()
        .flat_map(|t| replicas(schedule, t.role, t.replica.as_ref(), loops).into_iter().map(|r| (t.role, r)))
        .collect();
    let through = run_through(schedule, phase, loops);
    let through = through.into_iter().flat_map(|(role, replicas)| replicas.into_iter().map(move |r| (role, r)));
    RoleVisit { run: trained.iter().copied().chain(through).collect(), trained }
}

/// Folds that loops run over.
pub fn folds(schedule: &Schedule) -> usize {
    schedule.folds.as_ref().map_or(1, |folds| folds.count)
}

/// Replicas of a role.
pub fn count(schedule: &Schedule, role: Role) -> usize {
    schedule.replicas.get(&role).map_or(1, |replicas| replicas.count)
}

/// Indices stand in a ring of `count`.
pub fn at(index: &Index, loops: &LoopValues, count: usize) -> usize {
    let base = index.variable.and_then(|variable| loops.get(&variable)).copied().unwrap_or(0) as i64;
    (base + index.offset).rem_euclid(count as i64) as usize
}

/// The replica with this index, or all.
pub fn replicas(schedule: &Schedule, role: Role, index: Option<&Index>, loops: &LoopValues) -> Vec<usize> {
    let count = count(schedule, role);
    index.map_or_else(|| (0..count).collect(), |index| vec![at(index, loops, count)])
}

/// By replicated role, the replicas a phase runs through: those it names, else the one it trains, else the first.
pub fn run_through(schedule: &Schedule, phase: &Phase, loops: &LoopValues) -> BTreeMap<Role, Vec<usize>> {
    let of = |role: &Role| {
        let through = phase.through.iter().find(|route| route.role == *role);
        let trained = phase.train.iter().find(|t| t.role == *role).and_then(|t| t.replica.as_ref());
        match (through, trained) {
            (Some(route), _) => replicas(schedule, *role, route.replica.as_ref(), loops),
            (None, Some(index)) => replicas(schedule, *role, Some(index), loops),
            (None, None) => vec![0],
        }
    };
    schedule.replicas.keys().map(|role| (*role, of(role))).collect()
}

/// The replica of a role that `deploy head[2]` leaves: roles that are not named follow the one that is.
pub fn deployed(named: &BTreeMap<Role, usize>, role: Role, count: usize) -> usize {
    let given = named.values().next().copied().unwrap_or(0);
    named.get(&role).copied().unwrap_or(given.min(count - 1))
}
