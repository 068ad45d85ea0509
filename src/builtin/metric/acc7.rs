//! `acc7`: the share of right levels out of seven.

use super::{numbers, share_of_levels};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::measured::Measured;
use crate::shape::Shape;

crate::row! {
    /// Share of scores of sentiment whose level is right: both are held to ±3 and rounded, halves to the even number.
    ///
    /// For the seven levels of CMU-MOSI and CMU-MOSEI, over all samples. As in the evaluation of Tsai et al. 2019
    /// (MulT, `eval_metrics.py`), which rounds with numpy: 0.5 is level 0, 1.5 and 2.5 are level 2.
    pub struct Acc7 = "acc7" as Metric(dyn Metric) {}
    example "acc7" on [[1]]
}

impl Metric for Acc7 {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        numbers("acc7", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        Ok(share_of_levels(predictions, 3.0))
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
