//! `balanced_accuracy`: the mean recall of the classes.

use super::{counts, mean_of, one_class};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::shape::Shape;

crate::row! {
    /// Mean over classes of the share of their samples that is recognised, so that rare classes count as much as others.
    ///
    /// As `sklearn.metrics.balanced_accuracy_score`: classes without a sample do not count. Guessing has 1 / classes.
    pub struct BalancedAccuracy = "balanced_accuracy" as Metric(dyn Metric) {}
    example "balanced_accuracy" on [[3]]
}

impl Metric for BalancedAccuracy {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        one_class("balanced_accuracy", prediction, target)
    }

    fn measure(&self, predictions: &Predictions<'_>) -> f64 {
        let counts = counts(predictions);
        mean_of(counts.iter().filter(|c| c.there() > 0).map(|c| c.right as f64 / c.there() as f64))
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
