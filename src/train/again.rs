//! What the networks of a run make of its data, by weights that were stored when it was over. Owns the second look; trains
//! nothing.

use super::checkpoint::put_back;
use super::criterion::worth;
use super::evaluate::evaluate_each;
use super::observe::{Moment, observe};
use super::{EvaluationPlan, Job, Trainer, folds};
use crate::plan::{Deploy, Route};
use crate::record::{Array, Evaluated};
use std::collections::BTreeMap;

/// What was left of a run.
#[derive(Clone, Copy, Debug)]
pub struct Left<'l> {
    pub weights: &'l BTreeMap<String, Array>,
    /// The networks that it says it deploys.
    pub deployed: &'l [Route],
}

/// Everything that was looked at when the run was over, looked at again: the same as then, to the bit. An error says what was
/// left and is of no such run.
pub fn evaluate_again(
    job: &Job<'_>,
    left: Left<'_>,
    requests: &EvaluationPlan,
    noise: f64,
) -> Result<Vec<Evaluated>, String> {
    let mut trainer = Trainer::new(job).map_err(|error| error.to_string())?;
    put_back(job.graph, job.device, &mut trainer.weights, left.weights)?;
    deploys(&mut trainer, job, left.deployed)?;
    let seen = observe(&mut trainer, job, requests, Moment { epoch: None, deployed: left.deployed, noise });
    trainer.fault().map_or(Ok(seen), |error| Err(error.to_string()))
}

/// Whether a run with these weights can deploy these networks.
fn deploys(trainer: &mut Trainer<'_>, job: &Job<'_>, routes: &[Route]) -> Result<(), String> {
    let sound = match &job.plan.deploy {
        Deploy::Routes(planned) => planned == routes,
        // Which was trained last hangs on where the budget ended.
        Deploy::Last { candidates, .. } => matches!(routes, [only] if candidates.contains(only)),
        Deploy::Best { candidates, set, by } => {
            let ids = set.evaluate(&job.data.splits, &folds(job.plan, job.data, job.seed));
            let each = evaluate_each(trainer, candidates, &ids, None);
            let of = |evaluation| worth(trainer, by, evaluation, &ids, &set.to_string()).unwrap_or(f64::INFINITY);
            let losses: Vec<f64> = each.iter().map(of).collect();
            let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
            let is_best = |route: &Route| candidates.iter().zip(&losses).any(|(c, loss)| c == route && *loss == least);
            let none = !least.is_finite();
            matches!(routes, [only] if is_best(only) || (none && candidates.first() == Some(only)))
        }
    };
    if sound { Ok(()) } else { Err("it deploys other networks than its weights make the ones to deploy".into()) }
}
