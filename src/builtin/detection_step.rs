//! What passes between the steps from a network's outputs to events in time.

use super::ShapeError;
use super::events::{Detection, Event};
use super::written::Written;
use std::fmt::Debug;
use std::sync::Arc;

/// How far a chain of steps has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The outputs of the network.
    Outputs,
    /// A sequence of activations for every class.
    Sequences,
    /// Stretches without a score.
    Proposals,
    /// Stretches with a score.
    Scored,
}

/// What the checker knows between two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub stage: Stage,
    /// Points in time of a sample.
    pub points: usize,
    pub classes: usize,
}

/// One word of a chain such as `detections(cas, scores) |> min_max |> nms`.
pub trait DetectionStep: Written + Debug + Send + Sync {
    /// What there is afterwards.
    fn check(&self, before: Shape) -> Result<Shape, ShapeError>;

    /// One sample.
    fn apply(&self, found: Found) -> Found;
}

/// What is known of one sample between two steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Seconds between two points in time.
    pub step: f64,
    pub tracks: Vec<Track>,
    /// By class, in the order they were found.
    pub proposals: Vec<Proposal>,
}

/// The activations of one class.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    pub class: usize,
    /// That the class is in the sample at all.
    pub score: f64,
    /// One a point in time.
    pub values: Vec<f64>,
}

/// A stretch of points, `first` up to, not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proposal {
    /// Index into the tracks.
    pub track: usize,
    pub first: usize,
    pub end: usize,
    /// What its activations are at least; others count as 0.
    pub threshold: f64,
    pub score: f64,
}

impl Found {
    /// The outputs for one sample: activations `points × classes`, row-major, and a score a class; without scores every class
    /// counts as there. `duration` is what the points span, in seconds.
    pub fn of(activations: &[f32], scores: Option<&[f32]>, classes: usize, duration: f64) -> Self {
        let points = activations.len() / classes.max(1);
        let track = |class: usize| Track {
            class,
            score: scores.map_or(1.0, |scores| f64::from(scores[class])),
            values: activations.iter().skip(class).step_by(classes).map(|x| f64::from(*x)).collect(),
        };
        Self { step: duration / points.max(1) as f64, tracks: (0..classes).map(track).collect(), proposals: vec![] }
    }

    /// What was found, in seconds. A score that is no number makes no event.
    pub fn detections(&self) -> Vec<Detection> {
        let event = |p: &Proposal| Event {
            class: self.tracks[p.track].class,
            start: p.first as f64 * self.step,
            end: p.end as f64 * self.step,
        };
        let sure = self.proposals.iter().filter(|p| !p.score.is_nan());
        sure.map(|p| Detection { event: event(p), score: p.score }).collect()
    }

    /// All steps, one after the other.
    pub fn through(self, steps: &[Arc<dyn DetectionStep>]) -> Self {
        steps.iter().fold(self, |found, step| step.apply(found))
    }
}
