//! The loop of a training: phases, passes and steps in order, epochs counted, what is due evaluated. Owns the state of the run;
//! what a step does is `step`'s.

mod evaluation;
mod planned;
mod state;

use super::evaluate::evaluate;
use super::{Boundary, Checkpointing, Event, Fingerprint, Job, Loss, RunError, Trained, Trainer, Watch, folds};
use crate::builtin::{Progress, Stall};
use crate::data::folds::{Folds, SplitSet};
use crate::graph::Weights;
use crate::id::SampleId;
use crate::plan::{self, Extent, Length, Phase, Position, Route};
use crate::record::checkpoint::{EarlyStopping, Exact, VisitProgress};
use crate::record::trail::VisitHashes;
use crate::split::SplitName;

pub struct Runner<'j, 'w> {
    job: Job<'j>,
    watch: &'w Watch,
    checkpointing: Checkpointing<'w>,
    listen: &'w mut dyn FnMut(Event<'_>),
    trainer: Trainer<'j>,
    folds: Folds,
    train: usize,
    /// Losses at the end of every epoch, and what learning rates that ask for them made of them.
    losses: Vec<f64>,
    stalls: Vec<Stall>,
    epochs: u64,
    /// Epochs, or rounds, that were looked at.
    looked: u64,
    /// The replica of every module that was trained last.
    last: Route,
    /// The best epoch, where it is kept, and what it had learned.
    best: Option<Best>,
    /// What could not be chosen by.
    no_choice: Option<RunError>,
    /// Visits that are over; what those came to that ended by themselves; the one in progress.
    visits: u64,
    turns: Vec<(u64, u64)>,
    current_visit: VisitProgress,
    /// Losses of its last steps that were not read: on a GPU that waits until the steps are done.
    unread: Vec<Unread>,
    /// All modules after the last visit, and their trail.
    print: Fingerprint,
    trail: Vec<VisitHashes>,
    /// Updates the plan has in all, and samples that each phase takes.
    steps: u64,
    samples: Vec<u64>,
}

/// A loss, and where it is from.
struct Unread {
    loss: Loss,
    phase: usize,
    epoch: u64,
    batch: u64,
    step: u64,
}

/// Losses that stay unread at most: so late it is seen that a training diverges.
const UNREAD: usize = 1024;

/// The best epoch so far.
struct Best {
    loss: f64,
    weights: Weights,
    last: Route,
}

impl<'j, 'w> Runner<'j, 'w> {
    /// A run at its beginning, or where the checkpoint was taken.
    pub fn new(
        job: &Job<'j>,
        watch: &'w Watch,
        checkpointing: Checkpointing<'w>,
        listen: &'w mut dyn FnMut(Event<'_>),
    ) -> Result<Self, RunError> {
        let train_ids = job.data.split(&SplitName::TRAIN).unwrap_or(&[]);
        let folds = folds(job.plan, job.data, job.seed);
        let mut runner = Self {
            job: *job,
            watch,
            checkpointing,
            listen,
            trainer: Trainer::new(job)?,
            folds,
            train: train_ids.len(),
            losses: vec![],
            stalls: planned::stalls(job.plan),
            epochs: 0,
            looked: 0,
            last: Route::first(job.plan.modules.len()),
            best: None,
            no_choice: None,
            visits: 0,
            turns: vec![],
            current_visit: VisitProgress::default(),
            unread: vec![],
            print: Fingerprint::default(),
            trail: vec![],
            steps: 0,
            samples: vec![0; job.plan.phases.len()],
        };
        runner.count()?;
        match checkpointing.from {
            Some(from) => runner.restore_state(from).map_err(RunError::OtherCheckpoint)?,
            None => runner.record_visit(None),
        }
        Ok(runner)
    }

    /// Every phase until the budget is spent, then what is to be seen at the end.
    pub fn run(mut self) -> Result<Trained<'j>, RunError> {
        let (mut over, mut turns) = (self.visits, self.turns.clone().into_iter());
        let position = plan::walk(self.job.plan, self.train, |visit| {
            // A round is over where the next one begins.
            self.look(visit.position);
            if over > 0 {
                over -= 1;
                return self.visited(visit, &mut turns);
            }
            self.visit(visit)
        })?;
        if self.job.plan.halt.is_some() {
            let halted = self.checkpoint(position.steps);
            (self.listen)(Event::Halted(Box::new(halted)));
        }
        self.look(position);
        self.restore();
        let deployed = self.deployed();
        self.observe(&self.watch.end, None, &deployed);
        self.readable()?;
        let trail = self.trail();
        Ok(Trained { trainer: self.trainer, deployed, position, trail })
    }

    /// What a visit came to that was over when the checkpoint was taken.
    fn visited(&self, visit: plan::Visit, turns: &mut impl Iterator<Item = (u64, u64)>) -> Result<Extent, RunError> {
        let phase = &self.job.plan.phases[visit.phase];
        match phase.length {
            Length::Passes(_) | Length::Steps(_) | Length::Samples(_) => {
                Ok(phase.visit(self.set(&phase.on).len(), visit.number))
            }
            Length::NoGain { .. } => {
                let extent = turns.next().map(|(steps, samples)| Extent { steps, samples });
                extent.ok_or_else(|| {
                    RunError::OtherCheckpoint(format!("it has no visit {} of `{}`", visit.number, phase.name))
                })
            }
        }
    }

    /// Whether all data could be read so far, and everything chosen that was to be.
    fn readable(&self) -> Result<(), RunError> {
        if let Some(why) = &self.no_choice {
            return Err(why.clone());
        }
        self.trainer.fault().map_or(Ok(()), |error| Err(RunError::DataLost(error)))
    }

    fn set(&self, set: &SplitSet) -> Vec<SampleId> {
        set.evaluate(&self.job.data.splits, &self.folds)
    }

    /// Makes the phase's modules learn, and caches what it does not change.
    fn begin(&mut self, phase: &Phase, visit: plan::Visit, ids: &[SampleId]) {
        let EarlyStopping { passes, .. } = self.current_visit.early_stopping;
        let mut stream = match (&phase.length, passes) {
            // Every pass but the first has a stream of its own.
            (Length::NoGain { at_most, .. }, 1..) => {
                self.job.seed.stream(&format!("dropout/{}/{}+", phase.name, visit.number * at_most + passes - 1))
            }
            _ => self.job.seed.stream(&format!("dropout/{}/{}", phase.name, visit.number)),
        };
        stream.skip_to(self.current_visit.drawn);
        self.trainer.begin(phase, stream);
        let samples = phase.visit(ids.len(), visit.number).samples;
        self.trainer.fill_cache(phase, ids, samples, self.samples[visit.phase]);
    }

    fn visit(&mut self, visit: plan::Visit) -> Result<Extent, RunError> {
        let plan = self.job.plan;
        let phase = &plan.phases[visit.phase];
        let ids = self.set(&phase.on);
        self.begin(phase, visit, &ids);
        phase.train.iter().for_each(|replica| self.last.set(*replica));
        let (extent, loss) = match &phase.length {
            Length::Passes(_) | Length::Steps(_) | Length::Samples(_) => {
                self.passes(phase, visit, &ids, phase.steps(ids.len()))?
            }
            Length::NoGain { patience, set, at_most } => {
                let (extent, loss) = self.until_no_gain(phase, visit, &ids, *patience, set, *at_most)?;
                self.turns.push((extent.steps, extent.samples));
                (extent, loss)
            }
        };
        let position = Position {
            steps: visit.position.steps + extent.steps,
            samples: visit.position.samples + extent.samples,
            rounds: visit.position.rounds,
        };
        let before = std::mem::take(&mut self.print);
        self.record_visit(Some(visit.phase));
        before.holds(&self.print, &self.trainer, phase)?;
        (self.listen)(Event::Phase { phase, number: visit.number, position, extent, loss, planned: self.steps });
        self.visits += 1;
        self.current_visit = VisitProgress::default();
        self.trainer.context.stream = None;
        self.boundary(Boundary::Phase, position.steps)?;
        Ok(extent)
    }

    /// So many steps, from where the last visit stopped: pass after pass, each in an order of its own.
    fn passes(
        &mut self,
        phase: &Phase,
        visit: plan::Visit,
        ids: &[SampleId],
        steps: u64,
    ) -> Result<(Extent, f64), RunError> {
        let per_pass = phase.batch.count(ids.len()) as u64;
        while self.current_visit.steps < steps {
            let done = self.current_visit.steps;
            let next = visit.number * steps + done;
            let mut stream = self.job.seed.stream(&format!("batches/{}/{}", phase.name, next / per_pass));
            let batches = self.trainer.pass(phase, ids, &mut stream);
            for batch in batches.iter().skip((next % per_pass) as usize).take((steps - done) as usize) {
                self.step(phase, batch, visit)?;
                let VisitProgress { steps, samples, .. } = &mut self.current_visit;
                (*steps, *samples) = (*steps + 1, *samples + batch.len() as u64);
                let extent = Extent { steps: *steps, samples: *samples };
                self.epochs(visit.position, extent);
            }
        }
        self.read_losses()?;
        let VisitProgress { steps, samples, loss, .. } = self.current_visit;
        Ok((Extent { steps, samples }, loss.0 / steps.max(1) as f64))
    }

    fn step(&mut self, phase: &Phase, batch: &[SampleId], visit: plan::Visit) -> Result<(), RunError> {
        let position = visit.position;
        let step = position.steps + self.current_visit.steps;
        self.boundary(Boundary::Step, step)?;
        let progress = Progress {
            step,
            steps: self.steps,
            epoch: (position.samples + self.current_visit.samples) as f64 / self.train.max(1) as f64,
            stalls: &self.stalls,
        };
        let loss = self.trainer.step(phase, batch, &progress);
        self.readable()?;
        let batch = self.current_visit.steps + 1;
        self.unread.push(Unread { loss, phase: visit.phase, epoch: self.epochs, batch, step });
        if self.unread.len() < UNREAD && self.job.device.is_away() { Ok(()) } else { self.read_losses() }
    }

    /// Adds the losses of the last steps to that of the visit. One that is no number ends the run.
    pub(super) fn read_losses(&mut self) -> Result<(), RunError> {
        for Unread { loss, phase, epoch, batch, step } in self.unread.drain(..) {
            let loss = loss.read();
            if !loss.is_finite() {
                let phase = self.job.plan.phases[phase].name.clone();
                return Err(RunError::Diverged { phase, epoch, batch, step, loss });
            }
            self.current_visit.loss.0 += loss;
        }
        Ok(())
    }

    fn until_no_gain(
        &mut self,
        phase: &Phase,
        visit: plan::Visit,
        ids: &[SampleId],
        patience: u64,
        set: &SplitSet,
        at_most: u64,
    ) -> Result<(Extent, f64), RunError> {
        let watched = self.set(set);
        let per_pass = phase.batch.count(ids.len()) as u64;
        loop {
            let before = self.current_visit.early_stopping;
            let position = Position {
                steps: visit.position.steps + before.steps,
                samples: visit.position.samples + before.samples,
                ..visit.position
            };
            // Every pass draws from a stream of its own.
            let number = visit.number * at_most + before.passes;
            let (extent, mean) = self.passes(phase, plan::Visit { number, position, ..visit }, ids, per_pass)?;
            let now = evaluate(&mut self.trainer, &phase.routes, &watched).loss;
            let best = before.best.map_or(f64::INFINITY, |best| best.0);
            let early_stopping = EarlyStopping {
                passes: before.passes + 1,
                steps: before.steps + extent.steps,
                samples: before.samples + extent.samples,
                best: Some(Exact(best.min(now))),
                since: if now < best { 0 } else { before.since + 1 },
                loss: Exact(mean),
            };
            self.current_visit = VisitProgress { early_stopping, ..VisitProgress::default() };
            if early_stopping.since >= patience || early_stopping.passes >= at_most {
                return Ok((Extent { steps: early_stopping.steps, samples: early_stopping.samples }, mean));
            }
            self.begin(phase, visit, ids);
        }
    }

    /// Counts the epochs that are over, and looks at what is due.
    fn epochs(&mut self, before: Position, extent: Extent) {
        let position =
            Position { steps: before.steps + extent.steps, samples: before.samples + extent.samples, ..before };
        let now = position.samples / self.train.max(1) as u64;
        while self.epochs < now {
            self.epochs += 1;
            if !self.stalls.is_empty() {
                let validation = self.job.data.split(&SplitName::VALIDATION);
                let name = if validation.is_some() { SplitName::VALIDATION } else { SplitName::TRAIN };
                let ids = self.job.data.split(&name).unwrap_or(&[]);
                let route = [self.last.clone()];
                let loss = evaluate(&mut self.trainer, &route, ids).loss;
                self.losses.push(loss);
                self.stalls.iter_mut().for_each(|stall| stall.see(loss));
            }
            self.keep_best();
            (self.listen)(Event::Epoch { epoch: self.epochs, position });
        }
        self.look(position);
    }
}
