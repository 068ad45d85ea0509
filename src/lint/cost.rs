//! What a run sees and does: samples and updates, counted from schedule, budget, batch and sizes. Owns no opinion.

use super::sets::{Turn, folds_of, splits_in};
use super::sizes;
use crate::hir::{Amount, Length, Phase, Pipeline, SplitExpr, Step, Unit};

/// Samples in training splits. Updates in number, or, where files decide how many samples there are, divided by them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    pub samples: f64,
    pub updates: f64,
    /// Whether the size of the training split is known.
    pub sized: bool,
}

/// The cost of a run; `None` where it depends on the course of training or on files.
pub fn cost(pipeline: &Pipeline) -> Option<Cost> {
    let count = Count {
        pipeline,
        training: sizes::split(&pipeline.data, "train"),
        k: pipeline.schedule.folds.as_ref().map_or(1, |f| f.count),
    };
    let (fixed, round) = count.parts(&pipeline.schedule.steps)?;
    let cost = count.within_budget(fixed, round)?;
    Some(Cost { sized: count.training.is_some(), ..cost })
}

struct Count<'p> {
    pipeline: &'p Pipeline,
    /// Samples of the training split, where known.
    training: Option<usize>,
    k: usize,
}

/// Turns that are counted one by one.
const MAX_TURNS: usize = 100_000;

impl Count<'_> {
    /// What is done once, and what is repeated until the budget is spent.
    fn parts(&self, steps: &[Step]) -> Option<(Cost, Option<Cost>)> {
        let mut fixed = Cost::default();
        for step in steps {
            match step {
                Step::Repeat { times: None, body, .. } => {
                    return Some((fixed, Some(self.steps(body, &Turn::new(), 1)?)));
                }
                Step::Repeat { times: Some(_), .. } | Step::For { .. } | Step::Phase(_) => {
                    fixed = fixed.plus(self.steps(std::slice::from_ref(step), &Turn::new(), 1)?);
                }
            }
        }
        Some((fixed, None))
    }

    fn within_budget(&self, fixed: Cost, round: Option<Cost>) -> Option<Cost> {
        let Amount { count, unit } = self.pipeline.budget;
        let spent = |cost: Cost| match unit {
            Unit::Epochs => Some(cost.samples),
            Unit::Samples => Some(cost.samples * self.training? as f64),
            Unit::Steps => self.training.map(|_| cost.updates),
            Unit::Rounds => None,
        };
        match (round, unit) {
            (Some(round), Unit::Rounds) => Some(fixed.plus(round.times(count))),
            (None, Unit::Rounds) => Some(fixed),
            (None, _) => {
                let all = spent(fixed)?;
                Some(if all > count { fixed.times(count / all) } else { fixed })
            }
            (Some(round), _) => {
                let (once, each) = (spent(fixed)?, spent(round)?);
                let rest = (count - once).max(0.0);
                if each == 0.0 { None } else { Some(fixed.plus(round.times(rest / each))) }
            }
        }
    }

    fn steps(&self, steps: &[Step], turn: &Turn, turns: usize) -> Option<Cost> {
        let mut sum = Cost::default();
        for step in steps {
            sum = sum.plus(match step {
                Step::Repeat { times, body, .. } => self.steps(body, turn, turns)?.times(times.unwrap_or(1) as f64),
                Step::For { variable, body, .. } => {
                    let turns = turns.checked_mul(self.k).filter(|n| n.saturating_mul(self.k) <= MAX_TURNS)?;
                    let mut inner = turn.clone();
                    let mut all = Cost::default();
                    for i in 0..self.k {
                        inner.insert(*variable, i);
                        all = all.plus(self.steps(body, &inner, turns)?);
                    }
                    all
                }
                Step::Phase(phase) => self.phase(phase, turn)?,
            });
        }
        Some(sum)
    }

    fn phase(&self, phase: &Phase, turn: &Turn) -> Option<Cost> {
        let batch = phase.settings.batch.unwrap_or(self.pipeline.batch) as f64;
        let size = self.size(&phase.on, turn)?;
        // Without sizes a pass has no last, smaller batch.
        let updates = |samples: f64| if self.training.is_some() { (samples / batch).ceil() } else { samples / batch };
        let unit = self.training.map_or(1.0, |n| n as f64);
        let Length::For(Amount { count, unit: length }) = &phase.length else { return None };
        match length {
            Unit::Epochs => {
                let whole = updates(size) * count.floor() + updates(size * count.fract());
                Some(Cost::new(size * count / unit, whole))
            }
            Unit::Steps => self.training.map(|n| Cost::new(count * batch / n as f64, *count)),
            Unit::Samples => self.training.map(|n| Cost::new(count / n as f64, updates(*count))),
            Unit::Rounds => None,
        }
    }

    /// Samples of a set; in training splits where files decide.
    fn size(&self, set: &SplitExpr, turn: &Turn) -> Option<f64> {
        match self.training {
            Some(training) => sizes::set(&self.pipeline.data, set, self.k, training, turn).map(|n| n as f64),
            None if splits_in(set).is_empty() => Some(folds_of(self.k, set, turn).len() as f64 / self.k as f64),
            None => None,
        }
    }
}

impl Cost {
    fn new(samples: f64, updates: f64) -> Cost {
        Cost { samples, updates, sized: false }
    }

    fn plus(self, other: Cost) -> Cost {
        Cost::new(self.samples + other.samples, self.updates + other.updates)
    }

    fn times(self, factor: f64) -> Cost {
        Cost::new(self.samples * factor, self.updates * factor)
    }
}
