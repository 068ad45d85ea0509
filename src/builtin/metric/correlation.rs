//! `correlation`: how straight the line is.

use super::{mean, numbers};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::measured::{Absent, Measured, Unit};
use crate::shape::Shape;

crate::row! {
    /// Pearson's correlation of predicted and true numbers, over all of them.
    ///
    /// As `scipy.stats.pearsonr`. Where either does not vary, there is no value.
    pub struct Correlation = "correlation" as Metric(dyn Metric) {}
    example "correlation" on [[3]]
}

impl Metric for Correlation {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        numbers("correlation", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        let constant = |values: &[f32]| values.iter().all(|value| *value == values[0]);
        if constant(predictions.targets) {
            return Err(Absent::because("no two different true numbers"));
        }
        if constant(predictions.values) {
            return Err(Absent::because("no two different predictions"));
        }
        let mean_x = mean(predictions, |x, _| x);
        let mean_t = mean(predictions, |_, t| t);
        let covariance = mean(predictions, |x, t| (x - mean_x) * (t - mean_t));
        let variance_x = mean(predictions, |x, _| (x - mean_x).powi(2));
        let variance_t = mean(predictions, |_, t| (t - mean_t).powi(2));
        Ok((covariance / (variance_x.sqrt() * variance_t.sqrt())).clamp(-1.0, 1.0))
    }

    fn unit(&self) -> Unit {
        Unit::Plain
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
