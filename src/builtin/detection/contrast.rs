//! `contrast`: how much a stretch stands out.

use super::{DetectionStep, Found, Proposal, Shape, Stage, Track, takes};
use crate::builtin::{NonNegative, ShapeError};

crate::row! {
    /// Scores a stretch by outer-inner contrast: the mean activation inside, minus that of a margin on both sides, plus a share of
    /// the class's score. Activations below the stretch's threshold count as 0.
    ///
    /// Shou et al. 2018 (AutoLoc); as BaS-Net (`get_proposal_oic` of its `utils.py`) has it: the margins end at whole points, and
    /// at the ends of the sample; without a margin the outer mean is 0. `contrast(margin: 0)` is the inner mean.
    pub struct Contrast = "contrast" as Detection(dyn DetectionStep) {
        /// Width of each margin, in lengths of the stretch.
        margin: NonNegative = NonNegative(0.25),
        /// What of the class's score is added.
        class_share: NonNegative = NonNegative(0.2),
    }
    example "contrast(margin: 0.25)" on []
}

impl DetectionStep for Contrast {
    fn check(&self, before: Shape) -> Result<Shape, ShapeError> {
        takes("contrast", Stage::Proposals, before).map(|before| Shape { stage: Stage::Scored, ..before })
    }

    fn apply(&self, mut found: Found) -> Found {
        for proposal in &mut found.proposals {
            let track = &found.tracks[proposal.track];
            proposal.score = self.contrast(track, proposal) + self.class_share.0 * track.score;
        }
        found
    }
}

impl Contrast {
    fn contrast(&self, track: &Track, proposal: &Proposal) -> f64 {
        let Proposal { first, end, threshold, .. } = *proposal;
        let margin = self.margin.0 * (end - first) as f64;
        // Cut off to a whole number, as there; a float to integer conversion does not go below 0.
        let outer_first = (first as f64 - margin) as usize;
        let outer_end = (((end - 1) as f64 + margin) as usize).min(track.values.len() - 1) + 1;
        let counts = |x: &f64| if *x < threshold { 0.0 } else { *x };
        let inner: f64 = track.values[first..end].iter().map(counts).sum();
        let outside = track.values[outer_first..first].iter().chain(&track.values[end..outer_end]);
        let outer: f64 = outside.map(counts).sum();
        let outer_points = (first - outer_first) + (outer_end - end);
        inner / (end - first) as f64 - outer / outer_points.max(1) as f64
    }
}
