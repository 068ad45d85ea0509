//! A checkpoint: the state of a run between two steps, and all it needs to resume to the bit. Owns plain data; what it is taken from and given back to is
//! `train`'s, and its file is `store`'s.

use super::trail::VisitHashes;
use super::{Array, Evaluated};
use crate::id::{ModuleId, OptimizerId, ReplicaId, Route};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A run between two steps. What trains is not in it: that follows from its state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checkpoint {
    pub state: RunState,
    /// By readable path, as in [`Artifacts::weights`](super::Artifacts::weights).
    pub weights: BTreeMap<String, Array>,
    /// What optimizers remember of a weight: `optimizer 0/head[2].classify.0.weight/1` is the second array of that weight.
    pub memory: BTreeMap<String, Array>,
    /// The weights of the best epoch so far, where the schedule keeps the best.
    pub best: BTreeMap<String, Array>,
    /// What was looked at so far.
    pub evaluated: Vec<Evaluated>,
}

/// The counts of a run between two steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunState {
    /// Visits of phases that are over.
    pub visits: u64,
    /// What those of them came to that end by themselves: steps and samples, in order.
    pub turns: Vec<(u64, u64)>,
    /// The visit in progress.
    pub visit: VisitProgress,
    /// Epochs that are over, and epochs or rounds that were looked at.
    pub epochs: u64,
    pub looked: u64,
    /// Losses at the ends of epochs, for learning-rate schedules that ask.
    pub losses: Vec<Exact>,
    /// The replica of every module that was trained last.
    pub last: Route,
    /// The lowest loss of an epoch and the replicas trained last then, where the schedule keeps the best.
    pub best: Option<(Exact, Route)>,
    /// Where each optimizer is found that has a memory: a phase, and a module in it.
    pub optimizers: Vec<(usize, ModuleId)>,
    pub updates: Vec<Updates>,
    /// The visits that are over, see [`Trail`](super::trail::Trail).
    pub trail: Vec<VisitHashes>,
    /// Updates in all, and seconds of training.
    pub steps: u64,
    pub seconds: f64,
    /// What computed it, see [`RunRecord::instructions`](super::RunRecord::instructions).
    #[serde(default)]
    pub instructions: String,
}

/// How often an optimizer updated a replica.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "(OptimizerId, ModuleId, usize, Vec<u64>)", into = "(OptimizerId, ModuleId, usize, Vec<u64>)")]
pub struct Updates {
    pub optimizer: OptimizerId,
    pub replica: ReplicaId,
    /// Of every weight.
    pub counts: Vec<u64>,
}

impl From<(OptimizerId, ModuleId, usize, Vec<u64>)> for Updates {
    fn from((optimizer, module, number, counts): (OptimizerId, ModuleId, usize, Vec<u64>)) -> Self {
        Self { optimizer, replica: module.replica(number), counts }
    }
}

impl From<Updates> for (OptimizerId, ModuleId, usize, Vec<u64>) {
    fn from(Updates { optimizer, replica, counts }: Updates) -> Self {
        (optimizer, replica.module, replica.number, counts)
    }
}

/// A visit of a phase between two of its steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VisitProgress {
    /// Steps and samples so far; of the pass in progress, where the phase ends by itself.
    pub steps: u64,
    pub samples: u64,
    /// Sum of the losses before those steps.
    pub loss: Exact,
    /// Numbers that dropout has drawn since the phase, or the pass, began.
    pub drawn: u64,
    #[serde(rename = "gain")]
    pub early_stopping: EarlyStopping,
}

/// A phase that ends where it gains nothing more, between two passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EarlyStopping {
    pub passes: u64,
    pub steps: u64,
    pub samples: u64,
    /// The lowest loss so far, and passes since.
    pub best: Option<Exact>,
    pub since: u64,
    /// Mean training loss of the last pass.
    pub loss: Exact,
}

/// A number whose text gives back every bit, also of infinities and NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "u64", into = "u64")]
pub struct Exact(pub f64);

impl From<u64> for Exact {
    fn from(bits: u64) -> Self {
        Self(f64::from_bits(bits))
    }
}

impl From<Exact> for u64 {
    fn from(number: Exact) -> Self {
        number.0.to_bits()
    }
}
