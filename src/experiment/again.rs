//! Runs that are over, held against their data once more: whether what they predicted follows from the weights they left. Owns
//! what is compared; trains nothing.

use super::{Cell, Options, Shared};
use crate::graph::{self, Graph};
use crate::hir::Pipeline;
use crate::plan::{self, Plan};
use crate::record::{Array, Artifacts, Evaluated, RunRecord};
use crate::seed::Seed;
use crate::tensor::Instructions;
use crate::train::{self, Job, Left, Watch};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

/// How alike two numbers have to be, which hangs on what computed them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Alike {
    /// Where the run was trained with the instructions of this machine.
    ToTheBit,
    /// Where it was not.
    Nearly,
}

/// Of numbers that are alike nearly: a part of them, and of one where they are small.
const NEARLY: f32 = 1e-3;

impl Alike {
    fn values(self, one: &[f32], other: &[f32]) -> bool {
        let same = |(a, b): (&f32, &f32)| match self {
            Alike::ToTheBit => a.to_bits() == b.to_bits(),
            Alike::Nearly => a.to_bits() == b.to_bits() || (a - b).abs() <= NEARLY * (1.0 + b.abs()),
        };
        one.len() == other.len() && one.iter().zip(other).all(same)
    }

    fn arrays(self, one: &Array, other: &Array) -> bool {
        one.axes == other.axes && self.values(&one.values, &other.values)
    }

    fn losses(self, one: f64, other: f64) -> bool {
        // What is not finite is stored as no number.
        let one_is_none = !one.is_finite() && !other.is_finite();
        let nearly = || (one - other).abs() <= f64::from(NEARLY) * (1.0 + other.abs());
        one_is_none || one.to_bits() == other.to_bits() || (self == Alike::Nearly && nearly())
    }
}

/// Looks at runs again. Datasets are shared by those that are looked at side by side.
pub struct Again<'a> {
    options: &'a Options,
    shared: Shared,
    /// By where the pipeline lies in memory.
    planned: Mutex<BTreeMap<usize, Arc<(Graph, Plan)>>>,
}

/// Pipelines whose graphs and plans are kept.
const KEPT: usize = 64;

impl<'a> Again<'a> {
    pub fn new(options: &'a Options) -> Self {
        Self { options, shared: Shared::across_turns(), planned: Mutex::default() }
    }

    /// The graph and the plan of a pipeline.
    pub fn planned(&self, pipeline: &Pipeline) -> Arc<(Graph, Plan)> {
        let place = std::ptr::from_ref(pipeline).addr();
        if let Some(known) = self.planned.lock().expect("nobody panics while holding it").get(&place) {
            return known.clone();
        }
        let made = Arc::new((graph::lower(pipeline), plan::schedule(pipeline)));
        let mut planned = self.planned.lock().expect("nobody panics while holding it");
        if planned.len() >= KEPT {
            planned.pop_first();
        }
        planned.insert(place, made.clone());
        made
    }

    /// What of a run does not follow from its weights and its data, each in a line. `watched` is what it was to show.
    ///
    /// # Errors
    /// Its data cannot be had: why.
    pub fn faults(
        &self,
        cell: &Cell<'_>,
        watched: &Watch,
        (record, artifacts): (&RunRecord, &Artifacts),
    ) -> Result<Vec<String>, String> {
        let pipeline = cell.pipeline;
        // What computed the run, where this machine has it.
        let own = record.instructions.parse().ok().filter(|own: &Instructions| own.are_here());
        let alike = if own.is_some() { Alike::ToTheBit } else { Alike::Nearly };
        let _used = own.map(Instructions::begin);
        let data = self.shared.load(&cell.spec(&self.options.roots), cell.data_seed());
        let data = data.map_err(|e| e.to_string())?;
        let device = self.options.device.open()?;
        let planned = self.planned(pipeline);
        let (graph, plan) = &*planned;
        let (seed, stop) = (Seed(cell.turn.seed).repeat(cell.turn.repeat), AtomicBool::new(false));
        let job = Job { graph, plan, data: &data, seed, device: &device, begin: &[], stop: &stop };
        let left = Left { weights: &artifacts.weights, deployed: &record.deployed };
        let seen = match train::evaluate_again(&job, left, &watched.end, watched.noise) {
            Ok(seen) => seen,
            Err(why) => return Ok(vec![why]),
        };
        let mut faults: Vec<String> = seen.iter().filter_map(|seen| predicted(seen, artifacts, alike)).collect();
        for truth in train::truths(graph, &data) {
            let own = artifacts.truths.iter().find(|own| (&own.target, &own.split) == (&truth.target, &truth.split));
            if !own.is_some_and(|own| Alike::ToTheBit.arrays(&own.values, &truth.values)) {
                faults.push(format!("the target `{}` of `{}` is not what its data have", truth.target, truth.split));
            }
        }
        let splits = data.splits.iter().map(|(name, ids)| (name.to_string(), ids.iter().copied().collect()));
        if artifacts.trail.splits != splits.collect() {
            faults.push("its splits are not those of its data".into());
        }
        faults.extend(train::faults(&job, &artifacts.trail, (record.steps, record.samples)));
        Ok(faults)
    }
}

/// What was stored of a look, where it is not what was seen now.
fn predicted(seen: &Evaluated, artifacts: &Artifacts, alike: Alike) -> Option<String> {
    let same_look = |own: &&Evaluated| {
        own.epoch.is_none() && (&own.split, &own.change, &own.network) == (&seen.split, &seen.change, &seen.network)
    };
    let change = seen.change.as_ref().map_or(String::new(), |change| format!(" {change}"));
    let what = format!("{} on `{}`{change}", seen.network, seen.split);
    let Some(own) = artifacts.evaluated.iter().find(same_look) else {
        return Some(format!("the predictions of {what} are missing"));
    };
    let same = own.outputs.keys().eq(seen.outputs.keys())
        && own.outputs.values().zip(seen.outputs.values()).all(|(own, seen)| alike.arrays(own, seen));
    if !same {
        return Some(format!("the predictions of {what} are not what its weights make of the data"));
    }
    (!alike.losses(own.loss, seen.loss)).then(|| format!("the loss of {what} is not what its weights make of the data"))
}
