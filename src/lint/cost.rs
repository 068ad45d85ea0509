//! What a run sees and does: samples and updates, counted by `plan::count` as the trainer counts them. Owns no opinion.

use super::sizes;
use crate::hir::{Pipeline, Settings, Unit};
use crate::plan::{self, Count, Length, Plan, ReplicaId};
use crate::span::Span;
use crate::split::SplitName;
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// In training splits.
    pub samples: f64,
    /// In number; where files decide how many samples there are, a training sample.
    pub updates: f64,
    /// Whether the size of the training split is known.
    pub sized: bool,
    /// Whether folds keep groups together, so that updates are about as many.
    pub about: bool,
}

/// A pipeline's plan, and how many samples its phases have.
#[derive(Debug)]
pub struct Run<'p> {
    pub pipeline: &'p Pipeline,
    pub plan: Plan,
    /// Samples of the training split, where known.
    pub training: Option<usize>,
    /// Of every phase of the plan, where known.
    pub samples: Vec<Option<usize>>,
}

/// What a walk over all phases comes to.
#[derive(Debug)]
pub struct Course {
    pub cost: Cost,
    /// Turns of the outermost `repeat`.
    pub rounds: f64,
    /// The first phase of the plan that never has its turn.
    pub missed: Option<usize>,
}

/// Training samples that no batch and no fold divides with a rest worth mentioning.
const MANY: usize = 1 << 40;

impl<'p> Run<'p> {
    /// `None` where a setting hangs on a parameter that is not given.
    pub fn new(pipeline: &'p Pipeline) -> Option<Self> {
        let phases = super::phases::phases(&pipeline.schedule);
        if !phases.iter().map(|placed| &placed.phase.settings).chain([&pipeline.settings]).all(Settings::is_whole) {
            return None;
        }
        let plan = plan::schedule(pipeline);
        let training = sizes::split(&pipeline.data, &SplitName::TRAIN);
        let k = plan.folds.map_or(1, |f| f.count);
        let samples = plan.phases.iter().map(|phase| sizes::set(&pipeline.data, &phase.on, k, training?));
        let samples = samples.collect();
        Some(Run { pipeline, plan, training, samples })
    }

    /// The same in batches of this size, wherever no phase says its own.
    pub fn in_batches_of(&mut self, batch: usize) {
        let own = own_batches(self.pipeline);
        self.plan.batch = batch;
        self.plan.phases.iter_mut().filter(|phase| !own.contains(&phase.span)).for_each(|phase| {
            phase.batch = phase.batch.resized(batch).times(phase.accumulate);
        });
    }

    /// Whether its folds or its training split keep groups together, so that sizes are about what is said of them.
    pub fn is_about(&self) -> bool {
        let keeps = self.pipeline.data.groups.iter().any(|group| group.kept);
        keeps && self.plan.folds.as_ref().is_some_and(|folds| folds.grouped)
    }

    /// Samples of the phase that is written at this place, in the turn in which it has fewest.
    pub fn fewest(&self, phase: Span) -> Option<usize> {
        let samples = self.plan.phases.iter().zip(&self.samples).filter(|(p, _)| p.span == phase);
        samples.map(|(_, samples)| *samples).min()?
    }

    /// The cost of the run; `None` where it hangs on the course of training or on files.
    pub fn cost(&self) -> Option<Cost> {
        self.course().map(|course| course.cost)
    }

    /// The replicas that learn in it; `None` as the cost.
    pub fn trained(&self) -> Option<BTreeSet<ReplicaId>> {
        let (training, samples) = self.counted()?;
        let visits = plan::count(&self.plan, training, &samples).visits;
        let visited = self.plan.phases.iter().zip(visits).filter(|(_, visits)| *visits > 0);
        Some(visited.flat_map(|(phase, _)| phase.train.iter().copied()).collect())
    }

    pub fn course(&self) -> Option<Course> {
        let (training, samples) = self.counted()?;
        let Count { position: end, visits, .. } = plan::count(&self.plan, training, &samples);
        let (sized, each) = (self.training.is_some(), training.max(1) as f64);
        let updates = end.steps as f64 / if sized { 1.0 } else { each };
        Some(Course {
            cost: Cost { samples: end.samples as f64 / each, updates, sized, about: self.is_about() },
            rounds: end.rounds as f64,
            missed: visits.iter().position(|visits| *visits == 0),
        })
    }

    /// Samples of the training split and of every phase. Where files decide, shares of very many.
    fn counted(&self) -> Option<(usize, Vec<usize>)> {
        if self.plan.phases.iter().any(|phase| matches!(phase.length, Length::NoGain { .. })) {
            return None;
        }
        if let Some(training) = self.training {
            return Some((training, self.samples.iter().copied().collect::<Option<_>>()?));
        }
        let passes = self.plan.phases.iter().all(|phase| matches!(phase.length, Length::Passes(_)));
        if !passes || matches!(self.plan.budget.unit, Unit::Steps | Unit::Samples) {
            return None;
        }
        let k = self.plan.folds.map_or(1, |f| f.count);
        let samples = self.plan.phases.iter().map(|phase| sizes::set(&self.pipeline.data, &phase.on, k, MANY));
        Some((MANY, samples.collect::<Option<_>>()?))
    }
}

impl Course {
    /// How much of the budget is spent, in its unit; `None` where that hangs on files.
    pub fn spent(&self, run: &Run<'_>) -> Option<f64> {
        match run.plan.budget.unit {
            Unit::Epochs => Some(self.cost.samples),
            Unit::Samples => Some(self.cost.samples * run.training? as f64),
            Unit::Steps => self.cost.sized.then_some(self.cost.updates),
            Unit::Rounds => Some(self.rounds),
        }
    }
}

/// Phases that say how large their batches are.
fn own_batches(pipeline: &Pipeline) -> BTreeSet<Span> {
    let phases = super::phases::phases(&pipeline.schedule).into_iter();
    phases.filter(|placed| placed.phase.settings.batch.is_some()).map(|placed| placed.phase.span).collect()
}
