//! How good networks are by what the best of several is chosen by.

use super::evaluate::Evaluation;
use super::{RunError, Trainer};
use crate::builtin::Predictions;
use crate::graph::Operand;
use crate::id::SampleId;
use crate::plan::Criterion;

/// What a network is worth, less is better; evaluated on these samples, called `set`.
///
/// # Errors
/// The metric is not defined on them: nothing can be chosen by it.
pub fn worth(
    trainer: &Trainer<'_>,
    by: &Criterion,
    evaluation: &Evaluation,
    ids: &[SampleId],
    set: &str,
) -> Result<f64, RunError> {
    let name = match by {
        Criterion::Loss => return Ok(evaluation.loss),
        Criterion::Metric(name) => name,
    };
    let graph = trainer.graph;
    let measure = graph.metrics.iter().find(|measure| measure.name == *name).expect("the checker knows the metrics");
    let Operand::Output(output) = measure.operand else { unreachable!("the checker refuses metrics of detections") };
    let target = &graph.targets[measure.target];
    let mut targets = vec![];
    trainer.data.target(&target.name).expect("the checker knows the targets").gather(ids, &mut targets);
    let values = evaluation.outputs[output].as_slice();
    let (samples, width) = (ids.len(), values.len() / ids.len().max(1));
    let predictions = Predictions { values, width, targets: &targets, target: &target.kind, samples, found: &[] };
    match measure.metric.measure(&predictions) {
        Ok(value) if measure.metric.lower_is_better() => Ok(value),
        Ok(value) => Ok(-value),
        Err(why) => Err(RunError::NoChoice { metric: name.clone(), set: set.into(), why: why.to_string() }),
    }
}
