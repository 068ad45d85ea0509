//! The phases of a run in order, until the budget is spent. Owns the budget's arithmetic; the trainer and `mhm plan` both
//! walk with it, so what is shown is what runs.

use super::{Length, Phase, Plan, Stage};
use crate::hir::Unit;

/// Sums so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Position {
    pub steps: u64,
    pub samples: u64,
    /// Turns of the outermost `repeat` that are complete.
    pub rounds: u64,
}

/// A phase about to run.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// Index into the plan's phases.
    pub phase: usize,
    /// How often this phase ran before.
    pub number: u64,
    pub position: Position,
}

/// What a visit came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    pub steps: u64,
    pub samples: u64,
}

/// Calls `run` for every phase in order; it says what the phase came to, or ends the walk with an error.
/// `train` is the number of training samples: one epoch of the budget. A phase that begins within the budget runs whole.
pub fn walk<E>(plan: &Plan, train: usize, mut run: impl FnMut(Visit) -> Result<Turn, E>) -> Result<Position, E> {
    let mut state =
        State { plan, train: train as u64, position: Position::default(), visits: vec![0; plan.phases.len()] };
    state.stages(&plan.program, Depth::Outermost, &mut run)?;
    Ok(state.position)
}

struct State<'p> {
    plan: &'p Plan,
    train: u64,
    position: Position,
    visits: Vec<u64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Depth {
    Outermost,
    Inner,
}

impl State<'_> {
    fn spent(&self) -> bool {
        let Position { steps, samples, rounds } = self.position;
        let count = self.plan.budget.count;
        match self.plan.budget.unit {
            Unit::Epochs => samples as f64 >= count * self.train as f64 - 1e-6,
            Unit::Steps => steps as f64 >= count,
            Unit::Samples => samples as f64 >= count,
            Unit::Rounds => rounds as f64 >= count,
        }
    }

    fn stages<E>(
        &mut self,
        stages: &[Stage],
        depth: Depth,
        run: &mut impl FnMut(Visit) -> Result<Turn, E>,
    ) -> Result<(), E> {
        for stage in stages {
            match stage {
                Stage::Phase(phase) => self.phase(*phase, run)?,
                Stage::Repeat { times, body } => {
                    let mut turn = 0;
                    while times.is_none_or(|t| turn < t) && !self.spent() {
                        let before = self.position.samples;
                        self.stages(body, Depth::Inner, run)?;
                        turn += 1;
                        if depth == Depth::Outermost {
                            self.position.rounds += 1;
                        }
                        // A turn without samples would go on for ever.
                        if self.position.samples == before {
                            break;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn phase<E>(&mut self, phase: usize, run: &mut impl FnMut(Visit) -> Result<Turn, E>) -> Result<(), E> {
        if self.spent() {
            return Ok(());
        }
        let turn = run(Visit { phase, number: self.visits[phase], position: self.position })?;
        self.visits[phase] += 1;
        self.position.steps += turn.steps;
        self.position.samples += turn.samples;
        Ok(())
    }
}

impl Phase {
    /// Steps and samples of visit `number` over `samples` samples. A visit goes on where the last one stopped, so the
    /// smaller last batch of a pass falls to one of them. For a phase that stops by itself, the most it may run.
    pub fn turn(&self, samples: usize, number: u64) -> Turn {
        let steps = self.steps(samples);
        let per_pass = self.batch.count(samples).max(1) as u64;
        let seen = |steps: u64| {
            let part = self.batch.seen(samples, (steps % per_pass) as usize);
            steps / per_pass * samples as u64 + part as u64
        };
        Turn { steps, samples: seen((number + 1) * steps) - seen(number * steps) }
    }

    /// Steps of every visit over `samples` samples.
    pub fn steps(&self, samples: usize) -> u64 {
        let (per_pass, n) = (self.batch.count(samples) as u64, samples as u64);
        match &self.length {
            Length::Passes(passes) => (passes * per_pass as f64).round() as u64,
            Length::Steps(steps) => steps * u64::from(n > 0),
            Length::Samples(count) => {
                let part = self.batch.holding(samples, (count % n.max(1)) as usize);
                count / n.max(1) * per_pass + part as u64
            }
            Length::NoGain { at_most, .. } => at_most * per_pass,
        }
    }
}
