//! `precision`: how often a class is right where it is said.

use crate::builtin::Metric;
use crate::builtin::averages::{Average, Share, ShareMetric};

crate::row! {
    /// Share of the answers of a class that are right; over the classes its mean.
    ///
    /// As `sklearn.metrics.precision_score` of all declared classes. The precision of a class that is never answered is not
    /// defined (scikit-learn has 0 there, and warns), and then `macro` has no value, nor has `weighted` where the class is true of
    /// some sample: `f1` is defined there. `precision[2]` is that of class 2 alone;
    /// of two classes, what scikit-learn calls `binary` is `precision[1]`.
    pub struct Precision = "precision" as Metric(dyn Metric) {
        /// `macro`: every class counts the same; `weighted`: as often as it is true; `micro`: all answers together.
        average: Average = Average::Macro,
    }
    example "precision(average: weighted)" on [[3]]
}

impl ShareMetric for Precision {
    const SHARE: Share = Share { of: |c| [c.right, c.said()], lacks: "answer" };

    fn average(&self) -> Average {
        self.average
    }
}
