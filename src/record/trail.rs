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
    /// What samples belonged together by.
    pub groups: Vec<Group>,
    /// What the samples are in the files, by id, where some rows are no samples.
    pub rows: Vec<u32>,
    /// Where splits have files or arrays of their own, how many rows those before each have.
    pub begins: Vec<u32>,
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

/// What samples belonged together by, and where it was to be whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// `subject`
    pub name: String,
    /// What its groups are called.
    pub names: Vec<String>,
    /// The place of every sample's group among them.
    pub of: Vec<u32>,
    /// Whether no split was to cut through it.
    pub in_splits: bool,
    /// Whether no phase was to train on a part of one.
    pub in_phases: bool,
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

impl Group {
    /// How many of these samples each group has.
    fn counts(&self, samples: &Samples) -> Vec<u64> {
        let mut counts = vec![0; self.names.len()];
        let ids = samples.ids().filter_map(|id| self.of.get(id.row()));
        ids.for_each(|group| counts[*group as usize] += 1);
        counts
    }

    /// Groups that are in several splits, though none was to be.
    fn crossing(&self, splits: &BTreeMap<String, Samples>) -> Option<String> {
        let counts: Vec<(&String, Vec<u64>)> = splits.iter().map(|(split, ids)| (split, self.counts(ids))).collect();
        let mut crossing = (0..self.names.len()).filter_map(|group| {
            let mut there = counts.iter().filter(|(_, counts)| counts[group] > 0).map(|(split, _)| *split);
            Some((&self.names[group], there.next()?, there.next()?))
        });
        let (name, first, second) = crossing.next().filter(|_| self.in_splits)?;
        let others = match crossing.count() {
            0 => String::new(),
            1 => ", and another is in several splits".into(),
            n => format!(", and {n} others are in several splits"),
        };
        Some(format!("{} `{name}` is in `{first}` and `{second}`{others}", self.name))
    }

    /// A group of which a phase trained on a part, though none was to.
    fn cut(&self, phase: &PhaseRun, splits: &BTreeMap<String, Samples>) -> Option<String> {
        let named = splits.iter().filter(|(split, _)| self.in_phases && phase.named.contains(split));
        named.into_iter().find_map(|(split, ids)| {
            let (all, taken) = (self.counts(ids), self.counts(&ids.both(&phase.samples)));
            let group = (0..self.names.len()).find(|group| taken[*group] > 0 && taken[*group] < all[*group])?;
            let (what, name, phase) = (&self.name, &self.names[group], &phase.name);
            Some(format!(
                "phase `{phase}` trained on {} of the {} samples that {what} `{name}` has in `{split}`",
                taken[group], all[group]
            ))
        })
    }
}

impl Samples {
    /// Its samples.
    pub fn ids(&self) -> impl Iterator<Item = SampleId> + '_ {
        let of_word = |(i, word): (usize, &u64)| {
            let word = *word;
            (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| SampleId(i as u32 * 64 + bit))
        };
        self.0.iter().enumerate().flat_map(of_word)
    }

    /// Those that are in both.
    fn both(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    /// The first sample of both.
    pub fn shared(&self, other: &Self) -> Option<SampleId> {
        let both = self.0.iter().zip(&other.0).map(|(a, b)| a & b).enumerate();
        both.filter(|(_, word)| *word != 0)
            .map(|(i, word)| SampleId::at(i * 64 + word.trailing_zeros() as usize))
            .next()
    }
}

impl Trail {
    /// The row of the files that a sample is.
    pub fn row(&self, id: SampleId) -> usize {
        self.rows.get(id.row()).map_or(id.row(), |row| *row as usize)
    }

    /// The row of a sample in the files or arrays of its split, where these have their own.
    pub fn own_row(&self, id: SampleId) -> Option<usize> {
        own_row(&self.begins, self.row(id))
    }

    /// Everything in it that should not be, each in a line: frozen modules that moved, samples and groups that crossed splits, groups
    /// that phases cut through.
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
        faults.extend(self.groups.iter().filter_map(|group| group.crossing(&self.splits)));
        for group in &self.groups {
            faults.extend(self.phases.iter().filter_map(|phase| group.cut(phase, &self.splits)));
        }
        faults
    }
}

/// A row, counted through files of which each but the first begins behind so many rows, in its own file.
pub fn own_row(begins: &[u32], row: usize) -> Option<usize> {
    begins.iter().map(|begin| *begin as usize).filter(|begin| *begin <= row).max().map(|begin| row - begin)
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
            groups: vec![Group {
                name: "subject".into(),
                names: ["S1", "S2", "S3"].map(String::from).into(),
                of: (0..201).map(|id| u32::from(id == 65) + 2 * u32::from([1, 70, 200].contains(&id))).collect(),
                in_splits: true,
                in_phases: true,
            }],
            rows: vec![],
            begins: vec![],
            visits: vec![visit(None, &[1, 2]), visit(Some(0), &[1, 3]), visit(Some(1), &[4, 3])],
            more: 0,
            end: vec![4, 3],
            back: false,
        }
    }

    #[test]
    fn rows_are_counted_in_the_files_of_a_split() {
        let trail = Trail { begins: vec![0, 5, 8], rows: vec![0, 4, 6, 8, 9], ..Trail::default() };
        let own = |id| trail.own_row(SampleId(id));
        assert_eq!((0..5).map(own).collect::<Vec<_>>(), [0, 4, 1, 0, 1].map(Some));
        assert_eq!(Trail::default().own_row(SampleId(3)), None);
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
        let mut shared = trail();
        shared.groups[0].of[70] = 1;
        shared.groups[0].of[200] = 0;
        assert_eq!(shared.faults(), ["subject `S1` is in `test` and `train`, and another is in several splits"]);
        shared.groups[0].in_splits = false;
        assert_eq!(shared.faults(), Vec::<String>::new());
        let mut cut = trail();
        cut.groups[0].of[65] = 0;
        let part = |phase, taken| {
            format!("phase `{phase}` trained on {taken} of the 3 samples that subject `S1` has in `train`")
        };
        assert_eq!(cut.faults(), [part("head", 2), part("embedding", 1)]);
        cut.groups[0].in_phases = false;
        assert_eq!(cut.faults(), Vec::<String>::new());
        let mut lost = trail();
        lost.visits[1].phase = Some(9);
        assert_eq!(lost.faults(), ["visit 0 is of no phase of the plan"]);
    }
}
