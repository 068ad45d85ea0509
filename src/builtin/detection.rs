//! The steps from a network's outputs to events in time, one file each. Owns their order; what passes between them is
//! `detection_step.rs`.

use super::{Builtin, ShapeError};

pub use super::detection_step::{DetectionStep, Found, Proposal, Shape, Stage, Track};

mod class_threshold;
mod contrast;
mod detections;
mod min_max;
mod nms;
mod proposals;
mod upsample;

/// In the order of the manual, which is that of BaS-Net.
pub const ROWS: &[&Builtin] = &[
    detections::Detections::ROW,
    min_max::MinMax::ROW,
    class_threshold::ClassThreshold::ROW,
    upsample::Upsample::ROW,
    proposals::Proposals::ROW,
    contrast::Contrast::ROW,
    nms::Nms::ROW,
];

/// The row that a chain begins with.
pub const FIRST: &Builtin = detections::Detections::ROW;

/// Points in time that a sample may be drawn out to.
const MOST_POINTS: usize = 1 << 24;

/// Refuses a step that stands in the wrong place.
fn takes(word: &str, stage: Stage, before: Shape) -> Result<Shape, ShapeError> {
    if before.stage == stage {
        return Ok(before);
    }
    let has = |stage: Stage| match stage {
        Stage::Outputs => "the outputs of a network",
        Stage::Sequences => "sequences of activations",
        Stage::Proposals => "proposals without a score",
        Stage::Scored => "proposals with a score",
    };
    Err(ShapeError::new(format!("`{word}` takes {}, there are {} here", has(stage), has(before.stage)))
        .help("in order: detections, min_max, class_threshold, upsample, proposals, contrast, nms"))
}

#[cfg(test)]
mod tests;
