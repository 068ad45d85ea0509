//! `mse`: squared error.

use super::numbers;
use crate::builtin::{Link, Loss, ShapeError, Takes, TargetKind};
use crate::shape::Shape;
use crate::tensor::{self, Context, Distance, Tensor};

crate::row! {
    /// Mean squared error: the mean of `(x - t)²` over batch and elements.
    pub struct Mse = "mse" as Loss(dyn Loss) {}
    example "mse" on [[3]]
}

impl Loss for Mse {
    fn check(&self, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError> {
        numbers("mse", prediction, target)
    }

    fn apply(&self, context: &mut Context, prediction: &Tensor, target: Option<&Tensor>) -> Tensor {
        let target = target.expect("the checker gives mse a target");
        tensor::distance(context, Distance::Squared, prediction, target)
    }

    fn takes(&self) -> Takes {
        Takes::Numbers
    }

    fn link(&self, _target: Option<&TargetKind>) -> Link {
        Link::Identity
    }
}
