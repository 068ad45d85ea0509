//! `cross_entropy`: logits against class ids.

use super::class_logits;
use crate::builtin::balance::ClassWeights;
use crate::builtin::{ClassCounts, Link, Loss, ShapeError, Share, Takes, TargetKind};
use crate::shape::Shape;
use crate::tensor::{self, Context, Tensor};
use std::sync::Arc;

crate::row! {
    /// Cross entropy of logits with class ids, the mean over batch and steps: `-Σ q log softmax(x)`.
    ///
    /// `q` is 1 for the target class; with `label_smoothing` ε it is `1 - ε`, plus `ε / classes` for all
    /// (Szegedy et al. 2016, section 7). Steps that have no class (`ignore`) count nothing.
    ///
    /// With `weights` w it is `-Σ w q log softmax(x)`, and the sum is divided by the weights of the true classes, not by their
    /// number; a batch whose weights are all 0 has the loss 0. `weights: balanced` gives class c the weight
    /// `n / (classes × n_c)`, as `compute_class_weight` of scikit-learn: n of the samples (or steps) of the run's training split
    /// have a class, n_c this one. They are counted once a run in the whole of `train`, whatever folds it is cut into, and
    /// nowhere else. A class that `train` lacks is an error. The loss of any split is the mean by these weights.
    ///
    /// The same numbers as `torch.nn.CrossEntropyLoss`, with its `weight`, `label_smoothing` and `ignore_index`.
    pub struct CrossEntropy = "cross_entropy" as Loss(dyn Loss) {
        /// The share of belief spread over all classes.
        label_smoothing: Share = Share(0.0),
        /// What each class counts: `balanced`, or a list of numbers.
        weights: Option<ClassWeights> = None,
    }
    example "cross_entropy" on [[3]]
}

impl Loss for CrossEntropy {
    fn check(&self, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError> {
        class_logits("cross_entropy", prediction, target)?;
        self.weights.as_ref().map_or(Ok(()), |weights| weights.fit("cross_entropy", target))
    }

    fn apply(&self, context: &mut Context, prediction: &Tensor, target: Option<&Tensor>) -> Tensor {
        let target = target.expect("the checker gives cross_entropy a target");
        let weights = self.weights.as_ref().map(ClassWeights::numbers).unwrap_or_default();
        tensor::cross_entropy(context, prediction, target, self.label_smoothing.0 as f32, &weights)
    }

    fn counted(&self, counts: &ClassCounts) -> Option<Result<Arc<dyn Loss>, String>> {
        let with = |weights| Self { weights: Some(weights), ..self.clone() };
        ClassWeights::decided(self.weights.as_ref(), counts, with)
    }

    fn counts_differently(&self, kind: &TargetKind) -> bool {
        ClassWeights::differ(self.weights.as_ref(), kind)
    }

    fn counts(&self, kind: &TargetKind, target: &Tensor) -> f64 {
        ClassWeights::of_batch(self.weights.as_ref(), kind, target)
    }

    fn minds_classes(&self) -> bool {
        self.weights.is_some()
    }

    fn takes(&self) -> Takes {
        Takes::Logits
    }

    fn link(&self, _target: Option<&TargetKind>) -> Link {
        Link::Softmax
    }
}
