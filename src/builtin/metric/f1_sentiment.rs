//! `f1_sentiment`: the mean F1 of positive and negative.

use super::{Counts, NO_SIGN, Zeros, numbers, signs, weighted_f1};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::measured::Measured;
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
    /// Weighted mean of the F1 of the two signs of scores of sentiment, for CMU-MOSI and CMU-MOSEI. What the signs are is
    /// said as for `acc2`, and the literature weights them in two ways.
    ///
    /// As it stands: the evaluation of Tsai et al. 2019 (MulT, `eval_metrics.py`), so that of Lee et al. 2022, Table 9. It gives
    /// prediction and truth to scikit-learn's `f1_score(average="weighted")` the other way round, so the two are weighted by
    /// how often each is predicted.
    /// `weighted_by: truth`: `f1_score(average="weighted")` of scikit-learn, "Non0" of MMSA; with `zeros: non_negative` "Has0"
    /// of MMSA (Yu et al. 2021).
    pub struct F1Sentiment = "f1_sentiment" as Metric(dyn Metric) {
        /// What a truth of exactly 0 is: `left_out`, `non_negative` or `non_positive`.
        zeros: Zeros = Zeros::LeftOut,
        /// What the two are weighted by: `predictions`, or `truth` as F1 is defined.
        weighted_by: SignWeight = SignWeight::Predictions,
    }
    example "f1_sentiment(weighted_by: truth)" on [[1]]
}

impl Metric for F1Sentiment {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        numbers("f1_sentiment", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        let signs = signs(predictions, self.zeros);
        let counts = [true, false].map(|sign| {
            let count = |said, truth| signs.iter().filter(|s| (s.0 == sign, s.1 == sign) == (said, truth)).count();
            Counts {
                right: count(true, true),
                wrongly: count(true, false),
                missed: count(false, true),
                answers: signs.len(),
            }
        });
        match self.weighted_by {
            SignWeight::Predictions => weighted_f1(&counts, Counts::said, NO_SIGN),
            SignWeight::Truth => weighted_f1(&counts, Counts::there, NO_SIGN),
        }
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
