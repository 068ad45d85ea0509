//! Runs a plan: phase after phase, step after step. Owns the loop and what it reports; never prints, never touches the
//! disk, knows no names beyond those of messages.

mod evaluate;
mod step;

pub use evaluate::{BATCH, Evaluation, evaluate};
pub use step::{State, Trainer};

use crate::data::Dataset;
use crate::data::batches::Batches;
use crate::data::folds::{Folds, SplitSet};
use crate::graph::Graph;
use crate::plan::{self, Deploy, Length, Phase, Plan, Position, Route, Turn};
use crate::seed::Seed;
use crate::tensor::Device;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

/// Everything one training needs.
#[derive(Clone, Copy, Debug)]
pub struct Job<'j> {
    pub graph: &'j Graph,
    pub plan: &'j Plan,
    pub data: &'j Dataset,
    pub seed: Seed,
    pub device: &'j Device,
    /// Set from outside to end the run after the current step.
    pub stop: &'j AtomicBool,
}

/// What happens while a plan runs.
#[derive(Clone, Copy, Debug)]
pub enum Event<'e> {
    /// A phase is done.
    /// `planned`: updates the run has in all.
    Phase { phase: &'e Phase, number: u64, position: Position, turn: Turn, loss: f64, planned: u64 },
    /// Another training set's worth of samples has been seen.
    Epoch { epoch: u64, position: Position },
}

/// Why a training ended early.
#[derive(Clone, Debug, PartialEq)]
pub enum RunError {
    Interrupted,
    /// The loss is no number any more.
    Diverged {
        phase: String,
        step: u64,
        loss: f64,
    },
    /// A phase has no samples to train on.
    NoSamples {
        phase: String,
        set: String,
    },
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Interrupted => f.write_str("interrupted"),
            RunError::Diverged { phase, step, loss } => {
                write!(
                    f,
                    "the loss became {loss} in phase `{phase}` at step {step}; a smaller learning rate or `clip` may help"
                )
            }
            RunError::NoSamples { phase, set } => write!(f, "phase `{phase}` has no samples: {set} is empty"),
        }
    }
}

impl std::error::Error for RunError {}

/// A trained run: its weights, and which networks are deployed.
pub struct Trained<'j> {
    pub trainer: Trainer<'j>,
    pub deployed: Vec<Route>,
    pub position: Position,
}

/// Runs the plan to the end of its budget.
pub fn train<'j>(job: &Job<'j>, listen: &mut dyn FnMut(Event<'_>)) -> Result<Trained<'j>, RunError> {
    let mut runner = Runner::new(job);
    let train = runner.set(&SplitSet::All).len();
    let position = plan::walk(job.plan, train, |visit| runner.visit(visit, listen))?;
    let deployed = runner.deployed();
    Ok(Trained { trainer: runner.trainer, deployed, position })
}

/// The folds of a run, drawn once from the stream `folds`; a plan without folds has one, of everything.
pub fn folds(plan: &Plan, data: &Dataset, seed: Seed) -> Folds {
    let ids = data.split("train").unwrap_or(&[]);
    let classes = if plan.folds.is_some_and(|f| f.stratified) { data.classes() } else { None };
    Folds::draw(ids, plan.folds.map_or(1, |f| f.count), classes, &mut seed.stream("folds"))
}

struct Runner<'j> {
    job: Job<'j>,
    trainer: Trainer<'j>,
    folds: Folds,
    train: usize,
    /// Losses at the end of every epoch, for learning-rate schedules that ask.
    losses: Vec<f64>,
    watches: bool,
    epochs: u64,
    /// The replica of every module that was trained last.
    last: Vec<usize>,
    /// Updates the plan has in all.
    steps: u64,
}

impl<'j> Runner<'j> {
    fn new(job: &Job<'j>) -> Self {
        let train_ids = job.data.split("train").unwrap_or(&[]);
        let folds = folds(job.plan, job.data, job.seed);
        let mut runner = Self {
            job: *job,
            trainer: Trainer::new(job),
            folds,
            train: train_ids.len(),
            losses: vec![],
            watches: job
                .plan
                .phases
                .iter()
                .flat_map(|p| p.rules.iter().flatten())
                .any(|r| r.rate.as_ref().is_some_and(|r| r.needs_losses())),
            epochs: 0,
            last: vec![0; job.plan.modules.len()],
            steps: 0,
        };
        runner.steps = runner.planned_steps();
        runner
    }

    fn set(&self, set: &SplitSet) -> Vec<u32> {
        set.evaluate(&self.job.data.splits, &self.folds)
    }

    fn planned_steps(&self) -> u64 {
        let sizes: Vec<usize> = self.job.plan.phases.iter().map(|p| self.set(&p.on).len()).collect();
        let phases = &self.job.plan.phases;
        plan::walk::<()>(self.job.plan, self.train, |v| Ok(phases[v.phase].turn(sizes[v.phase]))).map_or(0, |p| p.steps)
    }

    fn visit(&mut self, visit: plan::Visit, listen: &mut dyn FnMut(Event<'_>)) -> Result<Turn, RunError> {
        let plan = self.job.plan;
        let phase = &plan.phases[visit.phase];
        let ids = self.set(&phase.on);
        if ids.is_empty() {
            return Err(RunError::NoSamples { phase: phase.name.clone(), set: phase.on.to_string() });
        }
        self.trainer.begin(phase, self.job.seed.stream(&format!("dropout/{}/{}", phase.name, visit.number)));
        for (module, replica) in &phase.train {
            self.last[*module] = *replica;
        }
        let (turn, loss) = match &phase.length {
            Length::Passes(_) | Length::Steps(_) | Length::Samples(_) => {
                let steps = phase.turn(ids.len()).steps;
                self.passes(phase, visit, &ids, steps)?
            }
            Length::NoGain { patience, set, at_most } => {
                self.until_no_gain(phase, visit, &ids, *patience, set, *at_most)?
            }
        };
        let position = Position {
            steps: visit.position.steps + turn.steps,
            samples: visit.position.samples + turn.samples,
            rounds: visit.position.rounds,
        };
        listen(Event::Phase { phase, number: visit.number, position, turn, loss, planned: self.steps });
        self.epochs(position, listen);
        Ok(turn)
    }

    /// So many steps, pass after pass in a new order.
    fn passes(&mut self, phase: &Phase, visit: plan::Visit, ids: &[u32], steps: u64) -> Result<(Turn, f64), RunError> {
        let mut turn = Turn { steps: 0, samples: 0 };
        let mut sum = 0.0;
        let mut stream = self.job.seed.stream(&format!("batches/{}/{}", phase.name, visit.number));
        while turn.steps < steps {
            let batches = Batches::shuffled(ids, phase.batch, &mut stream);
            for batch in batches.iter().take((steps - turn.steps) as usize) {
                sum += self.step(phase, batch, visit.position, turn)?;
                turn = Turn { steps: turn.steps + 1, samples: turn.samples + batch.len() as u64 };
            }
        }
        Ok((turn, sum / turn.steps.max(1) as f64))
    }

    fn step(&mut self, phase: &Phase, batch: &[u32], position: Position, turn: Turn) -> Result<f64, RunError> {
        if self.job.stop.load(Ordering::Relaxed) {
            return Err(RunError::Interrupted);
        }
        let step = position.steps + turn.steps;
        let progress = crate::builtin::Progress {
            step,
            steps: self.steps,
            epoch: (position.samples + turn.samples) as f64 / self.train.max(1) as f64,
            losses: &self.losses,
        };
        let loss = self.trainer.step(phase, batch, &progress);
        if loss.is_finite() { Ok(loss) } else { Err(RunError::Diverged { phase: phase.name.clone(), step, loss }) }
    }

    fn until_no_gain(
        &mut self,
        phase: &Phase,
        visit: plan::Visit,
        ids: &[u32],
        patience: u64,
        set: &SplitSet,
        at_most: u64,
    ) -> Result<(Turn, f64), RunError> {
        let watched = self.set(set);
        let per_pass = ids.len().div_ceil(phase.batch) as u64;
        let mut total = Turn { steps: 0, samples: 0 };
        let (mut best, mut since, mut loss) = (f64::INFINITY, 0, 0.0);
        for pass in 0..at_most {
            let position = Position {
                steps: visit.position.steps + total.steps,
                samples: visit.position.samples + total.samples,
                ..visit.position
            };
            // Every pass draws from a stream of its own.
            let number = visit.number * at_most + pass;
            let (turn, mean) = self.passes(phase, plan::Visit { number, position, ..visit }, ids, per_pass)?;
            total = Turn { steps: total.steps + turn.steps, samples: total.samples + turn.samples };
            loss = mean;
            let now = evaluate(&mut self.trainer, &phase.routes, &watched).loss;
            since = if now < best { 0 } else { since + 1 };
            best = best.min(now);
            if since >= patience {
                break;
            }
            self.trainer.begin(phase, self.job.seed.stream(&format!("dropout/{}/{number}+", phase.name)));
        }
        Ok((total, loss))
    }

    fn epochs(&mut self, position: Position, listen: &mut dyn FnMut(Event<'_>)) {
        let now = position.samples / self.train.max(1) as u64;
        while self.epochs < now {
            self.epochs += 1;
            if self.watches {
                let name = if self.job.data.split("validation").is_some() { "validation" } else { "train" };
                let ids = self.job.data.split(name).unwrap_or(&[]).to_vec();
                let route = vec![self.last.clone()];
                self.losses.push(evaluate(&mut self.trainer, &route, &ids).loss);
            }
            listen(Event::Epoch { epoch: self.epochs, position });
        }
    }

    /// The networks that are left.
    fn deployed(&mut self) -> Vec<Route> {
        match &self.job.plan.deploy {
            Deploy::Routes(routes) => routes.clone(),
            Deploy::Last { role, candidates } => {
                let module = self.job.plan.modules.iter().position(|m| m.role == *role);
                let found = module.and_then(|m| candidates.iter().find(|c| c[m] == self.last[m]));
                vec![found.unwrap_or(&candidates[0]).clone()]
            }
            Deploy::Best { candidates, set } => {
                let ids = self.set(set);
                let loss = |runner: &mut Self, route: &Route| {
                    evaluate(&mut runner.trainer, std::slice::from_ref(route), &ids).loss
                };
                let mut best = (f64::INFINITY, candidates[0].clone());
                for candidate in candidates {
                    let loss = loss(self, candidate);
                    if loss < best.0 {
                        best = (loss, candidate.clone());
                    }
                }
                vec![best.1]
            }
        }
    }
}
