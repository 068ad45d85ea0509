//! Deployment of the mean.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Deploy, Schedule};

pub const LINT: Lint = Lint { name: "deployed-mean-costs-k-times", looks: &[Look::Schedule(check)] };

fn check(schedule: &Schedule) -> Vec<Diagnostic> {
    match &schedule.deploy {
        Deploy::Mean => finding(schedule).into_iter().collect(),
        Deploy::Replica(_) | Deploy::Best { .. } | Deploy::Last { .. } => vec![],
    }
}

fn finding(schedule: &Schedule) -> Option<Diagnostic> {
    let (_, most) = schedule.replicas.iter().max_by_key(|(_, r)| r.count).filter(|(_, r)| r.count > 1)?;
    let roles: Vec<String> = schedule.replicas.keys().map(|role| format!("`{}`", role.name())).collect();
    Some(
        Diagnostic::warning(
            LINT.name,
            format!("every prediction runs {} {} times", super::phases::listed(&roles), most.count),
        )
        .label(schedule.deploy_span, "the mean of all replicas")
        .label(most.span, format!("{} replicas", most.count))
        .help(format!(
            "`deploy best {0} on validation` or `deploy {0}[0]` runs one; compare both before you pay for the mean",
            schedule.replicas.keys().next_back()?.name()
        )),
    )
}
