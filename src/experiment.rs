//! Runs the arms and seeds of an experiment, each on one thread, as many at a time as there are threads. Owns the grid,
//! shared datasets and what of a run becomes a record; trains with `train`, prints nothing.

mod calibrate;
mod data;
mod measure;

pub use calibrate::calibrate;
pub use data::{Shared, spec};
pub use measure::{infos, measures};

use crate::graph;
use crate::hir::{Arm, Experiment, Pipeline};
use crate::plan;
use crate::record::{ArmId, RunRecord};
use crate::seed::Seed;
use crate::tensor::Device;
use crate::train::{self, Event, Job, RunError};
use rayon::prelude::*;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Relative paths of datasets start at the first of these where the file is.
    pub roots: Vec<PathBuf>,
    pub threads: usize,
    /// `cpu` or `cuda`.
    pub device: DeviceKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    Cpu,
    /// Ordinal.
    Cuda(usize),
}

impl DeviceKind {
    /// A device for one run.
    pub fn open(self) -> Result<Device, String> {
        match self {
            DeviceKind::Cpu => Ok(Device::cpu()),
            #[cfg(feature = "cuda")]
            DeviceKind::Cuda(ordinal) => Device::cuda(ordinal),
            #[cfg(not(feature = "cuda"))]
            DeviceKind::Cuda(_) => Err("this program was built without CUDA; build it with `--features cuda`".into()),
        }
    }
}

/// What is heard while a grid runs.
#[derive(Clone, Copy, Debug)]
pub enum News<'e> {
    /// So many updates more, and this share of one run.
    Steps { steps: u64, share: f64 },
    /// One training is done.
    Done(&'e RunRecord),
}

/// Runs every arm with every seed; records in the order of seeds, then arms. Runs that were not begun when `stop` was set
/// are left out; those in progress end and are left out too.
pub fn run(
    experiment: &Experiment,
    options: &Options,
    stop: &AtomicBool,
    listen: &(dyn Fn(News<'_>) + Sync),
) -> Result<Vec<RunRecord>, String> {
    let jobs: Vec<(u64, &Arm)> =
        experiment.seeds.iter().flat_map(|&seed| experiment.arms.iter().map(move |arm| (seed, arm))).collect();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .build()
        .map_err(|e| format!("cannot start threads: {e}"))?;
    let grid = Grid { options, shared: Shared::default(), stop, listen };
    let one = |&(seed, arm): &(u64, &Arm)| -> Option<RunRecord> {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let record = grid.train(&arm.pipeline, arm_id(experiment, arm), Seed(seed))?;
        listen(News::Done(&record));
        Some(record)
    };
    Ok(pool.install(|| jobs.par_iter().with_max_len(1).map(one).collect::<Vec<_>>()).into_iter().flatten().collect())
}

fn arm_id(experiment: &Experiment, arm: &Arm) -> ArmId {
    ArmId(experiment.axes.iter().zip(&arm.at).map(|(axis, &i)| (axis.name.clone(), axis.values[i].clone())).collect())
}

/// What all runs share.
struct Grid<'g> {
    options: &'g Options,
    shared: Shared,
    stop: &'g AtomicBool,
    listen: &'g (dyn Fn(News<'_>) + Sync),
}

impl Grid<'_> {
    /// One training and its measures; `None` where it was interrupted. A run that fails is a record that says why.
    fn train(&self, pipeline: &Pipeline, arm: ArmId, seed: Seed) -> Option<RunRecord> {
        #[expect(clippy::disallowed_methods, reason = "a record says how long its run took")]
        let start = std::time::Instant::now();
        let mut record = RunRecord { arm, seed: seed.0, ..RunRecord::default() };
        let failed = |mut record: RunRecord, why: String| {
            record.failure = Some(why);
            Some(record)
        };
        let data = match self.shared.load(&spec(&pipeline.data, &self.options.roots), seed) {
            Ok(data) => data,
            Err(error) => return failed(record, error.to_string()),
        };
        let device = match self.options.device.open() {
            Ok(device) => device,
            Err(why) => return failed(record, why),
        };
        let (graph, plan) = (graph::lower(pipeline), plan::schedule(pipeline));
        let job = Job { graph: &graph, plan: &plan, data: &data, seed, device: &device, stop: self.stop };
        let mut heard = |event: Event<'_>| match event {
            Event::Phase { turn, planned, .. } => {
                (self.listen)(News::Steps { steps: turn.steps, share: turn.steps as f64 / planned.max(1) as f64 })
            }
            Event::Epoch { .. } => {}
        };
        match train::train(&job, &mut heard) {
            Ok(mut trained) => {
                record.measures = measures(&mut trained, &data, &graph);
                record.steps = trained.position.steps;
                record.samples = trained.position.samples;
                record.seconds = start.elapsed().as_secs_f64();
                // The last update may be the one that went too far.
                let lost = record.measures.iter().find(|(name, value)| name.ends_with("_loss") && !value.is_finite());
                record.failure = lost.map(|(name, value)| {
                    format!("`{name}` is {value} after the last update; a smaller learning rate or `clip` may help")
                });
                Some(record)
            }
            Err(RunError::Interrupted) => None,
            Err(error) => failed(record, error.to_string()),
        }
    }
}
