//! The state of a run: the checkpoint it resumes from, those it takes, and its audit trail. Owns no order of phases.

use super::{Best, Runner};
use crate::id::{ReplicaId, Route};
use crate::record::checkpoint::{Checkpoint, Exact, RunState, VisitProgress};
use crate::record::trail::{self, Trail, VisitHashes};
use crate::train::{Boundary, Event, Fingerprint, Job, RunError, checkpoint, outline};
use std::sync::atomic::Ordering;

impl Runner<'_, '_> {
    /// Puts the run where the checkpoint was taken.
    pub(super) fn restore_state(&mut self, from: &Checkpoint) -> Result<(), String> {
        let state = &from.state;
        self.check_state(state)?;
        self.trainer.restore(self.job.plan, from)?;
        if let Some((loss, last)) = &state.best {
            let mut weights = self.trainer.weights.copy(self.job.device);
            checkpoint::put_back(self.job.graph, self.job.device, &mut weights, &from.best)?;
            self.best = Some(Best { loss: loss.0, weights, last: last.clone() });
        }
        self.losses = state.losses.iter().map(|loss| loss.0).collect();
        for stall in &mut self.stalls {
            self.losses.iter().for_each(|loss| stall.see(*loss));
        }
        (self.epochs, self.looked, self.last) = (state.epochs, state.looked, state.last.clone());
        (self.visits, self.turns, self.current_visit) = (state.visits, state.turns.clone(), state.visit);
        self.trail.clone_from(&state.trail);
        self.print = Fingerprint::of(&self.trainer);
        Ok(())
    }

    /// Whether this is a state of this run: one that resumed from another would look for what is not there, or not end.
    fn check_state(&self, state: &RunState) -> Result<(), String> {
        let plan = self.job.plan;
        let is_route = |last: &Route| {
            let fits = |id: ReplicaId| plan.modules.get(id.module.0).is_some_and(|module| id.number < module.replicas);
            last.modules() == plan.modules.len() && last.replicas().all(fits)
        };
        let best = state.best.as_ref().map(|(_, last)| last);
        if let Some(last) = std::iter::once(&state.last).chain(best).find(|last| !is_route(last)) {
            return Err(format!("its modules have the replicas [{last}], and these are others"));
        }
        // Where phases end by themselves, the last one may begin later than planned.
        let most = 2 * self.samples.iter().sum::<u64>();
        let RunState {
            visit: VisitProgress { steps, samples, early_stopping, .. },
            turns,
            updates,
            epochs,
            looked,
            visits,
            ..
        } = state;
        let sum = |count: fn(&(u64, u64)) -> u64| turns.iter().map(count).fold(0, u64::saturating_add);
        let turns = [sum(|turn| turn.0), sum(|turn| turn.1)];
        let visit = [
            *steps,
            *samples,
            early_stopping.passes,
            early_stopping.since,
            early_stopping.steps,
            early_stopping.samples,
            *epochs,
            *looked,
            *visits,
        ];
        if updates.is_empty() && turns[0] > 0 {
            return Err(format!("it counts {} steps, and no update of a weight", turns[0]));
        }
        let updates = updates.iter().flat_map(|of| &of.counts);
        if let Some(count) = turns.iter().chain(&visit).chain(updates).find(|count| **count > most) {
            return Err(format!("it counts {count}, and this run has {most} samples at most"));
        }
        let replicas = outline::hashed_replicas(&self.job).len();
        let is_visit = |visit: &VisitHashes| {
            visit.hashes.len() == replicas && visit.phase.is_none_or(|phase| phase < plan.phases.len())
        };
        if state.trail.len() > trail::MOST || !state.trail.iter().all(is_visit) {
            return Err("its trail is of another run".into());
        }
        Ok(())
    }

    // ------------------------------------------------------------ the audit trail

    /// Adds to the trail what all modules are after a visit.
    pub(super) fn record_visit(&mut self, phase: Option<usize>) {
        self.print = Fingerprint::of(&self.trainer);
        if self.trail.len() < trail::MOST {
            self.trail.push(VisitHashes { phase, hashes: self.print.weights() });
        }
    }

    pub(super) fn trail(&mut self) -> Trail {
        let Job { plan, data, .. } = self.job;
        let splits = data.splits.iter().map(|(name, ids)| (name.to_string(), ids.iter().copied().collect()));
        Trail {
            replicas: outline::replicas(&self.job),
            phases: outline::phases(&self.job),
            splits: splits.collect(),
            groups: outline::groups(&self.job),
            rows: data.rows.clone(),
            begins: data.begins.clone(),
            visits: std::mem::take(&mut self.trail),
            end: Fingerprint::of(&self.trainer).weights(),
            more: (self.visits + 1).saturating_sub(trail::MOST as u64),
            back: plan.keep.is_some(),
        }
    }

    /// A boundary at which the run could resume later: takes a checkpoint where one is due, and ends the run where it is to stop.
    pub(super) fn boundary(&mut self, boundary: Boundary, steps: u64) -> Result<(), RunError> {
        let stop = self.job.stop.load(Ordering::Relaxed);
        if stop || self.checkpointing.due.is_some_and(|due| due(boundary)) {
            self.read_losses()?;
            let taken = self.checkpoint(steps);
            (self.listen)(Event::Checkpoint(Box::new(taken)));
        }
        if stop { Err(RunError::Interrupted) } else { Ok(()) }
    }

    /// Where the run stands after so many steps.
    pub(super) fn checkpoint(&self, steps: u64) -> Checkpoint {
        let mut taken = self.trainer.checkpoint(self.job.plan);
        if let Some(best) = &self.best {
            taken.best = checkpoint::arrays(self.job.graph, &best.weights);
            taken.state.best = Some((Exact(best.loss), best.last.clone()));
        }
        let drawn = self.trainer.context.stream.as_ref().map_or(0, |stream| stream.drawn());
        let state = &mut taken.state;
        state.losses = self.losses.iter().copied().map(Exact).collect();
        (state.epochs, state.looked, state.last) = (self.epochs, self.looked, self.last.clone());
        (state.visits, state.turns) = (self.visits, self.turns.clone());
        state.visit = VisitProgress { drawn, ..self.current_visit };
        state.trail.clone_from(&self.trail);
        state.steps = steps;
        taken
    }
}
