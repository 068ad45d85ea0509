//! What a run sees and does: samples and updates, counted from schedule, budget, batch and sizes, in the order in which
//! `plan::walk` goes. Owns no opinion.

use super::sets::{Turn, folds_of, splits_in};
use super::sizes;
use crate::hir::{Amount, Length, Phase, Pipeline, SplitExpr, Step, Unit};

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// In training splits.
    pub samples: f64,
    /// In number; where files decide how many samples there are, a training sample.
    pub updates: f64,
    /// Whether the size of the training split is known.
    pub sized: bool,
}

/// The cost of a run; `None` where it depends on the course of training or on files, or takes too long to count.
pub fn cost(pipeline: &Pipeline) -> Option<Cost> {
    let count = Count::new(pipeline)?;
    let (once, round) = count.program()?;
    count.walk(&once, &round)
}

/// The first phase, and the turn of the loops around it, that the budget does not reach.
pub fn beyond(pipeline: &Pipeline) -> Option<(&Phase, Turn)> {
    let count = Count::new(pipeline)?;
    let (once, round) = count.program()?;
    let mut sum = Cost { sized: count.training.is_some(), ..Cost::default() };
    for visit in once.into_iter().chain(round) {
        if count.spent(&sum)? >= pipeline.budget.count - TOLERANCE {
            return Some((visit.phase, visit.turn));
        }
        sum = sum.plus(visit.cost);
    }
    None
}

/// A phase in one turn of the loops around it.
struct Visit<'p> {
    phase: &'p Phase,
    turn: Turn,
    cost: Cost,
}

struct Count<'p> {
    pipeline: &'p Pipeline,
    /// Samples of the training split, where known.
    training: Option<usize>,
    k: usize,
}

/// Visits of phases that are counted one by one.
const MAX_VISITS: usize = 100_000;
/// Every fold is looked at in every turn.
const MAX_FOLDS: usize = 300;

impl<'p> Count<'p> {
    fn new(pipeline: &'p Pipeline) -> Option<Self> {
        let k = pipeline.schedule.folds.as_ref().map_or(1, |f| f.count);
        (k <= MAX_FOLDS).then(|| Self { pipeline, training: sizes::split(&pipeline.data, "train"), k })
    }

    /// The visits of phases before a `repeat` without end, and one turn of it.
    fn program(&self) -> Option<(Vec<Visit<'p>>, Vec<Visit<'p>>)> {
        let mut once = vec![];
        let round = self.visits(&self.pipeline.schedule.steps, &mut Turn::new(), &mut once)?;
        Some((once, round))
    }

    fn visits(&self, steps: &'p [Step], turn: &mut Turn, visits: &mut Vec<Visit<'p>>) -> Option<Vec<Visit<'p>>> {
        for step in steps {
            let round = match step {
                Step::Repeat { times: None, body, .. } => {
                    let mut round = vec![];
                    let inner = self.visits(body, turn, &mut round)?;
                    if inner.is_empty() { round } else { inner }
                }
                Step::Repeat { times: Some(times), body, .. } => {
                    self.each(*times as usize, body, turn, visits, |_, _| {})?
                }
                Step::For { variable, body, .. } => {
                    let round = self.each(self.k, body, turn, visits, |turn, i| {
                        turn.insert(*variable, i);
                    })?;
                    turn.remove(variable);
                    round
                }
                Step::Phase(phase) => {
                    visits.push(Visit { phase, turn: turn.clone(), cost: self.phase(phase, turn)? });
                    vec![]
                }
            };
            // Nothing comes after what ends with the budget.
            if !round.is_empty() {
                return Some(round);
            }
        }
        (visits.len() <= MAX_VISITS).then_some(vec![])
    }

    fn each(
        &self,
        times: usize,
        body: &'p [Step],
        turn: &mut Turn,
        visits: &mut Vec<Visit<'p>>,
        set: impl Fn(&mut Turn, usize),
    ) -> Option<Vec<Visit<'p>>> {
        for i in 0..times {
            let before = visits.len();
            set(turn, i);
            let round = self.visits(body, turn, visits)?;
            // A body without phases has none the second time.
            if !round.is_empty() || visits.len() == before {
                return Some(round);
            }
        }
        Some(vec![])
    }

    fn walk(&self, once: &[Visit<'_>], round: &[Visit<'_>]) -> Option<Cost> {
        let Amount { count, unit } = self.pipeline.budget;
        let mut sum = Cost { sized: self.training.is_some(), ..Cost::default() };
        let whole = round.iter().fold(Cost::default(), |sum, visit| sum.plus(visit.cost));
        if unit == Unit::Rounds {
            once.iter().for_each(|visit| sum = sum.plus(visit.cost));
            return Some(sum.plus(whole.times(count)));
        }
        self.until_spent(once, &mut sum)?;
        let each = self.spent(&whole)?;
        if each <= 0.0 {
            return Some(sum);
        }
        // All turns but the last two at once.
        let turns = ((count - self.spent(&sum)?) / each).floor() - 1.0;
        sum = sum.plus(whole.times(turns.max(0.0)));
        for _ in 0..3 {
            self.until_spent(round, &mut sum)?;
        }
        Some(sum)
    }

    /// A phase that begins within the budget runs whole.
    fn until_spent(&self, visits: &[Visit<'_>], sum: &mut Cost) -> Option<()> {
        for visit in visits {
            if self.spent(sum)? >= self.pipeline.budget.count - TOLERANCE {
                break;
            }
            *sum = sum.plus(visit.cost);
        }
        Some(())
    }

    /// In the budget's unit.
    fn spent(&self, cost: &Cost) -> Option<f64> {
        match self.pipeline.budget.unit {
            Unit::Epochs => Some(cost.samples),
            Unit::Samples => Some(cost.samples * self.training? as f64),
            Unit::Steps => self.training.map(|_| cost.updates),
            Unit::Rounds => None,
        }
    }

    fn phase(&self, phase: &Phase, turn: &Turn) -> Option<Cost> {
        let batch = phase.settings.batch.unwrap_or(self.pipeline.batch) as f64;
        let Length::For(Amount { count, unit }) = &phase.length else { return None };
        let Some(training) = self.training else {
            // Files decide: sizes are shares of the training split, and a pass has no smaller last batch.
            let share = self.share(&phase.on, turn)? * count;
            let passes = matches!(unit, Unit::Epochs | Unit::Rounds);
            return passes.then_some(Cost { samples: share, updates: share / batch, sized: false });
        };
        let size = sizes::set(&self.pipeline.data, &phase.on, self.k, training, turn)? as f64;
        let pass = (size / batch).ceil().max(1.0);
        let updates = match unit {
            Unit::Epochs | Unit::Rounds => (count * pass).round(),
            Unit::Steps => *count,
            Unit::Samples => (count / size.max(1.0)).floor() * pass + (count % size.max(1.0) / batch).ceil(),
        };
        // Visits go on where the last one stopped, so on average they have their share of smaller last batches.
        let samples = updates / pass * size;
        Some(Cost { samples: samples / training as f64, updates, sized: true })
    }

    /// Of the training split.
    fn share(&self, set: &SplitExpr, turn: &Turn) -> Option<f64> {
        splits_in(set).is_empty().then(|| folds_of(self.k, set, turn).len() as f64 / self.k as f64)
    }
}

/// Sums of thirds are not whole.
const TOLERANCE: f64 = 1e-6;

impl Cost {
    fn plus(self, other: Cost) -> Cost {
        Cost { samples: self.samples + other.samples, updates: self.updates + other.updates, ..self }
    }

    fn times(self, factor: f64) -> Cost {
        Cost { samples: self.samples * factor, updates: self.updates * factor, ..self }
    }
}
