//! `proposals`: stretches above thresholds.

use super::{DetectionStep, Found, Proposal, Shape, Stage, takes};
use crate::builtin::ShapeError;

crate::row! {
    /// For every class and threshold, the longest stretches of points whose activations are at least the threshold and above 0.
    ///
    /// As BaS-Net (`get_proposal_oic` of its `utils.py`, thresholds of its `config.py`). A stretch of the first point alone, which
    /// its program drops by a test of `any()`, is kept here.
    pub struct Proposals = "proposals" as Detection(dyn DetectionStep) {
        /// What activations are compared with.
        thresholds: Vec<f64> = vec![0.0, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2, 0.225],
    }
    example "proposals(thresholds: [0.1, 0.2])" on []
}

impl DetectionStep for Proposals {
    fn check(&self, before: Shape) -> Result<Shape, ShapeError> {
        takes("proposals", Stage::Sequences, before)?;
        if self.thresholds.is_empty() {
            return Err(ShapeError::new("`proposals` needs a threshold").help("write `thresholds: [0.1, 0.2]`"));
        }
        Ok(Shape { stage: Stage::Proposals, ..before })
    }

    fn apply(&self, mut found: Found) -> Found {
        for (track, of) in found.tracks.iter().enumerate() {
            for &threshold in &self.thresholds {
                let above = |x: &f64| *x >= threshold && *x > 0.0;
                let mut from = 0;
                while let Some(first) = of.values[from..].iter().position(above).map(|i| from + i) {
                    let end = of.values[first..].iter().position(|x| !above(x)).map_or(of.values.len(), |i| first + i);
                    found.proposals.push(Proposal { track, first, end, threshold, score: 0.0 });
                    from = end;
                }
            }
        }
        found
    }
}
