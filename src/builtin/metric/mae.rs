//! `mae`: mean absolute error.

use super::{mean, numbers};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::measured::{Measured, Unit};
use crate::shape::Shape;

crate::row! {
    /// Mean absolute error: the mean of `|x - t|`.
    pub struct Mae = "mae" as Metric(dyn Metric) {}
    example "mae" on [[3]]
}

impl Metric for Mae {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        numbers("mae", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        Ok(mean(predictions, |x, t| (x - t).abs()))
    }

    fn unit(&self) -> Unit {
        Unit::Plain
    }
}
