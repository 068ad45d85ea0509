//! The audit trail of a run: what it did with its samples and to its modules, visit by visit, so that both can be checked when
//! it is over. Owns plain
//! data and what holds of it; the run itself writes it.

use crate::id::SampleId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Visits that are written down; of longer runs the first.
pub const MOST: usize = 4096;

/// The audit trail of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    /// Every replica of every module that has weights.
    pub replicas: Vec<Replica>,
    /// The phases of the plan.
    pub phases: Vec<PhaseRun>,
    /// The samples of every split.
    pub splits: BTreeMap<String, Samples>,
    /// What all weights and running statistics were before the first visit and after each: a hash for every replica.
    pub visits: Vec<VisitHashes>,
    /// Visits beyond those.
    pub more: u64,
    /// What they were at the end.
    pub end: Vec<u64>,
    /// Whether the run went back to its best epoch, and so ended with other weights than its last visit.
    pub back: bool,
}

/// A replica of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replica {
    /// `head[2].classify`
    pub name: String,
    /// Paths of its weights and statistics, in the order they are hashed.
    pub weights: Vec<String>,
}

/// A phase as it was run, all its visits together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseRun {
    /// `head[2]`
    pub name: String,
    /// The splits whose samples it may take, beside the training split.
    pub named: Vec<String>,
    /// Indices of the replicas that learned.
    pub trains: Vec<usize>,
    pub samples: Samples,
}

/// Hashes of all modules after a visit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitHashes {
    /// Index of the phase that was visited; `None` before the first.
    pub phase: Option<usize>,
    /// XXH3 of each replica's weights and statistics.
    pub hashes: Vec<u64>,
}

/// A set of samples, a bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples(pub Vec<u64>);

impl FromIterator<SampleId> for Samples {
    fn from_iter<I: IntoIterator<Item = SampleId>>(ids: I) -> Self {
        let mut words = vec![];
        for id in ids {
            let word = id.row() / 64;
            if words.len() <= word {
                words.resize(word + 1, 0);
            }
            words[word] |= 1 << (id.row() % 64);
        }
        Self(words)
    }
}

impl Samples {
    /// The first sample of both.
    pub fn shared(&self, other: &Self) -> Option<SampleId> {
        let both = self.0.iter().zip(&other.0).map(|(a, b)| a & b).enumerate();
        both.filter(|(_, word)| *word != 0)
            .map(|(i, word)| SampleId::at(i * 64 + word.trailing_zeros() as usize))
            .next()
    }
}

impl Trail {
    /// Everything in it that should not be, each in a line: frozen modules that moved, samples that crossed splits.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = vec![];
        for (number, pair) in self.visits.windows(2).enumerate() {
            let (before, after) = (&pair[0], &pair[1]);
            let Some(phase) = after.phase.and_then(|phase| self.phases.get(phase)) else {
                faults.push(format!("visit {number} is of no phase of the plan"));
                continue;
            };
            let moved = |replica: &usize| before.hashes.get(*replica) != after.hashes.get(*replica);
            let frozen = (0..self.replicas.len()).filter(|replica| !phase.trains.contains(replica));
            faults.extend(frozen.filter(moved).map(|replica| {
                format!(
                    "`{}` is not what it was after visit {number}, of phase `{}`, which freezes it",
                    self.replicas[replica].name, phase.name
                )
            }));
        }
        if self.more == 0 && !self.back && self.visits.last().is_some_and(|last| last.hashes != self.end) {
            faults.push("it did not end with what its last visit left".into());
        }
        for phase in &self.phases {
            for (split, samples) in self.splits.iter().filter(|(split, _)| !phase.named.contains(split)) {
                if let Some(sample) = phase.samples.shared(samples) {
                    faults.push(format!("phase `{}` trained on sample {sample} of `{split}`", phase.name));
                }
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::sample_ids;

    fn trail() -> Trail {
        let visit = |phase, hashes: &[u64]| VisitHashes { phase, hashes: hashes.to_vec() };
        let phase = |name: &str, trains, samples: &[u32]| PhaseRun {
            name: name.into(),
            named: vec!["train".into()],
            trains: vec![trains],
            samples: samples.iter().copied().map(SampleId).collect(),
        };
        Trail {
            replicas: ["fusion[0].joint", "head[0].h"]
                .map(|name| Replica { name: name.into(), weights: vec![] })
                .into(),
            phases: vec![phase("head", 1, &[0, 64]), phase("embedding", 0, &[65])],
            splits: [("train", [0, 64, 65]), ("test", [1, 70, 200])]
                .map(|(name, ids)| (name.to_string(), sample_ids(ids).into_iter().collect()))
                .into(),
            visits: vec![visit(None, &[1, 2]), visit(Some(0), &[1, 3]), visit(Some(1), &[4, 3])],
            more: 0,
            end: vec![4, 3],
            back: false,
        }
    }

    #[test]
    fn what_should_not_be_is_told() {
        assert_eq!(trail().faults(), Vec::<String>::new());
        let mut thawed = trail();
        thawed.visits[2].hashes[1] = 5;
        thawed.end[1] = 5;
        let fault = "`head[0].h` is not what it was after visit 1, of phase `embedding`, which freezes it";
        assert_eq!(thawed.faults(), [fault]);
        let mut moved = trail();
        moved.end[0] = 5;
        assert_eq!(moved.faults(), ["it did not end with what its last visit left"]);
        moved.back = true;
        assert_eq!(moved.faults(), Vec::<String>::new());
        let mut crossed = trail();
        crossed.phases[1].samples = sample_ids([65, 70]).into_iter().collect();
        assert_eq!(crossed.faults(), ["phase `embedding` trained on sample 70 of `test`"]);
        let mut lost = trail();
        lost.visits[1].phase = Some(9);
        assert_eq!(lost.faults(), ["visit 0 is of no phase of the plan"]);
    }
}
