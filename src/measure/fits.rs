//! Whether numbers are those of a network on a split: what a file says may be anything. Owns the shapes that measures rely on.

use crate::builtin::{NO_CLASS, TargetKind};
use crate::graph::{Graph, Target};
use crate::record::{Artifacts, Evaluated};
use std::collections::BTreeMap;

/// What was seen and fits: every output is `samples × width` of its node, and every target of the split has as many samples and
/// values that it can take.
pub fn fitting<'k>(artifacts: &'k Artifacts, graph: &Graph) -> Vec<&'k Evaluated> {
    let mut truths: BTreeMap<&str, Vec<Option<usize>>> = BTreeMap::new();
    for truth in &artifacts.truths {
        if let Some(target) = graph.targets.iter().find(|target| target.name == truth.target) {
            truths.entry(&truth.split).or_default().push(samples(target, &truth.values.values));
        }
    }
    let has = |split: &str, samples: usize| truths.get(split).into_iter().flatten().all(|own| *own == Some(samples));
    let is_output = |name: &str, axes: &[usize], samples: usize| {
        let output = graph.outputs.iter().find(|output| output.name == name);
        output.is_some_and(|output| *axes == [samples, graph.node(output.node).axes.iter().product()])
    };
    let fits = |evaluated: &&Evaluated| {
        let Some(first) = evaluated.outputs.values().next() else { return true };
        let Some(&samples) = first.axes.first() else { return false };
        has(&evaluated.split, samples)
            && evaluated.outputs.iter().all(|(name, array)| is_output(name, &array.axes, samples))
    };
    artifacts.evaluated.iter().filter(fits).collect()
}

/// How many samples a target has; `None` where these cannot be its values. Of steps without a class, [`NO_CLASS`] is one.
fn samples(target: &Target, values: &[f32]) -> Option<usize> {
    let width: usize = target.kind.shape().iter().product();
    let is_class = matches!(target.kind, TargetKind::Class { .. });
    let takes = |value: &f32| target.kind.takes(*value) || (is_class && *value == NO_CLASS);
    (width > 0 && values.len().is_multiple_of(width) && values.iter().all(takes)).then(|| values.len() / width)
}
