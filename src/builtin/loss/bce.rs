//! `bce`: chances against yes and no.

use super::yes_or_no;
use crate::builtin::{Link, Loss, ShapeError, Takes, TargetKind};
use crate::shape::Shape;
use crate::tensor::{self, Context, Distance, Tensor};

crate::row! {
    /// Binary cross entropy of chances: the mean of `-t ln x - (1 - t) ln (1 - x)`, logarithms not below -100.
    ///
    /// The same numbers as `torch.nn.BCELoss`; after a `sigmoid`, prefer `bce_with_logits` without it.
    pub struct Bce = "bce" as Loss(dyn Loss) {}
    example "bce" on [[3]]
}

impl Loss for Bce {
    fn check(&self, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError> {
        yes_or_no("bce", prediction, target)
    }

    fn apply(&self, context: &mut Context, prediction: &Tensor, target: Option<&Tensor>) -> Tensor {
        let target = target.expect("the checker gives bce a target");
        tensor::distance(context, Distance::Binary, prediction, target)
    }

    fn takes(&self) -> Takes {
        Takes::Probabilities
    }

    fn link(&self, _target: Option<&TargetKind>) -> Link {
        Link::Identity
    }
}
