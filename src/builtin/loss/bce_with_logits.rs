//! `bce_with_logits`: logits against yes and no.

use super::yes_or_no;
use crate::builtin::{Link, Loss, ShapeError, Takes, TargetKind};
use crate::shape::Shape;
use crate::tensor::{self, Context, Distance, Tensor};

crate::row! {
    /// Binary cross entropy of logits: the mean of `max(x, 0) - x t + ln(1 + e^-|x|)`.
    ///
    /// The same numbers as `torch.nn.BCEWithLogitsLoss`.
    pub struct BceWithLogits = "bce_with_logits" as Loss(dyn Loss) {}
    example "bce_with_logits" on [[3]]
}

impl Loss for BceWithLogits {
    fn check(&self, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError> {
        yes_or_no("bce_with_logits", prediction, target)
    }

    fn apply(&self, context: &mut Context, prediction: &Tensor, target: Option<&Tensor>) -> Tensor {
        let target = target.expect("the checker gives bce_with_logits a target");
        tensor::distance(context, Distance::BinaryOfLogits, prediction, target)
    }

    fn takes(&self) -> Takes {
        Takes::Logits
    }

    fn link(&self, _target: Option<&TargetKind>) -> Link {
        Link::Sigmoid
    }
}
