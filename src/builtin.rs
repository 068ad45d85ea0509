//! What the language knows without a library: layers and ops, losses, metrics, optimizers, learning-rate schedules,
//! data generators, data sources and splits. A row is one file: its doc comment, typed fields and defaults are its manual page, argument
//! schema and decoder. Rows know *what* is wrong, never *where*: spans belong to the checker.

#[cfg(test)]
mod check;
mod fused;
mod recurrent;
pub mod row;
pub mod split_rule;
pub mod value;

pub mod dataset;
pub mod detection;
pub mod events;
pub mod layer;
pub mod loss;
pub mod metric;
pub mod op;
pub mod optimizer;

pub use row::{Builtin, Kind, ParamInfo, Written, find, names, registry};
pub use value::{ArgError, Count, FromValue, NonNegative, Positive, Share, Value};

use crate::measured::{Absent, Measured, finite};
use crate::shape::{Dim, Shape};
use crate::tensor::{Context, Tensor};
use std::fmt::Debug;

/// A tensor function with or without weights: what `linear(32)`, `relu` and `concat` make.
pub trait Layer: Written + Debug + Send + Sync {
    fn arity(&self) -> Arity {
        Arity::Exactly(1)
    }

    /// Output shape and weights for inputs of these shapes (batch axis implied, sizes may be symbolic).
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError>;

    /// Inputs and output carry the batch axis in front. `weights` in the order of [`Signature::weights`].
    fn apply(&self, context: &mut Context, weights: &[Tensor], inputs: &[Tensor]) -> Tensor;

    /// Floating-point operations of one sample's forward pass (a multiply-add counts two).
    fn flops(&self, inputs: &[Shape], output: &Shape) -> Dim {
        let _ = inputs;
        output.elements()
    }

    /// Numbers of one sample that training keeps beside inputs and output: masks, probabilities, normalized values.
    fn beside(&self, inputs: &[Shape], output: &Shape) -> Dim {
        let _ = (inputs, output);
        Dim::constant(0)
    }

    /// Activation that `linear` before it can compute in the same pass.
    fn fusable(&self) -> Option<crate::tensor::Activation> {
        None
    }

    /// The same layer with an activation computed in the same pass, where it can be.
    fn fuse(&self, activation: crate::tensor::Activation) -> Option<std::sync::Arc<dyn Layer>> {
        let _ = activation;
        None
    }

    /// Values of each feature that one sample gives to the statistics of a batch (`batch_norm`); none where the layer takes no
    /// such statistics.
    fn measured(&self, inputs: &[Shape]) -> Option<Dim> {
        let _ = inputs;
        None
    }

    /// Which input says what of another is there, and which other: the last one, where it may be left away.
    fn mask(&self, inputs: &[Shape]) -> Option<(usize, usize)> {
        match self.arity() {
            Arity::Between(_, most) if inputs.len() == most => Some((most - 1, most - 2)),
            Arity::Exactly(_) | Arity::AtLeast(_) | Arity::Between(..) => None,
        }
    }

    /// Rows that its input numbers (`embedding`); none where the input is no id.
    fn ids(&self) -> Option<usize> {
        None
    }

    /// What its output is, to a loss.
    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    /// Whether it hands on what it is given, where that is so; of what is not known, whatever it is.
    fn keeps(&self, given: Gives) -> bool {
        let _ = given;
        false
    }

    /// Draws random numbers while training (dropout).
    fn is_random(&self) -> bool {
        false
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    Exactly(usize),
    AtLeast(usize),
    /// So many at least, so many at most: an op with a mask that may be left away.
    Between(usize, usize),
}

impl Arity {
    pub fn takes(self, inputs: usize) -> bool {
        match self {
            Arity::Exactly(n) => inputs == n,
            Arity::AtLeast(n) => inputs >= n,
            Arity::Between(least, most) => (least..=most).contains(&inputs),
        }
    }
}

/// What the checker learns of one application of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    pub output: Shape,
    pub weights: Vec<WeightSpec>,
}

impl Signature {
    pub fn plain(output: Shape) -> Self {
        Self { output, weights: vec![] }
    }
}

/// One weight tensor of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightSpec {
    /// `weight`, `bias`, `running_mean`: the last part of the weight's path.
    pub name: &'static str,
    /// No batch axis here: `[out, in]` for `linear`, as PyTorch has it.
    pub shape: Shape,
    pub init: Init,
    pub kind: WeightKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightKind {
    /// Changed by the optimizer.
    Learned,
    /// Changed by the forward pass while its module trains (`batch_norm`'s running mean and variance).
    Statistic,
}

/// How a weight begins. Fans are numbers of connections, as in Glorot & Bengio 2010.
#[derive(Clone, Debug, PartialEq)]
pub enum Init {
    Zeros,
    Ones,
    /// Uniform in ±bound.
    Uniform {
        bound: InitScale,
    },
    /// Normal with this standard deviation.
    Normal {
        deviation: InitScale,
    },
}

/// A scale that depends on fans known once shapes are.
#[derive(Clone, Debug, PartialEq)]
pub enum InitScale {
    Value(f64),
    /// `gain * sqrt(numerator / fan)`.
    Fan {
        gain: f64,
        numerator: f64,
        fan: Dim,
    },
}

/// Why a layer cannot take inputs of these shapes.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeError {
    /// One line that is understandable alone: "`concat` needs equal leading axes".
    pub message: String,
    /// What to do, where there is something to say.
    pub help: Option<String>,
}

impl ShapeError {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// What a target holds.
#[derive(Clone, Debug, PartialEq)]
pub enum TargetKind {
    /// One class id in `0..n` a sample (or a step, with axes in front). `ignore`: what files have where a step has none, such as
    /// padding; a target in memory has [`NO_CLASS`] there.
    Class { classes: usize, axes: Vec<usize>, ignore: Option<i64> },
    /// Several of `n` classes at once, 0 or 1 each.
    Multi { classes: usize },
    /// Numbers.
    Real { shape: Vec<usize> },
    /// At most so many stretches of time of one of `n` classes each, as [`events::Stored`].
    Events { classes: usize, most: usize },
}

/// The class id of a step that has no class.
pub const NO_CLASS: f32 = -1.0;

/// Axes of one sample, the batch not counted.
pub const MOST_AXES: usize = crate::tensor::Axes::MOST - 1;

/// Events of a sample that `events(20)` has room for.
pub const MOST_EVENTS: usize = 256;

impl TargetKind {
    /// Whether it gives every sample one class: what stratified splits and folds go by.
    pub fn is_one_class(&self) -> bool {
        match self {
            TargetKind::Class { axes, ignore, .. } => ignore.is_none() && axes.iter().all(|n| *n == 1),
            TargetKind::Multi { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => false,
        }
    }

    /// What files have where a step has no class.
    pub fn ignored(&self) -> Option<f32> {
        match self {
            TargetKind::Class { ignore, .. } => ignore.map(|ignored| ignored as f32),
            TargetKind::Multi { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => None,
        }
    }

    /// Whether a sample, or a step that has a class, can have this value.
    pub fn takes(&self, value: f32) -> bool {
        let is_id = |classes: usize| value.fract() == 0.0 && (0.0..classes as f32).contains(&value);
        match self {
            TargetKind::Class { classes, .. } => is_id(*classes),
            TargetKind::Multi { .. } => is_id(2),
            TargetKind::Real { .. } | TargetKind::Events { .. } => value.is_finite(),
        }
    }

    /// Shape of one sample's target as stored.
    pub fn shape(&self) -> Vec<usize> {
        match self {
            TargetKind::Class { axes, .. } => axes.clone(),
            TargetKind::Multi { classes } => vec![*classes],
            TargetKind::Real { shape } => shape.clone(),
            TargetKind::Events { most, .. } => vec![1 + most, events::EVENT_WIDTH],
        }
    }
}

impl std::fmt::Display for TargetKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TargetKind::Class { classes, axes, ignore } => {
                write!(f, "class({classes}")?;
                if !axes.is_empty() {
                    write!(f, ", axes: {axes:?}")?;
                }
                ignore.iter().try_for_each(|id| write!(f, ", ignore: {id}"))?;
                f.write_str(")")
            }
            TargetKind::Multi { classes } => write!(f, "multi({classes})"),
            TargetKind::Real { shape } if shape.is_empty() => write!(f, "real"),
            TargetKind::Real { shape } => {
                write!(f, "real({})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", "))
            }
            TargetKind::Events { classes, most: MOST_EVENTS } => write!(f, "events({classes})"),
            TargetKind::Events { classes, most } => write!(f, "events({classes}, most: {most})"),
        }
    }
}

/// A scalar to be made small: the mean over the batch of a loss of a prediction against a target.
pub trait Loss: Written + Debug + Send + Sync {
    /// `l1` of an output alone needs none.
    fn needs_target(&self) -> bool {
        true
    }

    /// Whether this output can be held against this target.
    fn check(&self, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError>;

    /// Prediction and target carry the batch axis; the result is a scalar (no axes).
    fn apply(&self, context: &mut Context, prediction: &Tensor, target: Option<&Tensor>) -> Tensor;

    /// What it takes the prediction for.
    fn reads(&self) -> Reads;

    /// What turns the prediction into what a person reads: what is stored, averaged over replicas and measured.
    fn link(&self) -> Link;
}

/// What a loss takes a prediction for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    Logits,
    Chances,
    /// Logits by its formula; programs of others put it on chances, too.
    Either,
    /// Numbers of any kind.
    Numbers,
}

/// What the numbers of a modality stand for, to whoever reads them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Holds {
    #[default]
    Numbers,
    /// Ones and zeros: which steps are there.
    Mask,
    /// Whole numbers below this, and -1 for nothing.
    Ids(usize),
}

/// What a layer makes of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    Chances,
    /// Numbers that are never below 0.
    FromZero,
    /// Numbers of both signs.
    Numbers,
    /// What its first input is.
    Same,
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Identity,
    /// Logits to probabilities over the last axis.
    Softmax,
    Sigmoid,
}

impl std::fmt::Display for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Link::Identity => "it is",
            Link::Softmax => "softmax",
            Link::Sigmoid => "sigmoid",
        })
    }
}

/// A number about predictions on one split.
pub trait Metric: Written + Debug + Send + Sync {
    /// What it is computed of.
    fn takes(&self) -> Takes {
        Takes::Output
    }

    /// Whether it can be computed of such predictions; of detections the shape is `[classes]`.
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError>;

    /// Its value, or what is missing for one; predictions are those of [`Predictions::sound`] and have a sample.
    fn value(&self, predictions: &Predictions<'_>) -> Measured;

    /// Its value, or why there is none.
    fn measure(&self, predictions: &Predictions<'_>) -> Measured {
        predictions.sound()?;
        self.value(predictions).and_then(finite)
    }

    /// Shown as percent with this many decimals, or as a plain number.
    fn unit(&self) -> MetricUnit {
        MetricUnit::Percent
    }

    /// Whether less is better.
    fn lower_is_better(&self) -> bool {
        true
    }
}

/// What a metric is computed of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// An output of the network.
    Output,
    /// What a `detect` statement finds.
    Detections,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricUnit {
    Percent,
    Plain,
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

/// An update rule. It owns no state: the trainer keeps moments and step counts per weight, so that a frozen phase ages nothing.
pub trait Optimizer: Written + Debug + Send + Sync {
    /// Learning rate before the schedule's factor.
    fn learning_rate(&self) -> f64;

    /// Buffers of the weight's size it needs beside it (momentum, moments).
    fn slots(&self) -> usize;

    /// One step in place. `step` counts this weight's updates from 1; `rate` is the learning rate after the schedule's factor.
    fn update(
        &self,
        rate: f64,
        step: u64,
        weight: &mut Tensor,
        gradient: &crate::tensor::Gradient<'_>,
        slots: &mut [Tensor],
    );
}

/// A factor on the learning rate.
pub trait Rate: Written + Debug + Send + Sync {
    /// The factor at `progress`.
    fn factor(&self, progress: &Progress<'_>) -> f64;

    /// What it makes of the losses at the ends of epochs, before there is one; `None` where it asks for none: each costs an
    /// evaluation.
    fn stall(&self) -> Option<Stall> {
        None
    }

    /// What it waits for before it is what it says.
    fn due(&self) -> Vec<Due> {
        vec![]
    }
}

/// A moment of a run that a learning rate waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Epoch(u64),
    Update(u64),
}

/// Where a run is, as far as a learning-rate schedule may know.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Updates so far, from 0.
    pub step: u64,
    /// Updates the plan has in all.
    pub steps: u64,
    /// Samples seen so far, in training sets.
    pub epoch: f64,
    /// What the rates that ask for losses made of those so far.
    pub stalls: &'a [Stall],
}

/// Losses at the ends of epochs, validation else training, as far as a rate remembers them: each is looked at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stall {
    /// Epochs without progress that are borne.
    patience: usize,
    /// What the rate is multiplied by.
    step: f64,
    best: f64,
    stalled: usize,
    /// What it has come to.
    pub factor: f64,
}

/// Least relative progress that counts: PyTorch's default.
const THRESHOLD: f64 = 1e-4;

impl Stall {
    pub fn new(patience: usize, step: f64) -> Self {
        Self { patience, step, best: f64::INFINITY, stalled: 0, factor: 1.0 }
    }

    /// Whether both are of the same rate.
    pub fn is_of(&self, other: &Stall) -> bool {
        (self.patience, self.step) == (other.patience, other.step)
    }

    /// The loss at the end of one more epoch.
    pub fn see(&mut self, loss: f64) {
        if loss < self.best * (1.0 - THRESHOLD) {
            (self.best, self.stalled) = (loss, 0);
        } else {
            self.stalled += 1;
        }
        if self.stalled > self.patience {
            self.factor *= self.step;
            self.stalled = 0;
        }
    }
}
