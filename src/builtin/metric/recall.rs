//! `recall`: how often a class is recognised.

use super::{Counts, all_there, counts, labels};
use crate::builtin::averages::{Average, Share};
use crate::builtin::{Metric, OfClass, Predictions, ShapeError, TargetKind};
use crate::measured::Measured;
use crate::shape::Shape;

crate::row! {
    /// Share of the samples of a class that are recognised (sensitivity); over the classes its mean.
    ///
    /// As `sklearn.metrics.recall_score` of all declared classes; of one class a sample, `macro` is `balanced_accuracy`, and
    /// `weighted` and `micro` are `accuracy`. Where a class has no sample, its recall is not defined, and `macro` has no value; it
    /// weighs nothing in `weighted`. `recall[2]` is that of class 2 alone;
    /// of two classes, what scikit-learn calls `binary` is `recall[1]`.
    pub struct Recall = "recall" as Metric(dyn Metric) {
        /// `macro`: every class counts the same; `weighted`: as often as it is true; `micro`: all answers together.
        average: Average = Average::Macro,
    }
    example "recall(average: weighted)" on [[3]]
}

const SHARE: Share = Share { of: |c| [c.right, c.there()], lacks: "sample" };

impl Metric for Recall {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        labels("recall", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        if self.average == Average::Macro {
            let there: Vec<usize> = counts(predictions).iter().map(Counts::there).collect();
            all_there(predictions.target, &there)?;
        }
        SHARE.averaged(predictions, self.average)
    }

    fn of_class(&self) -> Option<OfClass> {
        Some(|predictions, class| SHARE.of_class(predictions, class))
    }

    fn minds_classes(&self) -> bool {
        self.average == Average::Macro
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
