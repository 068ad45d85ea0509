//! `f1_sentiment`: the mean F1 of positive and negative.

use super::{Counts, numbers, signs, weighted_f1};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::shape::Shape;

crate::words! {
    /// What the two signs are weighted by.
    pub enum SignWeight {
        /// How often each is predicted.
        Predictions = "predictions",
        /// How often each is true.
        Truth = "truth",
    }
}

crate::row! {
    /// Weighted mean of the F1 of positive (`x > 0`) and of not positive scores of sentiment.
    ///
    /// The evaluation of Tsai et al. 2019 (MulT, `eval_metrics.py`) gives prediction and truth to scikit-learn's
    /// `f1_score(average="weighted")` the other way round, so published figures for CMU-MOSI and CMU-MOSEI are weighted by
    /// how often each sign is predicted. So is this, unless told otherwise. Samples whose truth is exactly 0 are left out.
    pub struct F1Sentiment = "f1_sentiment" as Metric(dyn Metric) {
        /// Keeps samples whose truth is 0: they count as not positive.
        zeros: bool = false,
        /// What the two are weighted by: `predictions`, or `truth` as F1 is defined.
        weighted_by: SignWeight = SignWeight::Predictions,
    }
    example "f1_sentiment(weighted_by: truth)" on [[1]]
}

impl Metric for F1Sentiment {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        numbers("f1_sentiment", prediction, target)
    }

    fn measure(&self, predictions: &Predictions<'_>) -> f64 {
        let signs = signs(predictions, |truth| self.zeros || truth != 0.0);
        let counts = [true, false].map(|sign| {
            let count = |said, truth| signs.iter().filter(|s| (s.0 == sign, s.1 == sign) == (said, truth)).count();
            Counts { right: count(true, true), wrongly: count(true, false), missed: count(false, true) }
        });
        match self.weighted_by {
            SignWeight::Predictions => weighted_f1(&counts, Counts::said),
            SignWeight::Truth => weighted_f1(&counts, Counts::there),
        }
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
