//! What a submission asks for: how many tasks, with how many processors, how much memory and time. Owns these numbers; they follow from
//! the plan, and from what runs of the same arms took.

use super::super::Run;
use super::super::grid::Grid;
use crate::cli::config::Slurm;
use crate::cli::memory;
use crate::cost::sheet::duration;
use crate::cost::{CPU, cost, guess};
use crate::data::folds::Folds;
use crate::experiment::{Cell, Options, Shared, looks, watch};
use crate::graph::lower;
use crate::hir::Experiment;
use crate::plan::schedule;
use crate::record::{Address, ArmId};
use crate::split::SplitName;
use crate::store::{Brief, Event, Store};
use crate::train::{can_fold, folds};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Short runs are put together until a task has so many seconds to do.
const BUNDLE: f64 = 600.0;

/// A guess is off by more than a measurement.
const MARGIN: f64 = 2.0;
const GUESSED: f64 = 4.0;

/// Tasks of an array, processors of one, and minutes of the shortest time that is asked for.
const MOST_TASKS: usize = 1000;
const MOST_THREADS: usize = 8;
const SHORTEST: f64 = 10.0;

/// Bytes for the program itself.
const PROGRAM: u64 = 256 << 20;

/// Of one task.
#[derive(Clone, Debug, PartialEq)]
pub struct Resources {
    pub tasks: usize,
    pub threads: usize,
    pub memory: u64,
    /// Until its time is over.
    pub seconds: f64,
    /// All runs together, on one thread.
    pub all: f64,
    pub measured: bool,
}

impl Resources {
    /// For these runs, as others of their arms went.
    pub fn of(
        command: &Run,
        config: &Slurm,
        store: &Store,
        grid: &Grid<'_>,
        cells: &[Cell<'_>],
        options: &Options,
    ) -> Result<Self, String> {
        let mut took: BTreeMap<Address, f64> = BTreeMap::new();
        for event in store.events().map_err(|e| e.to_string())? {
            if let Event::Done { address, brief: Brief { seconds, .. } } = event {
                took.insert(address, seconds);
            }
        }
        let mut of_arm: BTreeMap<Arc<ArmId>, (f64, usize)> = BTreeMap::new();
        for cell in &grid.cells {
            if let Some(seconds) = took.get(&grid.address(cell)) {
                let (sum, count) = of_arm.entry(cell.arm.clone()).or_default();
                (*sum, *count) = (*sum + seconds, *count + 1);
            }
        }
        let known = of_arm.into_iter().map(|(arm, (sum, count))| (arm, sum / count as f64)).collect();
        Self::from(command, config, grid, cells, options, known)
    }

    /// For runs of which none was made.
    pub fn guessed(
        command: &Run,
        config: &Slurm,
        grid: &Grid<'_>,
        cells: &[Cell<'_>],
        options: &Options,
    ) -> Result<Self, String> {
        Self::from(command, config, grid, cells, options, BTreeMap::new())
    }

    fn from(
        command: &Run,
        config: &Slurm,
        grid: &Grid<'_>,
        cells: &[Cell<'_>],
        options: &Options,
        known: BTreeMap<Arc<ArmId>, f64>,
    ) -> Result<Self, String> {
        let asked = command.threads.map(|n| n as usize).or(config.threads.map(|n| n as usize));
        let threads = asked.unwrap_or(MOST_THREADS).min(cells.len().max(1));
        let (mut all, mut longest, mut measured) = (0.0, 0.0f64, true);
        let mut times =
            Times { options, experiment: grid.experiment, shared: Shared::default(), guesses: BTreeMap::new() };
        for cell in cells {
            let seconds = match known.get(&cell.arm) {
                Some(seconds) => *seconds,
                None => {
                    measured = false;
                    times.guess(cell)?
                }
            };
            all += seconds;
            longest = longest.max(seconds);
        }
        let margin = if measured { MARGIN } else { GUESSED };
        let enough = tasks(all, threads, cells.len());
        let tasks = command.cluster.tasks.map_or(enough, |n| n as usize);
        let seconds = margin * (all / (tasks * threads) as f64 + longest);
        let needed = memory::needed(grid.experiment, threads, &options.roots);
        let memory = needed.saturating_add(needed / 2).saturating_add(PROGRAM);
        Ok(Self { tasks, threads, memory, seconds, all, measured })
    }

    pub fn megabytes(&self) -> u64 {
        self.memory.div_ceil(1 << 20)
    }

    pub fn minutes(&self) -> u64 {
        (self.seconds / 60.0).max(SHORTEST).ceil() as u64
    }
}

impl fmt::Display for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let basis = if self.measured { "as others of their arms took" } else { "guessed" };
        let (all, memory) = (duration(self.all), self.megabytes());
        let processors = if self.threads == 1 { "processor" } else { "processors" };
        write!(
            f,
            "{} {processors}, {memory} MB and {} min each; {all} of one thread in all, {basis}",
            self.threads,
            self.minutes()
        )
    }
}

/// Tasks for runs that take so many seconds of one thread together: each has ten minutes to do.
pub fn tasks(all: f64, threads: usize, runs: usize) -> usize {
    let enough = (all / (BUNDLE * threads as f64)).ceil() as usize;
    enough.clamp(1, MOST_TASKS).min(runs.div_ceil(threads).max(1))
}

/// Seconds of one thread, each pipeline guessed once.
struct Times<'o> {
    options: &'o Options,
    experiment: &'o Experiment,
    shared: Shared,
    guesses: BTreeMap<usize, f64>,
}

impl Times<'_> {
    fn guess(&mut self, cell: &Cell<'_>) -> Result<f64, String> {
        let place = std::ptr::from_ref(cell.pipeline).addr();
        if let Some(known) = self.guesses.get(&place) {
            return Ok(*known);
        }
        let data = self.shared.load(&cell.spec(&self.options.roots), cell.data_seed()).map_err(|e| e.to_string())?;
        let (plan, graph) = (schedule(cell.pipeline), lower(cell.pipeline));
        can_fold(&plan, &data).map_err(|e| e.to_string())?;
        let folds: Folds = folds(&plan, &data, cell.data_seed());
        let sizes: Vec<usize> = plan.phases.iter().map(|phase| phase.on.evaluate(&data.splits, &folds).len()).collect();
        let train = data.splits.get(&SplitName::TRAIN).map_or(0, |train| train.len());
        let cost = cost(&plan, &graph, &sizes, train);
        let watched = watch(self.experiment, cell.pipeline);
        let looks = looks(&watched, (&plan, &graph, &cost), (&data.splits, &folds));
        let seconds = guess(&cost, looks, (&graph, &plan), &CPU);
        self.guesses.insert(place, seconds);
        Ok(seconds)
    }
}
