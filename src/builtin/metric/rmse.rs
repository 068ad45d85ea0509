//! `rmse`: root mean squared error.

use super::{mean, numbers};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::measured::{Measured, Unit};
use crate::shape::Shape;

crate::row! {
    /// Root mean squared error: `√ mean (x - t)²`.
    pub struct Rmse = "rmse" as Metric(dyn Metric) {}
    example "rmse" on [[3]]
}

impl Metric for Rmse {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        numbers("rmse", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        Ok(mean(predictions, |x, t| (x - t).powi(2)).sqrt())
    }

    fn unit(&self) -> Unit {
        Unit::Plain
    }
}
