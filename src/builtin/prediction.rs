//! Predictions on one split, and metrics, which are numbers about them.

use super::{ShapeError, TargetKind, Written, events};
use crate::measured::{Absent, Measured, Unit, finite};
use crate::shape::Shape;
use std::fmt::Debug;

/// A number about predictions on one split.
pub trait Metric: Written + Debug + Send + Sync {
    /// What it is computed of.
    fn input(&self) -> MetricInput {
        MetricInput::Output
    }

    /// Whether it can be computed of such predictions; of detections the shape is `[classes]`.
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError>;

    /// Its value, or what is missing for one; predictions are those of [`Predictions::sound`] and have a sample.
    fn value(&self, predictions: &Predictions<'_>) -> Measured;

    /// What measures call it where nobody gives it another name: `f1`, `f1[2]`.
    fn called(&self) -> String {
        self.word().into()
    }

    /// What it is of one class by itself, as in `f1[2]`, where it is of classes.
    fn of_class(&self) -> Option<OfClass> {
        None
    }

    /// Whether rare classes count in it as much as others, or classes by themselves.
    fn minds_classes(&self) -> bool {
        false
    }

    /// Its value, or why there is none.
    fn measure(&self, predictions: &Predictions<'_>) -> Measured {
        predictions.sound()?;
        self.value(predictions).and_then(finite)
    }

    /// Shown as percent with this many decimals, or as a plain number.
    fn unit(&self) -> Unit {
        Unit::Percent
    }

    /// Whether less is better.
    fn lower_is_better(&self) -> bool {
        true
    }
}

/// What a metric comes to of one class, given by its id, under the promises of [`Metric::value`].
pub type OfClass = fn(&Predictions<'_>, usize) -> Measured;

/// What a metric is computed of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricInput {
    /// An output of the network.
    Output,
    /// What a `detect` statement finds.
    Detections,
}

/// Linked outputs of one split beside its targets.
#[derive(Clone, Copy, Debug)]
pub struct Predictions<'a> {
    /// `samples × width`, row-major.
    pub values: &'a [f32],
    /// Elements of one sample's prediction.
    pub width: usize,
    /// `samples × target width`, row-major.
    pub targets: &'a [f32],
    pub target: &'a TargetKind,
    pub samples: usize,
    /// By sample, what was found; nothing for metrics of an output.
    pub found: &'a [Vec<events::Detection>],
}

impl Predictions<'_> {
    /// Whether there is something to measure: a sample, and only numbers.
    fn sound(&self) -> Result<(), Absent> {
        let lost = self.values.iter().filter(|value| !value.is_finite()).count();
        match (self.samples, lost) {
            (0, _) => Err(Absent::because("no sample")),
            (_, 0) => Ok(()),
            (_, lost) => Err(Absent::because(format!("{lost} of {} predictions not finite", self.values.len()))),
        }
    }
}
