//! Networks on a set of samples: loss, and outputs as a person reads them. Owns batching of the evaluation; changes no weight.

use super::Trainer;
use crate::builtin::Predictions;
use crate::graph;
use crate::plan::Route;
use crate::tensor::Context;

/// Samples computed at a time.
pub const BATCH: usize = 512;

/// What networks make of a set of samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Mean over the samples, and over the networks where there are several.
    pub loss: f64,
    /// One of the pipeline's metrics each, of the averaged linked outputs.
    pub metrics: Vec<f64>,
    /// Linked outputs `samples × width`, one array an output; averaged over the networks.
    pub outputs: Vec<Vec<f32>>,
}

/// Evaluates the networks of `routes` together on the samples `ids`.
pub fn evaluate(trainer: &mut Trainer<'_>, routes: &[Route], ids: &[u32]) -> Evaluation {
    let graph = trainer.graph;
    let mut context = Context::evaluate(&trainer.device);
    let frozen = vec![true; graph.modules.len()];
    let mut loss = 0.0;
    let mut outputs: Vec<Vec<f32>> = vec![vec![]; graph.outputs.len()];
    let share = 1.0 / routes.len() as f32;
    for batch in ids.chunks(BATCH) {
        let inputs = trainer.inputs(batch);
        let targets = trainer.targets(batch);
        let start: Vec<usize> = outputs.iter().map(Vec::len).collect();
        for route in routes {
            context.reset();
            let raw = graph::forward(graph, &mut context, &mut trainer.weights, route, &frozen, &inputs);
            loss += f64::from(graph::objective(graph, &mut context, &raw, &targets).item()) * batch.len() as f64;
            for (i, (output, tensor)) in graph.outputs.iter().zip(&raw).enumerate() {
                let linked = graph::linked(&mut context, tensor, output.link);
                let values = linked.values();
                outputs[i].resize(start[i] + values.len(), 0.0);
                outputs[i][start[i]..].iter_mut().zip(values.iter()).for_each(|(sum, v)| *sum += v * share);
            }
        }
    }
    loss /= (ids.len().max(1) * routes.len()) as f64;
    let metrics = graph.metrics.iter().map(|measure| {
        let target = &graph.targets[measure.target];
        let source = trainer.data.target(&target.name).expect("the checker knows the targets");
        let width: usize = target.kind.shape().iter().product();
        let targets: Vec<f32> =
            ids.iter().flat_map(|&id| &source.values[id as usize * width..][..width]).copied().collect();
        let values = &outputs[measure.output];
        measure.metric.measure(&Predictions {
            values,
            width: values.len() / ids.len().max(1),
            targets: &targets,
            target: &target.kind,
            samples: ids.len(),
        })
    });
    let metrics = metrics.collect();
    Evaluation { loss, metrics, outputs }
}
