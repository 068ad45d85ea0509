//! How near splits and folds that keep groups together came to what was asked of them.

use super::dataset::Dataset;
use super::groups::class_counts;
use super::spec::DataSpec;
use crate::builtin::dataset::{Kept, SplitRule};
use crate::id::SampleId;
use std::fmt;

/// A split that was drawn by groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    pub split: String,
    /// Of all samples that are shared out.
    pub wanted: f64,
    pub found: f64,
    /// The largest difference between the share of a class here and among all of them; nothing where no class is asked for.
    pub classes: Option<f64>,
}

/// Of every split that is one random share drawn by groups.
pub fn shares(spec: &DataSpec, data: &Dataset) -> Vec<Share> {
    let all: Vec<SampleId> = SampleId::of(0..data.samples).collect();
    let drawn = spec.splits.iter().filter_map(|split| {
        let SplitRule::Random { share, stratified, kept } = &split.rule else { return None };
        let by = data.groups.iter().any(|group| match kept {
            Kept::Groups => group.kept,
            Kept::These(names) => names.contains(&group.name),
            Kept::Nothing => false,
        });
        let ids = data.split(&split.name).filter(|_| by)?;
        let classes = data.classes().filter(|_| *stratified).map(|classes| off(ids, &all, classes));
        let found = ids.len() as f64 / data.samples.max(1) as f64;
        Some(Share { split: split.name.to_string(), wanted: *share, found, classes })
    });
    drawn.collect()
}

/// The largest difference between the share of a class among these samples and among all.
pub fn off(ids: &[SampleId], all: &[SampleId], classes: &[f32]) -> f64 {
    let counts = class_counts(&[ids.to_vec(), all.to_vec()], Some(classes));
    let share = |of: &[usize], class: usize| of[class] as f64 / of.iter().sum::<usize>().max(1) as f64;
    (0..counts[0].len()).map(|c| (share(&counts[0], c) - share(&counts[1], c)).abs()).fold(0.0, f64::max)
}

/// "79.2": in parts of a hundred.
pub fn points(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { split, wanted, found, classes } = self;
        write!(f, "`{split}` has {} % of the samples, where {} % are asked for", points(*found), points(*wanted))?;
        match classes {
            Some(off) => write!(f, "; shares of classes differ by {} points at most", points(*off)),
            None => Ok(()),
        }
    }
}
