//! Whether numbers are those of a network on a split: what a file says may be anything. Owns the shapes that measures rely on.

use crate::builtin::{NO_CLASS, TargetKind};
use crate::graph::Graph;
use crate::record::{Evaluated, Kept};

/// Whether every output is `samples × width` of its node, every target of the split has as many samples, and every class is one.
pub fn fits(kept: &Kept, graph: &Graph, evaluated: &Evaluated) -> bool {
    let Some(samples) = evaluated.outputs.values().next().and_then(|array| array.axes.first()) else {
        return evaluated.outputs.is_empty();
    };
    let is_output = |name: &str, axes: &[usize]| {
        let output = graph.outputs.iter().find(|output| output.name == name);
        output.is_some_and(|output| *axes == [*samples, graph.nodes[output.node].axes.iter().product()])
    };
    let is_target = |name: &str, values: &[f32]| {
        let Some(target) = graph.targets.iter().find(|target| target.name == name) else { return true };
        let width: usize = target.kind.shape().iter().product();
        Some(values.len()) == samples.checked_mul(width) && values.iter().all(|&value| is_value(&target.kind, value))
    };
    evaluated.outputs.iter().all(|(name, array)| is_output(name, &array.axes))
        && kept.truths.iter().filter(|t| t.split == evaluated.split).all(|t| is_target(&t.target, &t.values.values))
}

/// Whether a target of this kind can have that value.
fn is_value(kind: &TargetKind, value: f32) -> bool {
    let is_class = |classes: usize| value.fract() == 0.0 && (0.0..classes as f32).contains(&value);
    match kind {
        TargetKind::Class { classes, .. } => is_class(*classes) || value == NO_CLASS,
        TargetKind::Multi { .. } => is_class(2),
        TargetKind::Real { .. } | TargetKind::Events { .. } => value.is_finite(),
    }
}
