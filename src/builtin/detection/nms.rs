//! `nms`: one stretch of several that mean the same.

use super::{DetectionStep, Found, Proposal, Shape, Stage, takes};
use crate::builtin::{NonNegative, ShapeError};

crate::row! {
    /// Non-maximum suppression: of the stretches of a class, in the order of their scores, leaves out those that overlap one that is
    /// kept by `overlap` or more (intersection over union). Of equal scores the later one comes first.
    ///
    /// BaS-Net (`nms` of its `utils.py`) adds 1 to every length, as is right for pixels, though lengths are seconds: `extra`.
    pub struct Nms = "nms" as Detection(dyn DetectionStep) {
        /// The overlap from which a stretch is left out.
        overlap: f64 = 0.7,
        /// Added to lengths and intersections, in seconds; 0 gives the plain intersection over union.
        extra: NonNegative = NonNegative(1.0),
    }
    example "nms(0.7, extra: 0)" on []
}

impl DetectionStep for Nms {
    fn check(&self, before: Shape) -> Result<Shape, ShapeError> {
        takes("nms", Stage::Scored, before)
    }

    fn apply(&self, mut found: Found) -> Found {
        let all = std::mem::take(&mut found.proposals);
        for track in 0..found.tracks.len() {
            let mut left: Vec<Proposal> = all.iter().rev().filter(|p| p.track == track).copied().collect();
            left.sort_by(|a, b| b.score.total_cmp(&a.score));
            while let [best, rest @ ..] = left.as_slice() {
                found.proposals.push(*best);
                left =
                    rest.iter().filter(|other| self.overlap(best, other, found.step) < self.overlap).copied().collect();
            }
        }
        found
    }
}

impl Nms {
    fn overlap(&self, a: &Proposal, b: &Proposal, step: f64) -> f64 {
        let seconds = |point: usize| point as f64 * step;
        let length = |p: &Proposal| seconds(p.end) - seconds(p.first) + self.extra.0;
        let shared = (seconds(a.end.min(b.end)) - seconds(a.first.max(b.first)) + self.extra.0).max(0.0);
        shared / (length(a) + length(b) - shared)
    }
}
