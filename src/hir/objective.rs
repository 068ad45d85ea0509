//! What is made small, what is looked for, and what is measured.

use crate::builtin::detection::DetectionStep;
use crate::builtin::{Loss, Metric};
use crate::span::Span;
use std::sync::Arc;

/// `coefficient * loss(output, target)`; the loss of a pipeline is the sum of its terms.
#[derive(Clone, Debug)]
pub struct LossTerm {
    pub word: &'static str,
    pub coefficient: f64,
    /// Whether a parameter has a say in the coefficient.
    pub weighed: bool,
    pub loss: Arc<dyn Loss>,
    /// Index into the network's outputs.
    pub output: usize,
    /// Index into the dataset's targets.
    pub target: Option<usize>,
    pub span: Span,
}

/// `detect actions = detections(cas, scores) |> min_max |> …`: events that are looked for in outputs.
#[derive(Clone, Debug)]
pub struct Detect {
    pub name: String,
    /// Index of the output that holds the activations, `[T, classes]`.
    pub activations: usize,
    /// Index of the output that says which classes a sample has.
    pub scores: Option<usize>,
    /// The first is `detections`.
    pub steps: Vec<Arc<dyn DetectionStep>>,
    /// Classes that can be found.
    pub classes: usize,
    pub span: Span,
}

/// What a metric is computed of: an index into the network's outputs, or into the pipeline's detections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    Output(usize),
    Detections(usize),
}

#[derive(Clone, Debug)]
pub struct MetricUse {
    /// What measures call it: its word, or what the pipeline says, `metrics map = mean_ap(actions)`.
    pub name: String,
    pub word: &'static str,
    pub metric: Arc<dyn Metric>,
    pub operand: Operand,
    pub target: usize,
    pub span: Span,
}
