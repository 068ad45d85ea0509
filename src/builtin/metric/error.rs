//! `error`: the share of wrong answers.

use super::{labels, share_right};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::measured::Measured;
use crate::shape::Shape;

crate::row! {
    /// Share of wrong answers: `1 - accuracy`.
    ///
    /// An answer is the class of greatest chance, or for `multi` targets each class whose chance is above one half.
    pub struct Error = "error" as Metric(dyn Metric) {}
    example "error" on [[3]]
}

impl Metric for Error {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        labels("error", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        share_right(predictions).map(|right| 1.0 - right)
    }
}
