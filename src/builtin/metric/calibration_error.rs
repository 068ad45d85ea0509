//! `calibration_error`: how far confidence is from being right.

use super::{NO_LABEL, one_class, rows, said, share};
use crate::builtin::value::Count;
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::measured::Measured;
use crate::shape::Shape;
use std::collections::BTreeMap;

crate::row! {
    /// Expected calibration error: how far the chance a network gives its answer is from how often it is right.
    ///
    /// `Σ_b n_b / n · |accuracy_b - confidence_b|` over equally wide bins `(i / bins, (i + 1) / bins]` of the chance of the
    /// answer (Guo et al. 2017, Eq. 3, with 15 bins).
    pub struct CalibrationError = "calibration_error" as Metric(dyn Metric) {
        /// Bins between 0 and 1.
        bins: Count = Count(15),
    }
    example "calibration_error(bins: 10)" on [[3]]
}

impl Metric for CalibrationError {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        one_class("calibration_error", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        let bins = self.bins.0;
        // Right answers less confidence of every bin: its size cancels out.
        let mut excess: BTreeMap<usize, f64> = BTreeMap::new();
        let mut all = 0;
        for (chances, truth) in rows(predictions) {
            let answer = said(chances);
            let confidence = confidence(chances, answer);
            let bin = (confidence * bins as f64).ceil() as usize;
            *excess.entry(bin.clamp(1, bins)).or_default() += f64::from(u8::from(answer == truth)) - confidence;
            all += 1;
        }
        share(excess.values().map(|e| e.abs()).sum(), all, NO_LABEL)
    }
}

/// The chance given to the answer.
fn confidence(chances: &[f32], answer: usize) -> f64 {
    match chances {
        [one] if answer == 0 => 1.0 - f64::from(*one),
        [one] => f64::from(*one),
        several => f64::from(several[answer]),
    }
}
