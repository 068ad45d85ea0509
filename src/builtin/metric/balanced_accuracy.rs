//! `balanced_accuracy`: the mean recall of the classes.

use super::{Counts, NO_LABEL, all_there, counts, one_class};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::measured::{Measured, mean};
use crate::shape::Shape;

crate::row! {
    /// Mean over classes of the share of their samples that is recognised, so that rare classes count as much as others.
    ///
    /// As `sklearn.metrics.balanced_accuracy_score`. Guessing has 1 / classes. Where a class has no sample, its recall is not
    /// defined, and there is no value.
    pub struct BalancedAccuracy = "balanced_accuracy" as Metric(dyn Metric) {}
    example "balanced_accuracy" on [[3]]
}

impl Metric for BalancedAccuracy {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        one_class("balanced_accuracy", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        let counts = counts(predictions);
        all_there(predictions.target, &counts.iter().map(Counts::there).collect::<Vec<_>>())?;
        mean(counts.iter().map(|c| Ok(c.right as f64 / c.there() as f64)), NO_LABEL)
    }

    fn minds_classes(&self) -> bool {
        true
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
