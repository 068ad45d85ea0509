//! `class_threshold`: which classes are looked for.

use super::{DetectionStep, Found, Shape, Stage, takes};
use crate::builtin::ShapeError;

crate::row! {
    /// Keeps the classes whose score is at least `least`; their scores then count as 1.
    ///
    /// BaS-Net's program drops the only class of a sample where it is the first one (a test of `pred.any()`); here it is kept.
    pub struct ClassThreshold = "class_threshold" as Detection(dyn DetectionStep) {
        /// The smallest score of a class that is there.
        least: f64 = 0.25,
        /// Keeps the scores as they are, so that `contrast` tells sure classes from unsure ones.
        keep_scores: bool = false,
    }
    example "class_threshold(0.25)" on []
}

impl DetectionStep for ClassThreshold {
    fn check(&self, before: Shape) -> Result<Shape, ShapeError> {
        takes("class_threshold", Stage::Sequences, before)
    }

    fn apply(&self, mut found: Found) -> Found {
        found.tracks.retain(|track| track.score >= self.least);
        if !self.keep_scores {
            found.tracks.iter_mut().for_each(|track| track.score = 1.0);
        }
        found
    }
}
