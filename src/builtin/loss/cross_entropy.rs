//! `cross_entropy`: logits against class ids.

use super::class_logits;
use crate::builtin::{Link, Loss, ShapeError, Share, Takes, TargetKind};
use crate::shape::Shape;
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Cross entropy of logits with class ids, the mean over batch and steps: `-Σ q log softmax(x)`.
    ///
    /// `q` is 1 for the target class; with `label_smoothing` ε it is `1 - ε`, plus `ε / classes` for all
    /// (Szegedy et al. 2016, section 7). The same numbers as `torch.nn.CrossEntropyLoss`.
    pub struct CrossEntropy = "cross_entropy" as Loss(dyn Loss) {
        /// The share of belief spread over all classes.
        label_smoothing: Share = Share(0.0),
    }
    example "cross_entropy" on [[3]]
}

impl Loss for CrossEntropy {
    fn check(&self, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError> {
        class_logits("cross_entropy", prediction, target)
    }

    fn apply(&self, context: &mut Context, prediction: &Tensor, target: Option<&Tensor>) -> Tensor {
        let target = target.expect("the checker gives cross_entropy a target");
        tensor::cross_entropy(context, prediction, target, self.label_smoothing.0 as f32)
    }

    fn takes(&self) -> Takes {
        Takes::Logits
    }

    fn link(&self, _target: Option<&TargetKind>) -> Link {
        Link::Softmax
    }
}
