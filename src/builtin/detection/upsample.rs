//! `upsample`: more points in time.

use super::{DetectionStep, Found, MOST_POINTS, Shape, Stage, takes};
use crate::builtin::{Count, ShapeError};

crate::row! {
    /// Puts `factor` points in the place of every one, on straight lines between them; behind the last point the line goes on.
    ///
    /// As BaS-Net (`upgrade_resolution` of its `utils.py`): 750 segments become 18,000 points.
    pub struct Upsample = "upsample" as Detection(dyn DetectionStep) {
        /// Points for each.
        factor: Count = Count(24),
    }
    example "upsample(24)" on []
}

impl DetectionStep for Upsample {
    fn check(&self, before: Shape) -> Result<Shape, ShapeError> {
        takes("upsample", Stage::Sequences, before)?;
        match before.points.checked_mul(self.factor.0).filter(|points| *points <= MOST_POINTS) {
            Some(points) => Ok(Shape { points, ..before }),
            None => Err(ShapeError::new(format!(
                "`upsample` makes more than {MOST_POINTS} points of {} times {}",
                before.points, self.factor.0
            ))),
        }
    }

    fn apply(&self, mut found: Found) -> Found {
        found.tracks.iter_mut().for_each(|track| track.values = drawn_out(&track.values, self.factor.0));
        found.step /= self.factor.0 as f64;
        found
    }
}

/// Point `i` is at `i / factor`; slopes are differences in 32 bits, as scipy's `interp1d` has them.
fn drawn_out(values: &[f64], factor: usize) -> Vec<f64> {
    let Some(last) = values.len().checked_sub(1).filter(|last| *last > 0) else { return values.repeat(factor) };
    let width = 1.0 / factor as f64;
    let at = |i: usize| {
        let x = i as f64 * width;
        // The line that ends at or behind `x`.
        let low = (x.ceil() as usize).clamp(1, last) - 1;
        let slope = f64::from(values[low + 1] as f32 - values[low] as f32);
        slope * (x - low as f64) + values[low]
    };
    (0..values.len() * factor).map(at).collect()
}
