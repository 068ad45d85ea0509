//! The folds of one run and sets of samples written in terms of them. Drawn once; never changed by a phase.

use super::deal::{Bin, deal};
use super::groups::{Parts, class_counts};
use crate::id::SampleId;
use crate::seed::Stream;
use crate::split::SplitName;
use std::collections::BTreeMap;

/// The training samples divided: every one in exactly one fold, sizes differing by at most 1, or by what groups cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folds {
    /// Ids in ascending order.
    folds: Vec<Vec<SampleId>>,
}

impl Folds {
    /// Divides `ids` into `count` random folds (section 4: "we first randomly split the entire training dataset to K
    /// same-sized folds").
    ///
    /// With `classes` (by id), the numbers of each class differ by at most 1 between folds, too.
    ///
    /// # Panics
    /// With no folds: the checker wants at least one.
    pub fn draw(ids: &[SampleId], count: usize, classes: Option<&[f32]>, stream: &mut Stream) -> Self {
        assert!(count > 0, "a schedule has at least one fold");
        let mut groups: BTreeMap<u32, Vec<SampleId>> = BTreeMap::new();
        for &id in ids {
            let class = classes.map_or(0, |classes| classes[id.row()] as u32);
            groups.entry(class).or_default().push(id);
        }
        let mut folds = vec![Vec::with_capacity(ids.len() / count + 1); count];
        let mut next = 0;
        for mut group in groups.into_values() {
            group.sort_unstable();
            stream.shuffle(&mut group);
            // Dealt like cards, on from where the last class ended: sizes stay within 1 of each other.
            for id in group {
                folds[next].push(id);
                next = (next + 1) % count;
            }
        }
        folds.iter_mut().for_each(|fold| fold.sort_unstable());
        Self { folds }
    }

    /// Divides `ids` into `count` random folds that cut through no part: as equal in samples as parts allow and, with `classes` (by
    /// id), in the samples of each class. Every fold has a part, where there are enough.
    ///
    /// # Panics
    /// With no folds: the checker wants at least one.
    pub fn draw_together(
        ids: &[SampleId],
        count: usize,
        classes: Option<&[f32]>,
        parts: &Parts,
        stream: &mut Stream,
    ) -> Self {
        assert!(count > 0, "a schedule has at least one fold");
        let parts = parts.among(ids);
        let counts = class_counts(&parts, classes);
        let classes = counts.first().map_or(0, Vec::len);
        let equal = |class: usize| counts.iter().map(|n| n[class]).sum::<usize>() as f64 / count as f64;
        let bin = Bin { wanted: (0..classes).map(equal).collect(), least: usize::from(parts.len() >= count) };
        let dealt = deal(&counts, &vec![bin; count], stream);
        let mut folds = vec![vec![]; count];
        parts.into_iter().zip(dealt).for_each(|(part, fold)| folds[fold].extend(part));
        folds.iter_mut().for_each(|fold| fold.sort_unstable());
        Self { folds }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.folds.len()
    }

    /// Ids of fold `k`, ascending: the embedding-specific set of Eq. 3.
    ///
    /// # Panics
    /// Where there is no fold `k`.
    pub fn fold(&self, k: usize) -> &[SampleId] {
        &self.folds[k]
    }

    /// Ids of all folds but `k`, ascending: the head-specific set of Eq. 2.
    pub fn except(&self, k: usize) -> Vec<SampleId> {
        let others = self.folds.iter().enumerate().filter(|(i, _)| *i != k);
        let mut ids: Vec<SampleId> = others.flat_map(|(_, fold)| fold).copied().collect();
        ids.sort_unstable();
        ids
    }
}

/// A set of samples as a phase names it: `except(0)`, `fold(1) + validation`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SplitSet {
    /// The training split.
    All,
    Fold(usize),
    Except(usize),
    /// A split by its name.
    Named(SplitName),
    /// `a + b`
    Union(Box<SplitSet>, Box<SplitSet>),
    /// `a - b`
    Difference(Box<SplitSet>, Box<SplitSet>),
    /// `a & b`
    Intersection(Box<SplitSet>, Box<SplitSet>),
}

impl SplitSet {
    /// The splits it names, beside the training split.
    pub fn named(&self) -> Vec<SplitName> {
        match self {
            SplitSet::All | SplitSet::Fold(_) | SplitSet::Except(_) => vec![],
            SplitSet::Named(name) => vec![name.clone()],
            SplitSet::Union(a, b) | SplitSet::Difference(a, b) | SplitSet::Intersection(a, b) => {
                [a.named(), b.named()].concat()
            }
        }
    }

    /// Its ids, ascending and each once.
    ///
    /// # Panics
    /// Where a fold or split is unknown: names end at the checker. `All` is the split [`SplitName::TRAIN`].
    pub fn evaluate(&self, splits: &BTreeMap<SplitName, Vec<SampleId>>, folds: &Folds) -> Vec<SampleId> {
        let both = |a: &SplitSet, b: &SplitSet| (a.evaluate(splits, folds), b.evaluate(splits, folds));
        let named = |name: &str| splits.get(name).unwrap_or_else(|| panic!("split `{name}` was checked")).clone();
        match self {
            SplitSet::All => named(&SplitName::TRAIN),
            SplitSet::Named(name) => named(name),
            SplitSet::Fold(k) => folds.fold(*k).to_vec(),
            SplitSet::Except(k) => folds.except(*k),
            SplitSet::Union(a, b) => {
                let (mut a, mut b) = both(a, b);
                a.append(&mut b);
                a.sort_unstable();
                a.dedup();
                a
            }
            SplitSet::Difference(a, b) => {
                let (mut a, b) = both(a, b);
                a.retain(|id| b.binary_search(id).is_err());
                a
            }
            SplitSet::Intersection(a, b) => {
                let (mut a, b) = both(a, b);
                a.retain(|id| b.binary_search(id).is_ok());
                a
            }
        }
    }
}

impl std::fmt::Display for SplitSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Operators are left-associative, `&` binds weaker than `+` and `-`: what stands right is put in brackets.
        let right = |set: &SplitSet| match set {
            SplitSet::All | SplitSet::Fold(_) | SplitSet::Except(_) | SplitSet::Named(_) => set.to_string(),
            SplitSet::Union(..) | SplitSet::Difference(..) | SplitSet::Intersection(..) => format!("({set})"),
        };
        let left = |set: &SplitSet| match set {
            SplitSet::Intersection(..) => format!("({set})"),
            SplitSet::All | SplitSet::Fold(_) | SplitSet::Except(_) | SplitSet::Named(_) => set.to_string(),
            SplitSet::Union(..) | SplitSet::Difference(..) => set.to_string(),
        };
        match self {
            SplitSet::All => f.write_str("all"),
            SplitSet::Fold(k) => write!(f, "fold({k})"),
            SplitSet::Except(k) => write!(f, "except({k})"),
            SplitSet::Named(name) => f.write_str(name),
            SplitSet::Union(a, b) => write!(f, "{} + {}", left(a), right(b)),
            SplitSet::Difference(a, b) => write!(f, "{} - {}", left(a), right(b)),
            SplitSet::Intersection(a, b) => write!(f, "{a} & {}", right(b)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn folds(ids: &[SampleId], k: usize, classes: Option<&[f32]>, seed: u64) -> Folds {
        Folds::draw(ids, k, classes, &mut Seed(seed).stream("folds"))
    }

    fn spread(sizes: impl Iterator<Item = usize> + Clone) -> usize {
        sizes.clone().max().unwrap() - sizes.min().unwrap()
    }

    proptest! {
        #[test]
        fn folds_are_disjoint_cover_all_and_have_the_same_size(
            ids in btree_set(0u32..500, 0..200), k in 1usize..9, seed: u64,
            classes in proptest::option::of(vec(0u8..5, 500)),
        ) {
            let ids: Vec<SampleId> = ids.into_iter().map(SampleId).collect();
            let classes: Option<Vec<f32>> = classes.map(|c| c.into_iter().map(f32::from).collect());
            let folds = folds(&ids, k, classes.as_deref(), seed);
            let mut all: Vec<SampleId> = (0..k).flat_map(|i| folds.fold(i).to_vec()).collect();
            all.sort_unstable();
            prop_assert_eq!(&all, &ids); // Equal with repetitions: covering and disjoint.
            prop_assert!(spread((0..k).map(|i| folds.fold(i).len())) <= 1);
            for i in 0..k {
                let mut both = [folds.fold(i), &folds.except(i)].concat();
                both.sort_unstable();
                prop_assert_eq!(&both, &ids);
            }
            if let Some(classes) = classes {
                for class in 0..5u8 {
                    let is = |id: &&SampleId| classes[id.row()] == f32::from(class);
                    let of_class = |i| folds.fold(i).iter().filter(is).count();
                    prop_assert!(spread((0..k).map(of_class)) <= 1);
                }
            }
        }

        #[test]
        fn set_expressions_are_those_of_sets(
            a in btree_set(0u32..40, 0..30), b in btree_set(0u32..40, 0..30),
        ) {
            let splits = BTreeMap::from([
                ("a".into(), a.iter().copied().map(SampleId).collect::<Vec<_>>()),
                ("b".into(), b.iter().copied().map(SampleId).collect()),
            ]);
            let folds = folds(&[], 1, None, 0);
            let sides = || (Box::new(SplitSet::Named("a".into())), Box::new(SplitSet::Named("b".into())));
            let is = |set: SplitSet, expected: BTreeSet<u32>| {
                set.evaluate(&splits, &folds) == expected.into_iter().map(SampleId).collect::<Vec<_>>()
            };
            let (l, r) = sides();
            prop_assert!(is(SplitSet::Union(l, r), &a | &b));
            let (l, r) = sides();
            prop_assert!(is(SplitSet::Difference(l, r), &a - &b));
            let (l, r) = sides();
            prop_assert!(is(SplitSet::Intersection(l, r), &a & &b));
        }
    }

    #[test]
    fn folds_depend_on_the_set_and_the_stream_alone() {
        let forward: Vec<SampleId> = SampleId::of(0..50).collect();
        let backward: Vec<SampleId> = forward.iter().rev().copied().collect();
        assert_eq!(folds(&forward, 4, None, 7), folds(&backward, 4, None, 7));
        assert_ne!(folds(&forward, 4, None, 7), folds(&forward, 4, None, 8));
    }

    #[test]
    fn sets_are_evaluated_over_the_training_split_and_print_as_written() {
        let splits = BTreeMap::from([
            (SplitName::TRAIN, SampleId::of(0..10).collect()),
            ("val".into(), vec![SampleId(10), SampleId(11)]),
        ]);
        let folds = folds(&splits["train"], 2, None, 1);
        let set = SplitSet::Union(Box::new(SplitSet::Except(0)), Box::new(SplitSet::Named("val".into())));
        assert_eq!(set.evaluate(&splits, &folds), [folds.fold(1), &[SampleId(10), SampleId(11)]].concat());
        assert_eq!(SplitSet::All.evaluate(&splits, &folds), splits["train"]);
        assert_eq!(set.to_string(), "except(0) + val");
        assert_eq!(SplitSet::Difference(Box::new(SplitSet::All), Box::new(set)).to_string(), "all - (except(0) + val)");
    }
}
