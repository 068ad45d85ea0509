//! `l1`: absolute error, or the size of an output.

use super::numbers;
use crate::builtin::{Link, Loss, ShapeError, Takes, TargetKind};
use crate::shape::Shape;
use crate::tensor::{self, Context, Distance, Tensor};

crate::words! {
    /// What becomes of the elements of a sample.
    pub enum Reduce {
        /// Their mean.
        Mean = "mean",
        /// Their sum.
        Sum = "sum",
    }
}

crate::row! {
    /// Mean absolute error: the mean of `|x - t|` over batch and elements.
    ///
    /// Of an output alone, as in `1e-4 * l1(foreground, reduce: sum)`, it is that of `|x|`.
    pub struct L1 = "l1" as Loss(dyn Loss) {
        /// The `mean` over the elements of a sample, or their `sum`; over the batch it is the mean.
        reduce: Reduce = Reduce::Mean,
    }
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
        let zeros = context.device().zeros(&prediction.axes());
        let target = target.unwrap_or(&zeros);
        let mean = tensor::distance(context, Distance::Absolute, prediction, target);
        match self.reduce {
            Reduce::Mean => mean,
            Reduce::Sum => {
                let elements = prediction.len() / prediction.axes().first().copied().unwrap_or(1).max(1);
                tensor::scale(context, &mean, elements as f32, 0.0)
            }
        }
    }

    fn takes(&self) -> Takes {
        Takes::Numbers
    }

    fn link(&self, _target: Option<&TargetKind>) -> Link {
        Link::Identity
    }
}
