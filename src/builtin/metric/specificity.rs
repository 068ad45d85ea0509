//! `specificity`: how often a class is not said of what is none of it.

use super::labels;
use crate::builtin::averages::{Average, Share};
use crate::builtin::{Metric, OfClass, Predictions, ShapeError, TargetKind};
use crate::measured::Measured;
use crate::shape::Shape;

crate::row! {
    /// Share of the samples of other classes of which a class is not said; over the classes its mean.
    ///
    /// That is `sklearn.metrics.recall_score` of "not this class". Of two classes `specificity[1]` is `recall[0]`. Where every
    /// sample has a class, its specificity is not defined, and there is no value.
    pub struct Specificity = "specificity" as Metric(dyn Metric) {
        /// `macro`: every class counts the same; `weighted`: as often as it is true; `micro`: all answers together.
        average: Average = Average::Macro,
    }
    example "specificity(average: weighted)" on [[3]]
}

const SHARE: Share = Share { of: |c| [c.absent() - c.wrongly, c.absent()], lacks: "negative" };

impl Metric for Specificity {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        labels("specificity", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
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
