//! Networks on a set of samples: loss, and outputs as a person reads them. Owns batching of the evaluation; changes no weight.

use super::Trainer;
use super::changed_inputs::ChangedInputs;
use super::terms::MeanLoss;
use crate::graph;
use crate::id::SampleId;
use crate::plan::Route;
use crate::tensor::Context;
use std::sync::Arc;

/// What a network makes of a set of samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Mean over the samples, as the loss counts them, and over the networks where there are several.
    pub loss: f64,
    /// Linked outputs `samples × width`, one array an output; averaged over the networks.
    pub outputs: Vec<Vec<f32>>,
}

/// Evaluates the networks of `routes` together on the samples `ids`.
pub fn evaluate(trainer: &mut Trainer<'_>, routes: &[Route], ids: &[SampleId]) -> Evaluation {
    average(&evaluate_each(trainer, routes, ids, None))
}

/// Evaluates every network by itself; what they have in common is computed once. With `changed`, one input has those values.
pub fn evaluate_each(
    trainer: &mut Trainer<'_>,
    routes: &[Route],
    ids: &[SampleId],
    changed: Option<&ChangedInputs>,
) -> Vec<Evaluation> {
    let graph = trainer.graph;
    let mut context = Context::evaluate(&trainer.device);
    let frozen = vec![vec![true; graph.modules.len()]; routes.len()];
    let nothing = Evaluation { loss: 0.0, outputs: vec![vec![]; graph.outputs.len()] };
    let mut each = vec![nothing; routes.len()];
    let terms = Arc::clone(&trainer.terms);
    let mut losses = vec![MeanLoss::new(graph, &terms); routes.len()];
    let size = graph.evaluated_together();
    for (number, batch) in ids.chunks(size).enumerate() {
        let mut inputs = trainer.inputs(batch);
        if let Some(changed) = changed {
            changed.put(&mut inputs, number * size, &trainer.device);
        }
        let targets = trainer.targets(batch);
        context.reset();
        let known = graph::NodeValues::inputs(graph, &inputs);
        let raw = graph::forward_each(graph, &mut context, &mut trainer.weights, routes, &frozen, known);
        for ((evaluation, loss), raw) in each.iter_mut().zip(&mut losses).zip(&raw) {
            loss.add(&mut context, raw, &targets, batch.len());
            for ((output, tensor), values) in graph.outputs.iter().zip(raw).zip(&mut evaluation.outputs) {
                values.extend_from_slice(&graph::linked(&mut context, tensor, output.link).values());
            }
        }
    }
    drop(context);
    trainer.make_room();
    each.iter_mut().zip(&losses).for_each(|(evaluation, loss)| evaluation.loss = loss.mean());
    each
}

/// Several networks as one: the mean of their losses and linked outputs.
pub fn average(each: &[Evaluation]) -> Evaluation {
    let share = 1.0 / each.len() as f32;
    let mut mean = Evaluation { loss: 0.0, ..each[0].clone() };
    mean.outputs.iter_mut().flatten().for_each(|value| *value *= share);
    for other in &each[1..] {
        for (sum, value) in mean.outputs.iter_mut().flatten().zip(other.outputs.iter().flatten()) {
            *sum += value * share;
        }
    }
    mean.loss = each.iter().map(|evaluation| evaluation.loss).sum::<f64>() / each.len() as f64;
    mean
}
