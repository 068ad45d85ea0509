//! `f1`: the mean F1 of the classes.

use super::{Counts, NO_LABEL, all_there, counts, labels, weighted_f1};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::measured::{Measured, mean};
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
    /// As `sklearn.metrics.f1_score` of all declared classes. A class that no sample has is not recalled, however often it is
    /// named: where there is one, `macro` has no value (scikit-learn has 0 there, or leaves it out), and it weighs nothing in
    /// `weighted`. Where nothing is true at all, none of the three has a value.
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

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        let counts = counts(predictions);
        let there: Vec<usize> = counts.iter().map(Counts::there).collect();
        let none = match predictions.target {
            TargetKind::Multi { .. } => "no positive",
            TargetKind::Class { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => NO_LABEL,
        };
        match self.average {
            F1Average::Macro => {
                all_there(predictions.target, &there)?;
                mean(counts.iter().map(|c| Ok(c.f1())), none)
            }
            F1Average::Weighted => weighted_f1(&counts, Counts::there, none),
            F1Average::Micro => {
                weighted_f1(&[counts.iter().fold(Counts::default(), Counts::plus)], Counts::there, none)
            }
        }
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
