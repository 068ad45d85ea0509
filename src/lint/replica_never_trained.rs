//! Replicas that no turn of any phase trains.

use super::never_trained_module::learns;
use super::phases::{Placed, listed, parts, phases, trains_part};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Pipeline, Role, Schedule, Trained};
use crate::plan::roles;
use std::collections::BTreeSet;

pub const LINT: Lint =
    Lint { name: "replica-never-trained", looks: &[Look::Schedule(check), Look::Pipeline(of_nothing)] };

/// Replicas of roles that the network does not have.
fn of_nothing(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let Pipeline { network, schedule, .. } = pipeline;
    let has_weights = |role: &Role| network.modules.iter().any(|m| m.used && m.role == *role && learns(m));
    let (Some(first), false) = (schedule.replicas.values().next(), schedule.replicas.keys().any(has_weights)) else {
        return vec![];
    };
    let roles: Vec<String> = schedule.replicas.keys().map(|role| format!("`{}`", role.name())).collect();
    let what = format!("the replicas of {} are one and the same network", listed(&roles));
    vec![
        Diagnostic::warning(LINT.name, what)
            .label(network.used_at, format!("`{}` has no weights there", network.name))
            .label(first.span, "replicas declared here")
            .help("use a network with such modules, or a schedule without replicas"),
    ]
}

fn check(schedule: &Schedule) -> Vec<Diagnostic> {
    let phases = phases(schedule);
    let parts = schedule.replicas.keys().flat_map(|role| parts(*role, &phases));
    parts.filter_map(|(name, part)| of_part(schedule, &name, part, &phases)).collect()
}

fn of_part(schedule: &Schedule, name: &str, part: &Trained, phases: &[Placed<'_>]) -> Option<Diagnostic> {
    let replicas = schedule.replicas.get(&part.role)?;
    let missing: Vec<String> = {
        let trained = trained(schedule, part, replicas.count, phases);
        (0..replicas.count).filter(|i| !trained.contains(i)).map(|i| format!("{name}[{i}]")).collect()
    };
    // A role that is never trained at all is another finding.
    if missing.is_empty() || missing.len() == replicas.count {
        return None;
    }
    let shown: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    let verb = if missing.len() == 1 { "is" } else { "are" };
    let finding = Diagnostic::warning(LINT.name, format!("{} {verb} never trained", listed(&shown)));
    let mut places = phases.iter().flat_map(|placed| &placed.phase.train).filter(|trained| trains_part(trained, part));
    // The one line that trains the role is the one to mend.
    let finding = match (places.next(), places.next()) {
        (Some(only), None) => finding.label(only.span, "trains none of them"),
        (_, _) => finding,
    };
    Some(finding.label(replicas.span, format!("{} replicas", replicas.count)).help(format!(
        "train each in its turn, `for k in folds {{ phase … {{ train {name}[k] … }} }}`, or declare fewer"
    )))
}

/// Replicas that some turn trains.
fn trained(schedule: &Schedule, part: &Trained, count: usize, phases: &[Placed<'_>]) -> BTreeSet<usize> {
    let all = phases.iter().flat_map(|placed| &placed.phase.train).filter(|trained| trains_part(trained, part));
    let turns = |trained: &Trained| -> Vec<usize> {
        let Some(index) = &trained.replica else { return (0..count).collect() };
        let turns = if index.variable.is_some() { roles::folds(schedule) } else { 1 };
        let values = |turn| index.variable.map(|variable| (variable, turn)).into_iter().collect();
        (0..turns).map(|turn| roles::at(index, &values(turn), count)).collect()
    };
    all.flat_map(turns).collect()
}
