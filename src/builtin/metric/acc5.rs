//! `acc5`: the share of right levels out of five.

use super::{numbers, share_of_levels};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::measured::Measured;
use crate::shape::Shape;

crate::row! {
    /// Share of scores of sentiment whose level is right: both are held to ±2 and rounded, halves to the even number.
    ///
    /// `acc7` with the outer levels put together; over all samples, as in the evaluation of Tsai et al. 2019 (MulT,
    /// `eval_metrics.py`).
    pub struct Acc5 = "acc5" as Metric(dyn Metric) {}
    example "acc5" on [[1]]
}

impl Metric for Acc5 {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        numbers("acc5", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        Ok(share_of_levels(predictions, 2.0))
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
