//! `min_max`: activations between 0 and 1.

use super::{DetectionStep, Found, Shape, Stage, takes};
use crate::builtin::ShapeError;

crate::row! {
    /// Brings every class's activations to at most 1: `(x - low) / (high - low)`, where `high` and `low` are the greatest and the
    /// smallest over time, each at least 0; where they are equal, the difference counts as 1.
    ///
    /// As BaS-Net (`minmax_norm` of its `utils.py`), in 32 bits as there.
    pub struct MinMax = "min_max" as Detection(dyn DetectionStep) {}
    example "min_max" on []
}

impl DetectionStep for MinMax {
    fn check(&self, before: Shape) -> Result<Shape, ShapeError> {
        takes("min_max", Stage::Sequences, before)
    }

    fn apply(&self, mut found: Found) -> Found {
        for values in found.tracks.iter_mut().map(|track| &mut track.values) {
            let bound = |pick: fn(f64, f64) -> f64, from: f64| values.iter().copied().fold(from, pick).max(0.0) as f32;
            let (high, low) = (bound(f64::max, f64::NEG_INFINITY), bound(f64::min, f64::INFINITY));
            let delta = if high - low > 0.0 { high - low } else { 1.0 };
            values.iter_mut().for_each(|x| *x = f64::from((*x as f32 - low) / delta));
        }
        found
    }
}
