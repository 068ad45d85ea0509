//! `accuracy`: the share of right answers.

use super::{labels, share_right};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::measured::Measured;
use crate::shape::Shape;

crate::row! {
    /// Share of right answers.
    ///
    /// An answer is the class of greatest chance, or for `multi` targets each class whose chance is above one half.
    pub struct Accuracy = "accuracy" as Metric(dyn Metric) {}
    example "accuracy" on [[3]]
}

impl Metric for Accuracy {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        labels("accuracy", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        share_right(predictions)
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
