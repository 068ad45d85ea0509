//! `correlation`: how straight the line is.

use super::{mean, numbers};
use crate::builtin::{Metric, MetricUnit, Predictions, ShapeError, TargetKind};
use crate::shape::Shape;

crate::row! {
    /// Pearson's correlation of predicted and true numbers, over all of them; 0 where either does not vary.
    pub struct Correlation = "correlation" as Metric(dyn Metric) {}
    example "correlation" on [[3]]
}

impl Metric for Correlation {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        numbers("correlation", prediction, target)
    }

    fn measure(&self, predictions: &Predictions<'_>) -> f64 {
        let mean_x = mean(predictions, |x, _| x);
        let mean_t = mean(predictions, |_, t| t);
        let covariance = mean(predictions, |x, t| (x - mean_x) * (t - mean_t));
        let variance_x = mean(predictions, |x, _| (x - mean_x).powi(2));
        let variance_t = mean(predictions, |_, t| (t - mean_t).powi(2));
        let spread = (variance_x * variance_t).sqrt();
        if spread > 0.0 { covariance / spread } else { 0.0 }
    }

    fn unit(&self) -> MetricUnit {
        MetricUnit::Plain
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
