//! Trials that halt, and are judged, before all that is deployed of them has learned.

use super::cost::Run;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Amount, Candidates, Experiment, Halt, Pipeline, Search};
use crate::plan::{Deploy, ReplicaId, Route};

pub const LINT: Lint = Lint { name: "halved-untrained", looks: &[Look::Experiment(check)] };

fn check(experiment: &Experiment) -> Vec<Diagnostic> {
    experiment.candidates().filter_map(|(search, own)| halved(experiment, search, own)).take(1).collect()
}

/// The first finding of an arm.
fn halved(experiment: &Experiment, search: &Search, own: &Candidates) -> Option<Diagnostic> {
    let at = own.rungs(search).first()?.halt?.at;
    let pipeline = own.pipelines.first()?;
    let missing = untrained(pipeline, at)?;
    let name = experiment.arm_name(&experiment.arms[own.arm]);
    let module = &pipeline.network.module(missing.module).name;
    let found = Diagnostic::warning(
        LINT.name,
        format!("the trials of {name} first halt after {at}, when `{module}[{}]` has not learned", missing.number),
    );
    let later = (2..=64).map(|times| Amount { count: at.count * f64::from(times), ..at });
    let mut later = later.take_while(|at| at.count < pipeline.budget.count);
    let help = match later.find(|at| untrained(pipeline, *at).is_none()) {
        Some(at) => format!("they are judged there by what has learned nothing: halt later, such as `from {at}`"),
        None => "they are judged there by what has learned nothing: search without `halving`".into(),
    };
    Some(
        found
            .label(search.span, "judged on their way")
            .label(pipeline.schedule.used_at, "trains its parts one after another")
            .help(help),
    )
}

/// A replica that is deployed and learns in the whole run, and has not where it halts.
fn untrained(pipeline: &Pipeline, at: Amount) -> Option<ReplicaId> {
    let halted = pipeline.halting(Some(Halt { at, next: None }));
    let (whole, early) = (Run::new(pipeline)?, Run::new(&halted)?);
    let (learns, learned) = (whole.trained()?, early.trained()?);
    let missing = |route: &Route| route.replicas().find(|id| learns.contains(id) && !learned.contains(id));
    match &whole.plan.deploy {
        Deploy::Routes(routes) => routes.iter().find_map(missing),
        // Any of them may be the one.
        Deploy::Best { candidates, .. } | Deploy::Last { candidates, .. } => {
            let all: Option<Vec<ReplicaId>> = candidates.iter().map(missing).collect();
            all?.first().copied()
        }
    }
}
