//! Runs the arms and seeds of an experiment, each on one thread, as many at a time as there are threads. Owns the grid,
//! shared datasets and what of a run becomes a record; trains with `train`, prints nothing.

mod again;
mod audited;
mod begin;
mod calibrate;
mod checkpoints;
mod crossed;
mod data;
mod looks;
mod manifest;
mod observe;
mod options;
mod recipe;
mod search;
mod shared;
pub mod sketch;

pub use again::Again;
pub use audited::{Audited, audited, too_few_groups};
pub use calibrate::calibrate;
pub use checkpoints::Every;
pub use crossed::parted;
pub use data::{spec, unsound};
pub use looks::looks;
pub use manifest::manifest;
pub use observe::{measured, watch};
pub use options::{DeviceKind, Options, PLAIN};
pub use recipe::{FILE, NUMERICS, NUMERICS_FIELD, PART, Recipes, UNREADABLE, asked, of_the_arm};
pub use search::{Undecided, chosen, next, promoted, proposed, searched, unproposed};
pub use shared::Shared;

use crate::data::{DataError, DataSpec, Folders};
use crate::fault;
use crate::graph;
use crate::hir::{Arm, Experiment, Pipeline, SplitRule, TargetKind};
use crate::id::Part;
use crate::measure;
use crate::plan::{self, Plan};
use crate::record::checkpoint::Checkpoint;
use crate::record::{ArmId, Artifacts, ClassOutput, Evaluated, RunRecord, Turn};
use crate::seed::Seed;
use crate::span::Span;
use crate::tensor::crew;
use crate::train::{self, Checkpointing, Event, Job, RunError};
use checkpoints::Pace;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is heard while a grid runs.
#[derive(Clone, Copy, Debug)]
pub enum News<'e> {
    /// So many updates more, and this share of one run: a phase of it ended, with this mean loss. `after`: where the run stands now.
    Steps {
        cell: &'e Cell<'e>,
        plan: &'e Plan,
        phase: &'e plan::Phase,
        after: plan::Position,
        steps: u64,
        loss: f64,
        share: f64,
    },
    /// What is odd about the data that a run begins with; every run says it.
    Remark(&'e str),
    /// One training could resume from here.
    Checkpoint(&'e Cell<'e>, &'e Checkpoint),
    /// One halts as planned: another that goes on resumes from here.
    Halted(&'e Cell<'e>, &'e Checkpoint),
    /// One training is done. What it left is dropped when this has been heard.
    Done(&'e RunRecord, &'e Artifacts),
}

/// Who hears of runs, and remembers where those stand that were stopped.
pub trait Listener: Sync {
    fn hear(&self, news: News<'_>);

    /// Whether this program is to train a run: others may be at it.
    fn claims(&self, _: &Cell<'_>) -> bool {
        true
    }

    /// Where a run was stopped.
    fn checkpoint(&self, cell: &Cell<'_>) -> Option<Checkpoint>;

    /// Why that checkpoint is of no use to the run; whether it is gone, so that the run can begin anew.
    fn forgets(&self, cell: &Cell<'_>, why: &str) -> bool;

    /// What a run left that was done before.
    fn done(&self, cell: &Cell<'_>) -> Option<(RunRecord, Artifacts)>;

    /// A place in a text as a person finds it: `moons.mhm:12:5`.
    fn place(&self, span: Span) -> Option<String>;
}

/// Hears, and remembers nothing.
impl<F: Fn(News<'_>) + Sync> Listener for F {
    fn hear(&self, news: News<'_>) {
        self(news);
    }

    fn checkpoint(&self, _: &Cell<'_>) -> Option<Checkpoint> {
        None
    }

    fn forgets(&self, _: &Cell<'_>, _: &str) -> bool {
        false
    }

    fn done(&self, _: &Cell<'_>) -> Option<(RunRecord, Artifacts)> {
        None
    }

    fn place(&self, _: Span) -> Option<String> {
        None
    }
}

/// One training of an experiment: a place of its grid or a reference beside it, in one of its turns.
#[derive(Clone, Debug)]
pub struct Cell<'e> {
    pub arm: Arc<ArmId>,
    pub pipeline: &'e Pipeline,
    pub turn: Turn,
}

impl Cell<'_> {
    /// Its turn; of no part where the pipeline's test samples do not go round: what others start from may have data of its own.
    pub fn own_turn(&self) -> Turn {
        let goes_round = self.pipeline.data.splits.iter().any(|split| matches!(split.rule, SplitRule::Part { .. }));
        Turn { part: self.turn.part.filter(|_| goes_round), ..self.turn }
    }

    /// What its data are drawn from.
    pub fn data_seed(&self) -> Seed {
        Seed(self.turn.data_seed())
    }

    /// The data of its run.
    pub fn spec(&self, roots: &[PathBuf]) -> DataSpec {
        DataSpec { part: self.turn.part.map_or(0, Part::place), ..spec(&self.pipeline.data, roots) }
    }
}

/// Every training in the order it is run: seeds, the parts that test samples are in turn, their repeats, what arms begin from, arms, and the references of the arms after
/// them. What stands beside the grid is listed for every arm that needs it, also where several arms share one and the same.
pub fn cells(experiment: &Experiment) -> Vec<Cell<'_>> {
    let arms: Vec<Arc<ArmId>> = experiment.arms.iter().map(|arm| Arc::new(arm_id(experiment, arm))).collect();
    let beside = experiment.references.iter().flat_map(|reference| {
        let of_arms = arms.iter().zip(&reference.pipelines);
        of_arms.map(|(arm, pipeline)| (Arc::new(arm.reference(&reference.name)), pipeline))
    });
    let beside: Vec<(Arc<ArmId>, &Pipeline)> = beside.collect();
    let of = |turn: Turn| -> Vec<(Arc<ArmId>, &Pipeline)> {
        let own = arms.iter().cloned().enumerate().map(|(i, arm)| (arm, experiment.pipeline(i, turn.seed, turn.part)));
        let all: Vec<(Arc<ArmId>, &Pipeline)> = own.chain(beside.iter().cloned()).collect();
        let first = all.iter().flat_map(|(arm, pipeline)| begin::before(arm, pipeline));
        first.map(|(arm, pipeline)| (Arc::new(arm), pipeline)).chain(all.iter().cloned()).collect()
    };
    // Where nothing is chosen for parts, all turns have the same.
    let same = experiment.choices.is_empty().then(|| of(Turn::default()));
    let cells = |turn| {
        let all = same.clone().unwrap_or_else(|| of(turn));
        all.into_iter().map(move |(arm, pipeline)| Cell { arm, pipeline, turn })
    };
    turns(experiment).into_iter().flat_map(cells).collect()
}

/// Every run of an arm in its order: seeds, parts, repeats.
fn turns(experiment: &Experiment) -> Vec<Turn> {
    let parts = experiment.parts();
    let seeds = experiment.seeds.iter().flat_map(|&seed| parts.iter().map(move |&part| (seed, part)));
    seeds.flat_map(|(seed, part)| (0..experiment.repeats).map(move |repeat| Turn { seed, part, repeat })).collect()
}

/// Runs these cells of the experiment; records in their order. Runs that were not begun when `stop` was set are left out;
/// those in progress end and are left out too.
pub fn run(
    experiment: &Experiment,
    cells: &[Cell<'_>],
    options: &Options,
    stop: &AtomicBool,
    listener: &dyn Listener,
) -> Result<Vec<RunRecord>, String> {
    each(experiment, cells, options, stop, listener, &|record| record)
}

/// The same; of every record only what `keep` makes of it stays in memory.
pub fn each<T: Send>(
    experiment: &Experiment,
    cells: &[Cell<'_>],
    options: &Options,
    stop: &AtomicBool,
    listener: &dyn Listener,
    keep: &(dyn Fn(RunRecord) -> T + Sync),
) -> Result<Vec<T>, String> {
    let grid =
        Grid { experiment, options, shared: Shared::across_turns(), begun: begin::All::default(), stop, listener };
    let one = |cell: &Cell<'_>| -> Option<T> {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        if cell.arm.is_reference() && grid.begins(cell) {
            return grid.begun(cell).record.map(&keep);
        }
        if !listener.claims(cell) {
            return None;
        }
        let (record, artifacts) = grid.train(cell)?;
        listener.hear(News::Done(&record, &artifacts));
        Some(keep(record))
    };
    Ok(crew::map(options.threads, cells, one)?.into_iter().flatten().collect())
}

fn arm_id(experiment: &Experiment, arm: &Arm) -> ArmId {
    ArmId(experiment.axes.iter().zip(&arm.at).map(|(axis, &i)| (axis.name.clone(), axis.values[i].clone())).collect())
}

fn class_output(pipeline: &Pipeline) -> Option<ClassOutput> {
    let (output, target) = pipeline.class_output()?;
    let (output, target) = (&pipeline.network.outputs[output], &pipeline.data.targets[target]);
    match target.kind {
        TargetKind::Class { classes, .. } => {
            Some(ClassOutput { output: output.name.clone(), target: target.name.clone(), classes })
        }
        TargetKind::Multi { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => None,
    }
}

/// What all runs share.
struct Grid<'g> {
    experiment: &'g Experiment,
    options: &'g Options,
    shared: Shared,
    begun: begin::All,
    stop: &'g AtomicBool,
    listener: &'g dyn Listener,
}

impl Grid<'_> {
    /// One training and its measures; `None` where it was interrupted. A run that fails is a record that says why, also where
    /// the fault is this program's: other runs go on.
    fn train(&self, cell: &Cell<'_>) -> Option<(RunRecord, Artifacts)> {
        fault::caught(|| self.trained(cell)).unwrap_or_else(|fault| {
            let failure = Some(fault.to_string());
            let record = RunRecord { arm: ArmId::clone(&cell.arm), failure, ..RunRecord::default() }.of_turn(cell.turn);
            Some((record, Artifacts::default()))
        })
    }

    /// Whether the files that a run is made of are those whose hashes decide it. Whatever is read is held against them; this tells of
    /// a file that was changed and not read since, so that no result is kept under the hash of a file that is gone.
    fn unchanged(&self, pipeline: &Pipeline, spec: &DataSpec) -> Result<(), DataError> {
        self.shared.unchanged(spec)?;
        let begun = pipeline.network.modules.iter().filter_map(|module| module.from.as_ref());
        let paths = begun.filter_map(|from| Folders::new(&self.options.roots).found(from).ok());
        paths.filter_map(|path| crate::data::changed(&path)).try_for_each(|changed| Err(changed.into()))
    }

    fn trained(&self, cell: &Cell<'_>) -> Option<(RunRecord, Artifacts)> {
        #[expect(clippy::disallowed_methods, reason = "a record says how long its run took")]
        let start = std::time::Instant::now();
        let pipeline = cell.pipeline;
        let mut record = RunRecord { arm: ArmId::clone(&cell.arm), ..RunRecord::default() }.of_turn(cell.turn);
        let failed = |mut record: RunRecord, why: String| {
            record.failure = Some(why);
            Some((record, Artifacts::default()))
        };
        let (seed, spec) = (Seed(cell.turn.seed), cell.spec(&self.options.roots));
        // What other runs hold in memory may be of a file that is another by now.
        let loaded = self.unchanged(pipeline, &spec).and_then(|()| self.shared.load(&spec, cell.data_seed()));
        let data = match loaded {
            Ok(data) => data,
            Err(error) => return failed(record, error.to_string()),
        };
        for cut in data.groups.iter().filter_map(|group| group.cut(&data.splits)) {
            self.listener.hear(News::Remark(&cut));
        }
        for remark in &data.remarks {
            self.listener.hear(News::Remark(&remark.error.message));
        }
        let device = match self.options.device.open() {
            Ok(device) => device,
            Err(why) => return failed(record, why),
        };
        let begin = match self.beginnings(cell) {
            Ok(begin) => begin,
            Err(begin::Trouble::Interrupted) => return None,
            Err(begin::Trouble::Wrong(why)) => return failed(record, why),
        };
        let (graph, plan) = (graph::lower(pipeline), plan::schedule(pipeline));
        if let Err(error) = train::can_fold(&plan, &data) {
            return failed(record, error.to_string());
        }
        let seed = seed.repeat(cell.turn.repeat);
        let job =
            Job { graph: &graph, plan: &plan, data: &data, seed, device: &device, begin: &begin, stop: self.stop };
        let from = self.listener.checkpoint(cell).filter(|from| self.options.goes_on_from(from));
        let used = self.options.instructions_after(from.as_ref());
        record.instructions = self.options.word(used);
        let _used = used.begin();
        let mut evaluated = from.as_ref().map_or_else(Vec::new, |from| from.evaluated.clone());
        let before = from.as_ref().map_or(0.0, |from| from.state.seconds);
        let pace = Pace::new(self.options.checkpoint);
        let instructions = record.instructions.clone();
        let tell = |mut taken: Box<Checkpoint>, seen: &mut Vec<Evaluated>, tell: &dyn Fn(&Checkpoint)| {
            taken.evaluated = std::mem::take(seen);
            taken.state.seconds = before + start.elapsed().as_secs_f64();
            taken.state.instructions.clone_from(&instructions);
            tell(&taken);
            *seen = taken.evaluated;
        };
        let mut heard = |event: Event<'_>| match event {
            Event::Phase { phase, position, extent, loss, planned, .. } => {
                let share = extent.steps as f64 / planned.max(1) as f64;
                let (after, steps) = (position, extent.steps);
                self.listener.hear(News::Steps { cell, plan: &plan, phase, after, steps, loss, share });
            }
            Event::Epoch { .. } => {}
            Event::Seen(seen) => evaluated.push(seen),
            Event::Checkpoint(taken) => {
                pace.take(|| tell(taken, &mut evaluated, &|taken| self.listener.hear(News::Checkpoint(cell, taken))));
            }
            Event::Halted(taken) => {
                tell(taken, &mut evaluated, &|taken| self.listener.hear(News::Halted(cell, taken)));
            }
        };
        let due = |boundary| pace.due(boundary);
        let checkpointing = Checkpointing { from: from.as_ref(), due: Some(&due) };
        let watch = watch(self.experiment, pipeline);
        let trained = train::resume(&job, &watch, checkpointing, &mut heard);
        if trained.is_ok()
            && let Err(error) = self.unchanged(pipeline, &spec)
        {
            return failed(record, error.to_string());
        }
        match trained {
            Ok(trained) => {
                let (truths, classes) = (train::truths(&graph, &data), class_output(pipeline));
                let (names, weights, trail) = (data.class_names(), trained.weights(), trained.trail.clone());
                let artifacts = Artifacts { evaluated, truths, classes, names, weights, trail };
                (record.measures, record.epochs) = measure::within(&artifacts, &graph);
                record.steps = trained.position.steps;
                record.samples = trained.position.samples;
                record.deployed = trained.deployed;
                record.seconds = before + start.elapsed().as_secs_f64();
                // The last update may be the one that went too far.
                let lost =
                    artifacts.evaluated.iter().find(|e| e.epoch.is_none() && e.change.is_none() && !e.loss.is_finite());
                record.failure = lost.map(|Evaluated { split, loss, .. }| {
                    format!(
                        "`{split}_loss` is {loss} after the last update; a smaller learning rate or `clip` may help"
                    )
                });
                Some((record, artifacts))
            }
            Err(RunError::Interrupted) => None,
            Err(RunError::OtherCheckpoint(why))
                if self.listener.forgets(cell, &format!("is not of this run: {why}")) =>
            {
                self.trained(cell)
            }
            Err(error) => {
                let phase = plan.phases.iter().find(|phase| Some(phase.name.as_str()) == error.phase());
                let place = phase.and_then(|phase| self.listener.place(phase.span));
                failed(record, place.map_or(error.to_string(), |place| format!("{place}: {error}")))
            }
        }
    }
}
