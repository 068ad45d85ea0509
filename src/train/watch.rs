//! When a training is evaluated: at its end, and every so many epochs. Owns the timetable; what is evaluated at one moment is
//! `evaluation_plan`'s.

use super::{EvaluationPlan, EvaluationRequest, Networks};
use crate::record::{Evaluated, Evaluee, Perturbation};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is evaluated of a training, and when.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// After training.
    pub end: EvaluationPlan,
    /// By the number of epochs between two evaluations.
    pub epochs: BTreeMap<u32, EvaluationPlan>,
    /// Standard deviation of the noise of [`Perturbation::Noisy`], in standard deviations of each value over the training samples.
    pub noise: f64,
}

impl Watch {
    /// Whether a run that was watched so has shown all that `other` would.
    pub fn covers(&self, other: &Watch) -> bool {
        other.end.iter().all(|(request, networks)| self.end.has(request, networks)) && self.covers_epochs(other)
    }

    /// The same of a run that did not come to its end.
    pub fn covers_epochs(&self, other: &Watch) -> bool {
        // Every fifth epoch has been evaluated where every one was.
        let often = |(every, asked): (&u32, &EvaluationPlan)| {
            let own = self.epochs.iter().filter(|(own, _)| every.is_multiple_of(**own));
            asked.iter().all(|(request, networks)| own.clone().any(|(_, own)| own.has(request, networks)))
        };
        let noisy = |plan: &EvaluationPlan| {
            plan.iter().any(|(request, _)| matches!(request.change, Some(Perturbation::Noisy(_))))
        };
        let same_noise = self.noise == other.noise || !other.epochs.values().chain([&other.end]).any(noisy);
        same_noise && other.epochs.iter().all(often)
    }

    /// Whether this is part of what is to be evaluated.
    pub fn asks_for(&self, seen: &Evaluated) -> bool {
        let plan = seen.epoch.map_or_else(|| self.end.clone(), |epoch| self.at(epoch.into()));
        let network = match seen.network {
            Evaluee::Deployed => Networks::Deployed,
            Evaluee::Replica(_) => Networks::Each,
        };
        plan.has(&EvaluationRequest { split: seen.split.clone(), change: seen.change.clone() }, network)
    }

    /// What is evaluated after this many epochs.
    pub fn at(&self, epoch: u64) -> EvaluationPlan {
        let due = self.epochs.iter().filter(|(every, _)| epoch.is_multiple_of(u64::from(**every)));
        due.flat_map(|(_, plan)| plan.iter().map(|(request, networks)| (request.clone().into(), networks))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requests(splits: &[&str], networks: Networks) -> EvaluationPlan {
        splits.iter().map(|split| ((split.to_string(), None), networks)).collect()
    }

    fn watch(end: EvaluationPlan, epochs: &[(u32, EvaluationPlan)]) -> Watch {
        Watch { end, epochs: epochs.iter().cloned().collect(), noise: 1.0 }
    }

    #[test]
    fn what_was_seen_covers_less_and_not_more() {
        let all = requests(&["test", "train"], Networks::Each);
        let seen = watch(all.clone(), &[(2, requests(&["test"], Networks::Deployed))]);
        assert!(seen.covers(&seen));
        assert!(seen.covers(&watch(requests(&["test"], Networks::Deployed), &[])));
        assert!(seen.covers(&watch(all.clone(), &[(4, requests(&["test"], Networks::Deployed))])));
        assert!(!seen.covers(&watch(requests(&["fresh"], Networks::Deployed), &[])));
        for (every, split, networks) in
            [(3, "test", Networks::Deployed), (2, "train", Networks::Deployed), (2, "test", Networks::Each)]
        {
            assert!(!seen.covers(&watch(all.clone(), &[(every, requests(&[split], networks))])), "{every} {split}");
        }
    }

    #[test]
    fn noise_counts_where_something_is_noisy() {
        let noisy: EvaluationPlan =
            [(("test".to_string(), Some(Perturbation::Noisy("first".into()))), Networks::Deployed)]
                .into_iter()
                .collect();
        let (calm, loud) = (watch(noisy.clone(), &[]), Watch { noise: 2.0, ..watch(noisy, &[]) });
        assert!(!calm.covers(&loud) && calm.covers(&Watch { end: EvaluationPlan::default(), ..loud }));
    }

    #[test]
    fn a_watch_survives_as_text() {
        let change = Some(Perturbation::Without("first".into()));
        let seen = watch(
            [(("test".into(), change), Networks::Each)].into_iter().collect(),
            &[(5, requests(&["test"], Networks::Each))],
        );
        let text = ron::to_string(&seen).expect("plain data");
        assert_eq!(ron::from_str::<Watch>(&text).expect("what was written"), seen);
    }
}
