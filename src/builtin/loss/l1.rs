//! `l1`: absolute error, or the size of an output.

use super::numbers;
use crate::builtin::{Loss, ShapeError, TargetKind};
use crate::shape::Shape;
use crate::tensor::{self, Context, Distance, Tensor};

crate::row! {
    /// Mean absolute error: the mean of `|x - t|` over batch and elements.
    ///
    /// Of an output alone, as in `1e-4 * l1(foreground)`, it is the mean of `|x|`.
    pub struct L1 = "l1" as Loss(dyn Loss) {}
    example "l1" on [[3]]
}

impl Loss for L1 {
    fn needs_target(&self) -> bool {
        false
    }

    fn check(&self, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError> {
        match target {
            Some(_) => numbers("l1", prediction, target),
            None => Ok(()),
        }
    }

    fn apply(&self, context: &mut Context, prediction: &Tensor, target: Option<&Tensor>) -> Tensor {
        match target {
            Some(target) => tensor::distance(context, Distance::Absolute, prediction, target),
            None => {
                let zeros = context.device().zeros(&prediction.axes());
                tensor::distance(context, Distance::Absolute, prediction, &zeros)
            }
        }
    }
}
