//! Proofs about sets of samples, for the number of folds a schedule has or for any. Owns the decision procedure; what is
//! good or bad of an answer is said by the lints.
//!
//! *The question.* A sample of the training split lies in one fold `j` of a ring of `K ≥ 2`. A set is a Boolean formula over
//! `j = b + c`, where `b` is a loop variable or 0 and `c` a constant, and over "is of the split s" (splits are disjoint by
//! the making of a dataset). Is the set empty in every turn of the loops?
//!
//! *Why the procedure is complete.* With `d_b = j - b (mod K)` the formula reads `d_b = c`, and nothing else of `j` and the
//! variables matters. Where they run over the whole ring, so do the `d_b`, *independently of each other*: choose `j = d_0`,
//! then `v = j - d_v` for each variable. So it is enough to try, for every base on its own, each remainder that the formula
//! mentions, and one that it does not mention (there is one if it mentions fewer than `K`). The cost does not depend on `K`.
//!
//! *Any K.* Once `K` is above the spread of every base's offsets by 2, its offsets are different remainders and an unmentioned
//! one exists; what the formula says no longer depends on `K`. Trying 2 up to there, or up to the most folds there may be,
//! tries all.

use crate::hir::{Index, SplitExpr, Variable};
use crate::plan::roles::LoopValues;
use std::collections::{BTreeMap, BTreeSet};

/// How many folds a proof is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folds {
    Known(usize),
    Any,
}

/// What an index is counted from: a loop variable, or fold 0.
type Base = Option<Variable>;

/// Turns times folds that are tried one by one where nothing better is known.
const MAX_TRIES: usize = 100_000;

/// The checker takes no more folds.
const MAX_FOLDS: i64 = 1000;

/// Whether the set has no sample in any turn.
pub fn empty(folds: Folds, set: &SplitExpr) -> bool {
    rings(folds, &[set]).all(|k| !samples(&[set], k).iter().any(|s| s.is_in(set, k)))
}

/// Whether the sets share no sample in any turn.
pub fn disjoint(folds: Folds, a: &SplitExpr, b: &SplitExpr) -> bool {
    empty(folds, &SplitExpr::Intersection(a.clone().into(), b.clone().into()))
}

/// Whether every sample of `a` is one of `b`, in every turn.
pub fn subset(folds: Folds, a: &SplitExpr, b: &SplitExpr) -> bool {
    empty(folds, &SplitExpr::Difference(a.clone().into(), b.clone().into()))
}

/// Whether the sets are the same in every turn.
pub fn same(folds: Folds, a: &SplitExpr, b: &SplitExpr) -> bool {
    subset(folds, a, b) && subset(folds, b, a)
}

/// Whether another value of the variable can make another set.
pub fn depends_on(folds: Folds, set: &SplitExpr, variable: Variable) -> bool {
    let other = Variable(usize::MAX);
    !same(folds, set, &rename(set, &|v| Index { variable: Some(if v == variable { other } else { v }), offset: 0 }))
}

/// The folds that no turn of any of the sets has a sample of.
pub fn uncovered(k: usize, sets: &[&SplitExpr]) -> Vec<usize> {
    let covered = |j: usize, set: &SplitExpr| {
        let at_j = |s: &&Sample<'_>| s.at.get(&None).is_none_or(|d| d.is_none_or(|d| d == j as i64));
        // A sample whose distance from fold 0 is "none of the mentioned" stands for j only where j is not mentioned.
        let mentioned = bases(&[set], k).get(&None).is_some_and(|c| c.contains(&(j as i64)));
        let fits = |s: &&Sample<'_>| s.split.is_none() && (!mentioned || s.at.get(&None) == Some(&Some(j as i64)));
        samples(&[set], k).iter().filter(at_j).filter(fits).any(|s| s.is_in(set, k))
    };
    (0..k).filter(|&j| !sets.iter().any(|set| covered(j, set))).collect()
}

/// Whether the sets, over all turns, have every sample of the training split.
pub fn covers(folds: Folds, sets: &[&SplitExpr]) -> bool {
    rings(folds, sets).all(|k| uncovered(k, sets).is_empty())
}

/// The splits, other than the training split, that the set can have samples of.
pub fn splits_in(set: &SplitExpr) -> Vec<String> {
    let mut names = BTreeSet::new();
    named(set, &mut names);
    let sole = |name: &&str| Sample { split: Some(name), at: BTreeMap::new() }.is_in(set, 2);
    names.into_iter().filter(sole).map(String::from).collect()
}

/// A turn in which the set has no sample.
pub fn empty_turn(k: usize, set: &SplitExpr) -> Option<LoopValues> {
    if !splits_in(set).is_empty() {
        return None;
    }
    turns(k, set)?.into_iter().find(|turn| folds_of(k, set, turn).is_empty())
}

/// Every turn of the variables the set mentions; `None` where there are too many to try.
pub fn turns(k: usize, set: &SplitExpr) -> Option<Vec<LoopValues>> {
    let variables: Vec<Variable> = bases(&[set], k).into_keys().flatten().collect();
    let count = k.checked_pow(variables.len() as u32).filter(|n| n.saturating_mul(k) <= MAX_TRIES)?;
    let digit = |turn: usize, place: usize| turn / k.pow(place as u32) % k;
    Some((0..count).map(|turn| variables.iter().enumerate().map(|(i, v)| (*v, digit(turn, i))).collect()).collect())
}

/// The folds a set has in one turn.
pub fn folds_of(k: usize, set: &SplitExpr, turn: &LoopValues) -> Vec<usize> {
    let from = |v: &Variable| turn.get(v).copied().unwrap_or(0) as i64;
    let keys: Vec<Base> = bases(&[set], k).into_keys().collect();
    (0..k)
        .filter(|&j| {
            let distance = |b: &Base| Some((j as i64 - b.as_ref().map_or(0, from)).rem_euclid(k as i64));
            let sample = Sample { split: None, at: keys.iter().map(|b| (*b, distance(b))).collect() };
            sample.is_in(set, k)
        })
        .collect()
}

/// The set with an index in the place of each variable.
pub fn rename(set: &SplitExpr, by: &dyn Fn(Variable) -> Index) -> SplitExpr {
    let index = |i: &Index| match i.variable {
        Some(v) => Index { offset: by(v).offset + i.offset, ..by(v) },
        None => *i,
    };
    let both = |a: &SplitExpr, b: &SplitExpr| (Box::new(rename(a, by)), Box::new(rename(b, by)));
    match set {
        SplitExpr::All => SplitExpr::All,
        SplitExpr::Named(name) => SplitExpr::Named(name.clone()),
        SplitExpr::Fold(i) => SplitExpr::Fold(index(i)),
        SplitExpr::Except(i) => SplitExpr::Except(index(i)),
        SplitExpr::Union(a, b) => {
            let (a, b) = both(a, b);
            SplitExpr::Union(a, b)
        }
        SplitExpr::Difference(a, b) => {
            let (a, b) = both(a, b);
            SplitExpr::Difference(a, b)
        }
        SplitExpr::Intersection(a, b) => {
            let (a, b) = both(a, b);
            SplitExpr::Intersection(a, b)
        }
    }
}

/// How many kinds of sample the set tells apart: what a proof about it costs, and a proof about two of them at most squared.
pub fn kinds(set: &SplitExpr) -> usize {
    bases(&[set], usize::MAX >> 1).values().fold(1, |kinds: usize, c| kinds.saturating_mul(c.len() + 1))
}

/// Whether the set is written with `fold` or `except`.
pub fn mentions_folds(set: &SplitExpr) -> bool {
    match set {
        SplitExpr::Fold(_) | SplitExpr::Except(_) => true,
        SplitExpr::All | SplitExpr::Named(_) => false,
        SplitExpr::Union(a, b) | SplitExpr::Difference(a, b) | SplitExpr::Intersection(a, b) => {
            mentions_folds(a) || mentions_folds(b)
        }
    }
}

/// Whether a loop variable stands in the set.
pub fn mentions(set: &SplitExpr, variable: Variable) -> bool {
    indices(set).iter().any(|index| index.variable == Some(variable))
}

// ---------------------------------------------------------------- the procedure

/// What can be said of one sample: its split, or how far its fold is from each base.
struct Sample<'a> {
    /// `None`: the training split.
    split: Option<&'a str>,
    /// `None`: no distance that the formula mentions.
    at: BTreeMap<Base, Option<i64>>,
}

impl Sample<'_> {
    fn is_in(&self, set: &SplitExpr, k: usize) -> bool {
        let at = |i: &Index| self.at.get(&i.variable) == Some(&Some(i.offset.rem_euclid(k as i64)));
        match set {
            SplitExpr::All => self.split.is_none(),
            SplitExpr::Named(name) => self.split == Some(name),
            SplitExpr::Fold(i) => self.split.is_none() && at(i),
            SplitExpr::Except(i) => self.split.is_none() && !at(i),
            SplitExpr::Union(a, b) => self.is_in(a, k) || self.is_in(b, k),
            SplitExpr::Difference(a, b) => self.is_in(a, k) && !self.is_in(b, k),
            SplitExpr::Intersection(a, b) => self.is_in(a, k) && self.is_in(b, k),
        }
    }
}

/// One sample of every kind that the sets can tell apart in a ring of `k`.
fn samples<'a>(sets: &[&'a SplitExpr], k: usize) -> Vec<Sample<'a>> {
    let mut kinds = vec![BTreeMap::new()];
    for (base, mentioned) in bases(sets, k) {
        let unmentioned = (mentioned.len() < k).then_some(None);
        let distances: Vec<Option<i64>> = mentioned.into_iter().map(Some).chain(unmentioned).collect();
        kinds = kinds
            .into_iter()
            .flat_map(|kind| {
                distances.iter().map(move |distance| {
                    let mut longer: BTreeMap<Base, Option<i64>> = kind.clone();
                    longer.insert(base, *distance);
                    longer
                })
            })
            .collect();
    }
    let mut names = BTreeSet::new();
    sets.iter().for_each(|set| named(set, &mut names));
    let others = names.into_iter().map(|name| Sample { split: Some(name), at: BTreeMap::new() });
    kinds.into_iter().map(|at| Sample { split: None, at }).chain(others).collect()
}

/// Remainders mentioned of every base.
fn bases(sets: &[&SplitExpr], k: usize) -> BTreeMap<Base, BTreeSet<i64>> {
    let mut found: BTreeMap<Base, BTreeSet<i64>> = BTreeMap::new();
    for index in sets.iter().flat_map(|set| indices(set)) {
        found.entry(index.variable).or_default().insert(index.offset.rem_euclid(k as i64));
    }
    found
}

/// The numbers of folds to try.
fn rings(folds: Folds, sets: &[&SplitExpr]) -> std::ops::RangeInclusive<usize> {
    match folds {
        Folds::Known(k) => k.max(1)..=k.max(1),
        Folds::Any => {
            let mut spread: BTreeMap<Base, (i64, i64)> = BTreeMap::new();
            for index in sets.iter().flat_map(|set| indices(set)) {
                let (low, high) = spread.entry(index.variable).or_insert((index.offset, index.offset));
                (*low, *high) = ((*low).min(index.offset), (*high).max(index.offset));
            }
            // A constant fold must exist, and be another than fold 0 or not.
            let widest = spread.iter().map(|(base, (low, high))| if base.is_none() { *high } else { high - low });
            2..=widest.max().unwrap_or(0).clamp(0, MAX_FOLDS - 2) as usize + 2
        }
    }
}

fn indices(set: &SplitExpr) -> Vec<Index> {
    match set {
        SplitExpr::All | SplitExpr::Named(_) => vec![],
        SplitExpr::Fold(i) | SplitExpr::Except(i) => vec![*i],
        SplitExpr::Union(a, b) | SplitExpr::Difference(a, b) | SplitExpr::Intersection(a, b) => {
            [indices(a), indices(b)].concat()
        }
    }
}

fn named<'a>(set: &'a SplitExpr, names: &mut BTreeSet<&'a str>) {
    match set {
        SplitExpr::Named(name) => {
            names.insert(name);
        }
        SplitExpr::All | SplitExpr::Fold(_) | SplitExpr::Except(_) => {}
        SplitExpr::Union(a, b) | SplitExpr::Difference(a, b) | SplitExpr::Intersection(a, b) => {
            named(a, names);
            named(b, names);
        }
    }
}

#[cfg(test)]
mod tests;
