//! `f1`: the mean F1 of the classes.

use super::{Counts, counts, labels, mean_of, weighted_f1};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::shape::Shape;

crate::words! {
    /// How the classes come together.
    pub enum F1Average {
        /// Every class counts the same.
        Macro = "macro",
        /// Every class counts as often as it is true.
        Weighted = "weighted",
        /// One F1 of all answers together; for one class a sample it is the accuracy.
        Micro = "micro",
    }
}

crate::row! {
    /// Mean over classes of `2 right / (2 right + wrongly named + missed)`.
    ///
    /// As `sklearn.metrics.f1_score`: of a `class` target, classes that are neither true nor answered anywhere do not
    /// count; of a `multi` target all count, and one without any yes has 0.
    pub struct F1 = "f1" as Metric(dyn Metric) {
        /// `macro`: every class counts the same; `weighted`: as often as it is true; `micro`: all answers together.
        average: F1Average = F1Average::Macro,
    }
    example "f1(average: weighted)" on [[3]]
}

impl Metric for F1 {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        labels("f1", prediction, target)
    }

    fn measure(&self, predictions: &Predictions<'_>) -> f64 {
        let counts = counts(predictions);
        let all = matches!(predictions.target, TargetKind::Multi { .. });
        match self.average {
            F1Average::Macro => mean_of(counts.iter().filter(|c| all || c.said() + c.there() > 0).map(Counts::f1)),
            F1Average::Weighted => weighted_f1(&counts, Counts::there),
            F1Average::Micro => counts.iter().fold(Counts::default(), Counts::plus).f1(),
        }
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
