//! What is seen of a run at one moment: the networks that would be deployed, and replicas by themselves, on splits. Owns
//! the records of it; changes no weight, no stream and no optimizer state.

use super::changed_inputs::ChangedInputs;
use super::evaluate::{Evaluation, average, evaluate_each};
use super::{EvaluationPlan, EvaluationRequest, Job, Networks, Trainer};
use crate::data::Dataset;
use crate::graph::Graph;
use crate::plan::Route;
use crate::record::{Array, Evaluated, Evaluee, Truth};
use std::collections::BTreeMap;

/// The moment.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'m> {
    /// `None`: after training.
    pub epoch: Option<u32>,
    pub deployed: &'m [Route],
    /// Of noisy inputs, in standard deviations.
    pub noise: f64,
}

/// Evaluates what the plan names. Splits that the dataset does not have are left out.
pub fn observe(trainer: &mut Trainer<'_>, job: &Job<'_>, plan: &EvaluationPlan, moment: Moment<'_>) -> Vec<Evaluated> {
    let mut seen = vec![];
    for (EvaluationRequest { split, change }, networks) in plan.iter() {
        let Some(ids) = job.data.split(split) else { continue };
        let replicas = match networks {
            Networks::Deployed => vec![],
            Networks::Each => job.plan.replicas(),
        };
        let changed = change.as_ref().map(|c| ChangedInputs::of(job.graph, job.data, split, c, moment.noise, job.seed));
        let changed = changed.transpose().unwrap_or_else(|error| {
            trainer.blame(error);
            None
        });
        let changed = changed.flatten();
        let mut routes = moment.deployed.to_vec();
        for (_, route) in &replicas {
            if !routes.contains(route) {
                routes.push(route.clone());
            }
        }
        let each = evaluate_each(trainer, &routes, ids, changed.as_ref());
        let record = |network: Evaluee, evaluation: Evaluation| Evaluated {
            epoch: moment.epoch,
            network,
            split: split.clone(),
            change: change.clone(),
            loss: evaluation.loss,
            outputs: arrays(job.graph, evaluation.outputs, ids.len()),
        };
        seen.push(record(Evaluee::Deployed, average(&each[..moment.deployed.len()])));
        for (name, route) in replicas {
            let at = routes.iter().position(|r| *r == route).expect("it was added above");
            seen.push(record(Evaluee::Replica(name), each[at].clone()));
        }
    }
    seen
}

fn arrays(graph: &Graph, outputs: Vec<Vec<f32>>, samples: usize) -> BTreeMap<String, Array> {
    let array = |values: Vec<f32>| Array { axes: vec![samples, values.len() / samples.max(1)], values };
    graph.outputs.iter().map(|o| o.name.clone()).zip(outputs.into_iter().map(array)).collect()
}

/// The targets of every split, in the order of their predictions.
pub fn truths(graph: &Graph, data: &Dataset) -> Vec<Truth> {
    let mut truths = vec![];
    for target in &graph.targets {
        let Some(source) = data.target(&target.name) else { continue };
        for (split, ids) in &data.splits {
            let mut values = vec![];
            source.gather(ids, &mut values);
            let values = Array { axes: vec![ids.len(), source.width()], values };
            truths.push(Truth { target: target.name.clone(), split: split.to_string(), values });
        }
    }
    truths
}
