//! `specificity`: how often a class is not said of what is none of it.

use crate::builtin::Metric;
use crate::builtin::averages::{Average, Share, ShareMetric};

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

impl ShareMetric for Specificity {
    const SHARE: Share = Share { of: |c| [c.absent() - c.wrongly, c.absent()], lacks: "negative" };

    fn average(&self) -> Average {
        self.average
    }
}
