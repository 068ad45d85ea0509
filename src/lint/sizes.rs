//! How many samples a split or a set has, where that is known without reading files, or they were read. Owns no opinion.

use crate::hir::{Dataset, Deal, SplitRule};
use crate::plan::SplitSet;
use crate::split::SplitName;
use std::collections::BTreeSet;

/// Samples of a split; `None` where files decide and were not read.
pub fn split(data: &Dataset, name: &str) -> Option<usize> {
    let split = data.splits.iter().find(|s| s.name == name)?;
    if let Some(counted) = &split.counted {
        return Some(counted.samples);
    }
    split.rule.parts().iter().map(|rule| of(data, rule)).sum()
}

/// Samples of each class of a split; nothing where that is not known.
pub fn classes(data: &Dataset, name: &str) -> Vec<usize> {
    let Some(split) = data.splits.iter().find(|split| split.name == name) else { return vec![] };
    match (&split.counted, &split.rule, own(data)) {
        (Some(counted), ..) => counted.classes.clone(),
        (None, SplitRule::Random { share, stratified: true, .. }, Some((classes, per_class))) => {
            vec![drawn(*share, 1, per_class); classes]
        }
        // A generator makes one class after another.
        (None, SplitRule::Rows { start, end }, Some((classes, per_class))) => {
            let within = |at: usize, class: usize| at.clamp(class * per_class, (class + 1) * per_class);
            (0..classes).map(|class| within(*end, class).saturating_sub(within(*start, class))).collect()
        }
        _ => vec![],
    }
}

fn of(data: &Dataset, rule: &SplitRule) -> Option<usize> {
    match (rule, own(data)) {
        (SplitRule::Fresh { samples }, _) => Some(*samples),
        // A part may have some of the rows.
        (SplitRule::Rows { .. }, _) if data.splits.iter().any(|split| matches!(split.rule, SplitRule::Part { .. })) => {
            None
        }
        (SplitRule::Rows { start, end }, _) => Some(end.saturating_sub(*start)),
        (SplitRule::Part { .. } | SplitRule::Random { .. }, Some((classes, per_class))) => {
            taken(rule, classes, per_class)
        }
        (SplitRule::Rest, Some((classes, per_class))) => {
            let rules = data.splits.iter().flat_map(|s| s.rule.parts());
            let taken: Option<usize> = rules.map(|rule| taken(rule, classes, per_class)).sum();
            (classes * per_class).checked_sub(taken?)
        }
        (SplitRule::Random { .. } | SplitRule::Rest | SplitRule::Part { .. }, None) => None,
        (SplitRule::Key { .. } | SplitRule::Indices { .. } | SplitRule::Names { .. }, _) => None,
        (SplitRule::Where(_) | SplitRule::Union(_), _) => None,
    }
}

/// Classes of the dataset's generator, and samples of each.
fn own(data: &Dataset) -> Option<(usize, usize)> {
    data.generator.as_ref().map(|g| (g.classes(), g.per_class()))
}

/// A share of each of so many strata of equal size.
fn drawn(share: f64, strata: usize, samples: usize) -> usize {
    strata * (share * samples as f64).round() as usize
}

/// Of the generator's own samples.
fn taken(rule: &SplitRule, classes: usize, per_class: usize) -> Option<usize> {
    match rule {
        SplitRule::Random { share, stratified: true, .. } => Some(drawn(*share, classes, per_class)),
        SplitRule::Random { share, stratified: false, .. } => Some(drawn(*share, 1, classes * per_class)),
        SplitRule::Rows { start, end } => Some(end.saturating_sub(*start)),
        SplitRule::Rest | SplitRule::Fresh { .. } => Some(0),
        SplitRule::Part { deal: Deal::Into { parts, .. }, .. } => Some(classes * per_class / parts),
        SplitRule::Part { deal: Deal::Each(_), .. } => None,
        SplitRule::Key { .. } | SplitRule::Indices { .. } | SplitRule::Names { .. } => None,
        SplitRule::Where(_) | SplitRule::Union(_) => None,
    }
}

/// Samples of a set, where the training split has `training` in `k` folds. Folds differ by one sample at most; where they keep
/// groups together, that is about what they have.
pub fn set(data: &Dataset, set: &SplitSet, k: usize, training: usize) -> Option<usize> {
    let size = |part: Part<'_>| match part {
        Part::Fold(j) => Some(training / k + usize::from(j < training % k)),
        Part::Split(name) => split(data, name),
    };
    parts(set, k).into_iter().map(size).sum()
}

/// What sets are made of: folds of the training split, and other splits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part<'s> {
    Fold(usize),
    Split(&'s str),
}

fn parts(set: &SplitSet, k: usize) -> BTreeSet<Part<'_>> {
    match set {
        SplitSet::All => (0..k).map(Part::Fold).collect(),
        SplitSet::Named(name) if *name == SplitName::TRAIN => (0..k).map(Part::Fold).collect(),
        SplitSet::Named(name) => BTreeSet::from([Part::Split(name)]),
        SplitSet::Fold(j) => BTreeSet::from([Part::Fold(*j)]),
        SplitSet::Except(j) => (0..k).filter(|i| i != j).map(Part::Fold).collect(),
        SplitSet::Union(a, b) => &parts(a, k) | &parts(b, k),
        SplitSet::Difference(a, b) => &parts(a, k) - &parts(b, k),
        SplitSet::Intersection(a, b) => &parts(a, k) & &parts(b, k),
    }
}
