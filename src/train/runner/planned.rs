//! What a run has before it: updates and samples of every phase. Owns why a run cannot begin: a phase without samples, a batch too
//! small to take a variance of.

use super::Runner;
use crate::builtin::Stall;
use crate::graph::NodeOp;
use crate::plan::{self, Phase, Plan};
use crate::train::RunError;

impl Runner<'_, '_> {
    /// What is planned: the most there is, where phases end by themselves. An error where one of them has no samples.
    pub(super) fn count(&mut self) -> Result<(), RunError> {
        let sizes: Vec<usize> = self.job.plan.phases.iter().map(|p| self.set(&p.on).len()).collect();
        let phases = &self.job.plan.phases;
        // Rates follow the whole run, wherever it halts.
        let counted = plan::count_whole(self.job.plan, self.train, &sizes);
        if let Some(empty) = counted.order.iter().find(|phase| sizes[**phase] == 0) {
            let Phase { name, on, .. } = &phases[*empty];
            let (folds, samples) = (self.folds.count(), self.train);
            return Err(RunError::NoSamples { phase: name.clone(), set: on.to_string(), folds, samples });
        }
        self.samples = counted.totals.iter().map(|total| total.samples).collect();
        self.steps = counted.position.steps;
        let mut visited = phases.iter().zip(&sizes).zip(&self.samples).filter(|(_, samples)| **samples > 0);
        visited.try_for_each(|((phase, samples), _)| self.measurable(phase, *samples))
    }

    /// An error where a batch of the phase gives a layer that measures it one value a feature: its variance would be 0.
    fn measurable(&self, phase: &Phase, samples: usize) -> Result<(), RunError> {
        let updates = [phase.batch.smallest(samples), phase.batch.largest(samples)];
        let smallest = updates.map(|update| phase.parts().smallest(update)).into_iter().min().unwrap_or(0) as u64;
        for node in &self.job.graph.nodes {
            let (NodeOp::Layer { word, .. }, Some((m, _)), Some(values)) = (&node.op, &node.weights, node.measured)
            else {
                continue;
            };
            if let Some(replica) = phase.train.iter().find(|id| id.module == *m).filter(|_| values * smallest < 2) {
                let (phase, set, batch) = (phase.name.clone(), phase.on.to_string(), phase.parts().size());
                let module = self.job.graph.replica_name(*replica);
                return Err(RunError::OneValue { phase, layer: word, module, set, samples, batch });
            }
        }
        Ok(())
    }
}

/// Of every learning rate of the plan that asks for losses, each once.
pub(super) fn stalls(plan: &Plan) -> Vec<Stall> {
    let rules = plan.phases.iter().flat_map(|phase| phase.rules.iter().flatten());
    let mut stalls: Vec<Stall> = vec![];
    for stall in rules.filter_map(|rule| rule.rate.as_ref()?.stall()) {
        if stalls.iter().all(|known| !known.is_of(&stall)) {
            stalls.push(stall);
        }
    }
    stalls
}
