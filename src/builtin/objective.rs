//! Losses, to the rest of the program: what they take a prediction for, and how a person reads it.

use super::{ShapeError, TargetKind, Written};
use crate::shape::Shape;
use crate::tensor::{Context, Tensor};
use std::fmt::{self, Debug};

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

    /// What it takes a prediction to be.
    fn takes(&self) -> Takes;

    /// What turns a prediction of this target into what a person reads: what is stored, averaged over replicas and measured.
    fn link(&self, target: Option<&TargetKind>) -> Link;
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
