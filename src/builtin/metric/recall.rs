//! `recall`: how often a class is recognised.

use super::{Counts, all_there};
use crate::builtin::averages::{Average, Share, ShareMetric};
use crate::builtin::{Metric, TargetKind};
use crate::measured::Absent;

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

impl ShareMetric for Recall {
    const SHARE: Share = Share { of: |c| [c.right, c.there()], lacks: "sample" };

    fn average(&self) -> Average {
        self.average
    }

    fn lacks(target: &TargetKind, counts: &[Counts]) -> Result<(), Absent> {
        all_there(target, &counts.iter().map(Counts::there).collect::<Vec<_>>())
    }
}
