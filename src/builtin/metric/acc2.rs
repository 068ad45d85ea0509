//! `acc2`: the share of right signs.

use super::{mean_of, numbers, signs};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::shape::Shape;

crate::row! {
    /// Share of scores of sentiment whose sign is right: `x > 0` against `t > 0`.
    ///
    /// As in the evaluation of Tsai et al. 2019 (MulT, `eval_metrics.py`): for what it publishes, samples whose truth is
    /// exactly 0 are left out.
    pub struct Acc2 = "acc2" as Metric(dyn Metric) {
        /// Keeps samples whose truth is 0: they count as not positive.
        zeros: bool = false,
    }
    example "acc2(zeros: true)" on [[1]]
}

impl Metric for Acc2 {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        numbers("acc2", prediction, target)
    }

    fn measure(&self, predictions: &Predictions<'_>) -> f64 {
        let signs = signs(predictions, |truth| self.zeros || truth != 0.0);
        mean_of(signs.iter().map(|(said, truth)| f64::from(u8::from(said == truth))))
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
