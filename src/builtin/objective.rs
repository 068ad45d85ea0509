//! Losses, to the rest of the program: what they take a prediction for, and how a person reads it.

use super::{ShapeError, TargetKind, Written};
use crate::shape::Shape;
use crate::tensor::{Context, Tensor};
use std::fmt::{self, Debug};
use std::sync::Arc;

/// A scalar to be made small: the mean over the batch of a loss of a prediction against a target.
pub trait Loss: Written + Debug + Send + Sync {
    /// Whether there must be a target; `l1` of an output alone has none.
    fn needs_target(&self) -> bool {
        true
    }

    /// Whether this output can be held against this target.
    fn check(&self, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError>;

    /// Prediction and target carry the batch axis; the result is a scalar (no axes).
    fn apply(&self, context: &mut Context, prediction: &Tensor, target: Option<&Tensor>) -> Tensor;

    /// The same with the numbers that only the training samples of a run tell, such as what `balanced` classes count, where it
    /// needs any. An error says which are not defined.
    fn counted(&self, counts: &ClassCounts) -> Option<Result<Arc<dyn Loss>, String>> {
        let _ = counts;
        None
    }

    /// Whether some samples count more than others, or some steps nothing.
    fn counts_differently(&self, kind: &TargetKind) -> bool {
        let _ = kind;
        false
    }

    /// What a batch counts in a mean over batches: the number of its samples where none counts differently.
    fn counts(&self, kind: &TargetKind, target: &Tensor) -> f64 {
        let _ = kind;
        target.axes().first().copied().unwrap_or(1) as f64
    }

    /// Whether rare classes, or what is hard, count more by its arguments or its formula.
    fn minds_classes(&self) -> bool {
        false
    }

    /// What it takes a prediction to be.
    fn takes(&self) -> Takes;

    /// What turns a prediction of this target into what a person reads: what is stored, averaged over replicas and measured.
    fn link(&self, target: Option<&TargetKind>) -> Link;
}

/// How often each class occurs in the training split of a run: of samples, or of steps that have a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassCounts {
    /// By class; of several at once, how often each is there.
    pub classes: Vec<usize>,
    /// Samples, or steps that have a class.
    pub all: usize,
    /// Whether a sample has several at once.
    pub at_once: bool,
}

/// What a loss takes a prediction to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Logits,
    Probabilities,
    /// Logits by its formula, though programs of others apply it to probabilities.
    Either,
    /// Numbers of any kind.
    Numbers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Identity,
    /// Logits to probabilities over the last axis.
    Softmax,
    Sigmoid,
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Link::Identity => "it is",
            Link::Softmax => "softmax",
            Link::Sigmoid => "sigmoid",
        })
    }
}
