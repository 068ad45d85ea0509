//! Events that are found in stored predictions. Owns which numbers of a run a `detect` statement reads; the steps themselves are
//! builtins.

use crate::builtin::TargetKind;
use crate::builtin::events::{Detection, Stored};
use crate::graph::{Detect, Graph};
use crate::record::{Array, Artifacts, Evaluated};

/// What is found in every sample of a split. `None` where its outputs, or the durations of its samples, were not kept.
pub fn found(
    artifacts: &Artifacts,
    graph: &Graph,
    detect: &Detect,
    evaluated: &Evaluated,
) -> Option<Vec<Vec<Detection>>> {
    let output = |i: usize| evaluated.outputs.get(&graph.outputs[i].name);
    for needed in std::iter::once(detect.activations).chain(detect.scores) {
        output(needed)?;
    }
    let durations = durations(artifacts, graph, &evaluated.split)?;
    let row = |array: &'_ Array, i: usize| i * array.axes[1]..(i + 1) * array.axes[1];
    let sample = |(i, duration): (usize, &f64)| {
        let numbers = |of: usize| output(of).map_or(&[][..], |array| &array.values[row(array, i)]);
        detect.find(numbers, *duration)
    };
    Some(durations.iter().enumerate().map(sample).collect())
}

/// Seconds that every sample of a split spans: targets of events say them.
fn durations(artifacts: &Artifacts, graph: &Graph, split: &str) -> Option<Vec<f64>> {
    let target = graph.targets.iter().find(|t| matches!(t.kind, TargetKind::Events { .. }))?;
    let truth = artifacts.truths.iter().find(|t| t.target == target.name && t.split == split)?;
    let width: usize = target.kind.shape().iter().product();
    Some(truth.values.values.chunks_exact(width).map(|row| Stored::read(row).duration).collect())
}
