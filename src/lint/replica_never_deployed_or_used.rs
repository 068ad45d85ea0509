//! Replicas that are trained for nothing.

use super::phases::listed;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Deploy, Replicas, Role, Schedule};
use crate::plan::roles::{self, RoleReplica, RoleVisit, role_visits};
use std::collections::BTreeSet;

pub const LINT: Lint = Lint { name: "replica-never-deployed-or-used", looks: &[Look::Schedule(check)] };

/// Visits of one phase that are tried.
const MAX_VISITS: usize = 10_000;

fn check(schedule: &Schedule) -> Vec<Diagnostic> {
    let Some(visits) = role_visits(schedule, MAX_VISITS) else { return vec![] };
    let used = used(schedule, &visits);
    let trained: BTreeSet<RoleReplica> = visits.iter().flat_map(|visit| visit.trained.iter().copied()).collect();
    let replicated = |role: &Role| schedule.replicas.get(role).is_some_and(|r| r.count > 1);
    let wasted: Vec<RoleReplica> = trained.difference(&used).copied().filter(|copy| replicated(&copy.0)).collect();
    finding(schedule, &wasted).into_iter().collect()
}

fn finding(schedule: &Schedule, wasted: &[RoleReplica]) -> Option<Diagnostic> {
    let roles: BTreeSet<Role> = wasted.iter().map(|copy| copy.0).collect();
    let role = roles.last()?.name();
    let declared = schedule.replicas.get(roles.last()?)?.span;
    let one = |copy: &RoleReplica| format!("`{}[{}]`", copy.0.name(), copy.1);
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

/// Deployed, or run while something that is used (or has one copy) trains.
fn used(schedule: &Schedule, visits: &[RoleVisit]) -> BTreeSet<RoleReplica> {
    let all = |role: Role| (0..roles::count(schedule, role)).map(move |i| (role, i));
    let mut used: BTreeSet<RoleReplica> = match &schedule.deploy {
        Deploy::Replica(named) => {
            let deployed =
                |(role, replicas): (&Role, &Replicas)| (*role, roles::deployed(named, *role, replicas.count));
            schedule.replicas.iter().map(deployed).collect()
        }
        Deploy::Mean | Deploy::Best { .. } | Deploy::Last { .. } => {
            schedule.replicas.keys().flat_map(|role| all(*role)).collect()
        }
    };
    loop {
        let before = used.len();
        for visit in visits {
            let matters = |copy: &RoleReplica| used.contains(copy) || !schedule.replicas.contains_key(&copy.0);
            if visit.trained.iter().any(matters) {
                used.extend(visit.run.iter().copied());
            }
        }
        if used.len() == before {
            return used;
        }
    }
}
