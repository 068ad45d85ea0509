//! `f1`: the mean F1 of the classes.

use super::{Counts, all_there, counts, labels, listed, weighted_f1};
use crate::builtin::averages::{Average, nothing};
use crate::builtin::{Metric, OfClass, Predictions, ShapeError, TargetKind};
use crate::measured::{Absent, Measured, mean};
use crate::shape::Shape;

crate::row! {
    /// Mean over classes of `2 right / (2 right + wrongly named + missed)`.
    ///
    /// As `sklearn.metrics.f1_score` of all declared classes. A class that no sample has is not recalled, however often it is
    /// named: where there is one, `macro` has no value (scikit-learn has 0 there, or leaves it out), and it weighs nothing in
    /// `weighted`. Where nothing is true at all, none of the three has a value. `f1[2]` is that of class 2 alone;
    /// of two classes, what scikit-learn calls `binary` is `f1[1]`.
    pub struct F1 = "f1" as Metric(dyn Metric) {
        /// `macro`: every class counts the same; `weighted`: as often as it is true; `micro`: all answers together.
        average: Average = Average::Macro,
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
        match self.average {
            Average::Macro => {
                all_there(predictions.target, &there)?;
                mean(counts.iter().map(|c| Ok(c.f1())), nothing(predictions.target))
            }
            Average::Weighted => weighted_f1(&counts, Counts::there, nothing(predictions.target)),
            Average::Micro => {
                let all = counts.iter().fold(Counts::default(), Counts::plus);
                weighted_f1(&[all], Counts::there, nothing(predictions.target))
            }
        }
    }

    fn of_class(&self) -> Option<OfClass> {
        Some(|predictions, class| {
            let counts = counts(predictions);
            match counts[class].there() {
                0 => Err(Absent::because(format!("no sample of {}", listed(predictions.target, &[class])))),
                _ => Ok(counts[class].f1()),
            }
        })
    }

    fn minds_classes(&self) -> bool {
        self.average == Average::Macro
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
