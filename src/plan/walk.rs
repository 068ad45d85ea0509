//! The phases of a run in order, until the budget is spent or the run halts. Owns the budget's arithmetic; the trainer and `mhm plan` both
//! walk with it, so what is shown is what runs.

use super::{Length, Phase, Plan, Stage};
use crate::batch::Cut;
use crate::hir::{Amount, Unit};
use std::convert::Infallible;

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
pub struct Extent {
    pub steps: u64,
    pub samples: u64,
}

/// Calls `run` for every phase in order; it says what the phase came to, or ends the walk with an error.
/// `train` is the number of training samples: one epoch of the budget. A phase that begins within the budget runs whole.
pub fn walk<E>(plan: &Plan, train: usize, mut run: impl FnMut(Visit) -> Result<Extent, E>) -> Result<Position, E> {
    let mut state = State::new(plan, plan.halt, train, Passes(vec![]));
    state.stages(&plan.program, Depth::Outermost, &mut run)?;
    Ok(state.position)
}

/// What phases of so many samples come to, for the whole run; for a phase that stops by itself, the most. Turns of a `repeat`
/// that come again as they were are counted, not walked, so a long run takes no longer.
pub fn count(plan: &Plan, train: usize, sizes: &[usize]) -> Count {
    counted(plan, plan.halt, train, sizes)
}

/// The same, as if the run did not halt.
pub fn count_whole(plan: &Plan, train: usize, sizes: &[usize]) -> Count {
    counted(plan, None, train, sizes)
}

fn counted(plan: &Plan, halt: Option<Amount>, train: usize, sizes: &[usize]) -> Count {
    let passes = plan.phases.iter().zip(sizes).map(|(phase, size)| (phase.steps(*size), phase.per_pass(*size)));
    let mut state = State::new(plan, halt, train, Passes(passes.collect()));
    let mut order = vec![];
    let walked = state.stages::<Infallible>(&plan.program, Depth::Outermost, &mut |visit| {
        if visit.number == 0 {
            order.push(visit.phase);
        }
        Ok(plan.phases[visit.phase].visit(sizes[visit.phase], visit.number))
    });
    match walked {
        Ok(()) => {
            let each = plan.phases.iter().zip(sizes).zip(&state.visits);
            let totals = each.map(|((phase, size), visits)| phase.visits(*size, *visits)).collect();
            Count { position: state.position, visits: state.visits, totals, order }
        }
        Err(never) => match never {},
    }
}

/// See [`count`].
#[derive(Clone, Debug, PartialEq)]
pub struct Count {
    /// Where the run ends.
    pub position: Position,
    /// Of every phase of the plan.
    pub visits: Vec<u64>,
    /// What all visits of every phase come to.
    pub totals: Vec<Extent>,
    /// The phases that have a turn, in the order of their first.
    pub order: Vec<usize>,
}

/// No run sees more samples: where a budget does, counting ends.
const MOST: u64 = 1 << 60;

struct State<'p> {
    plan: &'p Plan,
    halt: Option<Amount>,
    train: u64,
    position: Position,
    visits: Vec<u64>,
    passes: Passes,
}

/// Steps of a visit and of a pass, of every phase; of none where each visit is walked.
struct Passes(Vec<(u64, u64)>);

/// A turn of a `repeat` that later ones are held against: the first, the second, the fourth … (Brent's way to find a cycle).
#[derive(Clone)]
struct Mark {
    turn: u64,
    position: Position,
    visits: Vec<u64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Depth {
    Outermost,
    Inner,
}

impl<'p> State<'p> {
    fn new(plan: &'p Plan, halt: Option<Amount>, train: usize, passes: Passes) -> Self {
        let (position, visits) = (Position::default(), vec![0; plan.phases.len()]);
        Self { plan, halt, train: train as u64, position, visits, passes }
    }

    fn mark(&self, turn: u64) -> Mark {
        Mark { turn, position: self.position, visits: self.visits.clone() }
    }

    /// Whether every phase stands where it stood in its pass.
    fn came_again(&self, mark: &Mark) -> bool {
        let since = self.visits.iter().zip(&mark.visits).map(|(now, then)| now - then);
        !self.passes.0.is_empty() && self.passes.0.iter().zip(since).all(|((steps, pass), n)| n * steps % pass == 0)
    }

    /// Goes as many times as there is room for the way from `mark` to here: the turns that it takes. What is left is walked.
    fn pass_over(&mut self, mark: &Mark, turn: u64, times: Option<u64>) -> u64 {
        let (now, then) = (self.position, mark.position);
        let cycle = turn - mark.turn;
        let room = |limit: f64, now: u64, then: u64| match now - then {
            0 => u64::MAX,
            each => ((limit - now as f64) / each as f64) as u64,
        };
        let within = |Amount { count, unit }: Amount| match unit {
            Unit::Epochs => room(count * self.train as f64, now.samples, then.samples),
            Unit::Steps => room(count, now.steps, then.steps),
            Unit::Samples => room(count, now.samples, then.samples),
            Unit::Rounds => room(count, now.rounds, then.rounds),
        };
        let within = within(self.plan.budget).min(self.halt.map_or(u64::MAX, within));
        let left = times.map_or(u64::MAX, |times| (times - turn) / cycle);
        let most = room(MOST as f64, now.samples, then.samples);
        let n = within.min(left).min(most).saturating_sub(2);
        self.position = Position {
            steps: now.steps + n * (now.steps - then.steps),
            samples: now.samples + n * (now.samples - then.samples),
            rounds: now.rounds + n * (now.rounds - then.rounds),
        };
        self.visits.iter_mut().zip(&mark.visits).for_each(|(now, then)| *now += n * (*now - then));
        n * cycle
    }

    fn spent(&self) -> bool {
        let Position { steps, samples, rounds } = self.position;
        let reached = |Amount { count, unit }: Amount| match unit {
            Unit::Epochs => samples as f64 >= count * self.train as f64 - 1e-6,
            Unit::Steps => steps as f64 >= count,
            Unit::Samples => samples as f64 >= count,
            Unit::Rounds => rounds as f64 >= count,
        };
        samples >= MOST || reached(self.plan.budget) || self.halt.is_some_and(reached)
    }

    fn stages<E>(
        &mut self,
        stages: &[Stage],
        depth: Depth,
        run: &mut impl FnMut(Visit) -> Result<Extent, E>,
    ) -> Result<(), E> {
        for stage in stages {
            match stage {
                Stage::Phase(phase) => self.phase(*phase, run)?,
                Stage::Repeat { times, body } => {
                    let (mut turn, mut mark) = (0, self.mark(0));
                    while times.is_none_or(|t| turn < t) && !self.spent() {
                        if turn > mark.turn && self.came_again(&mark) {
                            turn += self.pass_over(&mark, turn, *times);
                            mark = self.mark(turn);
                        } else if turn >= 2 * mark.turn {
                            mark = self.mark(turn);
                        }
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

    fn phase<E>(&mut self, phase: usize, run: &mut impl FnMut(Visit) -> Result<Extent, E>) -> Result<(), E> {
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
    /// How the samples of an update are cut into the batches that are computed one after another.
    pub fn parts(&self) -> Cut {
        self.batch.resized(self.batch.size() / self.accumulate.max(1))
    }

    /// Steps and samples of visit `number` over `samples` samples. A visit goes on where the last one stopped, so the
    /// smaller last batch of a pass falls to one of them. For a phase that stops by itself, the most it may run.
    pub fn visit(&self, samples: usize, number: u64) -> Extent {
        let (before, after) = (self.visits(samples, number), self.visits(samples, number + 1));
        Extent { steps: after.steps - before.steps, samples: after.samples - before.samples }
    }

    /// Steps and samples of the first `visits` visits together.
    pub fn visits(&self, samples: usize, visits: u64) -> Extent {
        let (steps, per_pass) = (visits * self.steps(samples), self.per_pass(samples));
        let part = self.batch.seen(samples, (steps % per_pass) as usize);
        Extent { steps, samples: steps / per_pass * samples as u64 + part as u64 }
    }

    /// Steps of a pass.
    fn per_pass(&self, samples: usize) -> u64 {
        self.batch.count(samples).max(1) as u64
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
