//! `smooth_l1`: squared error near, absolute error far.

use super::numbers;
use crate::builtin::{Link, Loss, Positive, ShapeError, Takes, TargetKind};
use crate::shape::Shape;
use crate::tensor::{self, Context, Distance, Tensor};

crate::row! {
    /// With `d = |x - t|`, `d² / 2β` where d is below β, else `d - β / 2` (Girshick 2015; Huber 1964 divided by β): the mean over
    /// batch and elements.
    ///
    /// The same numbers as `torch.nn.SmoothL1Loss`.
    pub struct SmoothL1 = "smooth_l1" as Loss(dyn Loss) {
        /// Where the square ends.
        beta: Positive = Positive(1.0),
    }
    example "smooth_l1" on [[3]]
}

impl Loss for SmoothL1 {
    fn check(&self, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError> {
        numbers("smooth_l1", prediction, target)
    }

    fn apply(&self, context: &mut Context, prediction: &Tensor, target: Option<&Tensor>) -> Tensor {
        let target = target.expect("the checker gives smooth_l1 a target");
        tensor::distance(context, Distance::Smooth(self.beta.0 as f32), prediction, target)
    }

    fn takes(&self) -> Takes {
        Takes::Numbers
    }

    fn link(&self, _target: Option<&TargetKind>) -> Link {
        Link::Identity
    }
}
