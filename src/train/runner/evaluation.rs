//! The evaluations of a run on its way: what is due after an epoch or a round, the best epoch so far, the networks that would be
//! deployed. Owns when; how a network is evaluated is `evaluate`'s.

use super::{Best, Runner};
use crate::id::{ModuleId, SampleId};
use crate::plan::{Criterion, Deploy, Keep, Position, Route, SplitSet};
use crate::train::criterion::worth;
use crate::train::evaluate::{Evaluation, evaluate, evaluate_each};
use crate::train::observe::{Moment, observe};
use crate::train::{EvaluationPlan, Event};

impl Runner<'_, '_> {
    /// Remembers the weights of the epoch where the networks that would be deployed are the best. The first of equals stays, and a
    /// loss that is no number is none.
    pub(super) fn keep_best(&mut self) {
        let Some(Keep { set, by }) = &self.job.plan.keep else { return };
        let ids = self.set(set);
        let deployed = self.deployed();
        let evaluation = evaluate(&mut self.trainer, &deployed, &ids);
        let loss = self.worth(by, &evaluation, &ids, set);
        if self.best.as_ref().is_none_or(|best| loss < best.loss) && loss.is_finite() {
            self.best =
                Some(Best { loss, weights: self.trainer.weights.copy(self.job.device), last: self.last.clone() });
        }
    }

    /// Less is better. What cannot be chosen by ends the run.
    fn worth(&mut self, by: &Criterion, evaluation: &Evaluation, ids: &[SampleId], set: &SplitSet) -> f64 {
        worth(&self.trainer, by, evaluation, ids, &set.to_string()).unwrap_or_else(|why| {
            self.no_choice.get_or_insert(why);
            f64::INFINITY
        })
    }

    /// Goes back to the best epoch.
    pub(super) fn restore(&mut self) {
        if let Some(Best { weights, last, .. }) = self.best.take() {
            (self.trainer.weights, self.last) = (weights, last);
        }
    }

    /// Looks at what is due: by epochs, or by rounds where the budget counts them.
    pub(super) fn look(&mut self, position: Position) {
        let by_rounds = self.job.plan.counts_rounds();
        let now = if by_rounds { position.rounds } else { position.samples / self.train.max(1) as u64 };
        while self.looked < now {
            self.looked += 1;
            let due = self.watch.at(self.looked);
            if !due.is_empty() {
                let deployed = self.deployed();
                self.observe(&due, Some(self.looked as u32), &deployed);
            }
        }
    }

    pub(super) fn observe(&mut self, requests: &EvaluationPlan, epoch: Option<u32>, deployed: &[Route]) {
        let moment = Moment { epoch, deployed, noise: self.watch.noise };
        for evaluated in observe(&mut self.trainer, &self.job, requests, moment) {
            (self.listen)(Event::Seen(evaluated));
        }
    }

    /// The networks that would be left now.
    pub(super) fn deployed(&mut self) -> Vec<Route> {
        match &self.job.plan.deploy {
            Deploy::Routes(routes) => routes.clone(),
            Deploy::Last { role, candidates } => {
                let module = self.job.plan.modules.iter().position(|m| m.role == *role).map(ModuleId);
                let found = module.and_then(|m| candidates.iter().find(|c| c.of(m) == self.last.of(m)));
                vec![found.unwrap_or(&candidates[0]).clone()]
            }
            Deploy::Best { candidates, set, by } => {
                let ids = self.set(set);
                let each = evaluate_each(&mut self.trainer, candidates, &ids, None);
                let mut best = (f64::INFINITY, &candidates[0]);
                for (evaluation, candidate) in each.iter().zip(candidates) {
                    let worth = self.worth(by, evaluation, &ids, set);
                    if worth < best.0 {
                        best = (worth, candidate);
                    }
                }
                vec![best.1.clone()]
            }
        }
    }
}
