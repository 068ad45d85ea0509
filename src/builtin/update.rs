//! Update rules and learning rates. Owns what a rate may know of a run; its state is the trainer's.

use super::Written;
use crate::tensor::{Gradient, Tensor};
use std::fmt::Debug;

/// An update rule. It owns no state: the trainer keeps moments and step counts per weight, so that a frozen phase ages nothing.
pub trait Optimizer: Written + Debug + Send + Sync {
    /// Learning rate before the schedule's factor.
    fn learning_rate(&self) -> f64;

    /// Buffers of the weight's size it needs beside it (momentum, moments).
    fn slots(&self) -> usize;

    /// One step in place. `step` counts this weight's updates from 1; `rate` is the learning rate after the schedule's factor.
    fn update(&self, rate: f64, step: u64, weight: &mut Tensor, gradient: &Gradient<'_>, slots: &mut [Tensor]);
}

/// A factor on the learning rate.
pub trait Rate: Written + Debug + Send + Sync {
    /// The factor at `progress`.
    fn factor(&self, progress: &Progress<'_>) -> f64;

    /// The state in which it begins to follow the losses at the ends of epochs; `None` where it needs no losses, each of which costs
    /// an evaluation.
    fn stall(&self) -> Option<Stall> {
        None
    }

    /// The moments of a run that change it: a run that ends before one of them never sees that change.
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

/// What a rate remembers of the losses at the ends of epochs, of validation or else of training: each is seen once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stall {
    /// Epochs without progress before the rate falls.
    patience: usize,
    /// What the rate is multiplied by.
    step: f64,
    best: f64,
    stalled: usize,
    /// The product of all steps so far.
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
