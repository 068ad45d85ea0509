//! A dataset in memory.

use super::array::{Array, Target};
use super::fault::Fault;
use super::standardize::Standard;
use crate::id::SampleId;
use crate::split::SplitName;
use std::collections::BTreeMap;

/// A dataset in memory. Samples of all splits lie in one array each; a sample's id is its place there.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    pub name: String,
    /// In the order of the description.
    pub modalities: Vec<Array>,
    pub targets: Vec<Target>,
    /// Ids in ascending order, none empty.
    pub splits: BTreeMap<SplitName, Vec<SampleId>>,
    pub samples: usize,
    /// Of the samples, by id, where files name them; else empty.
    pub names: Vec<String>,
    /// What modalities are standardized by.
    pub standards: BTreeMap<String, Standard>,
    /// What is odd about it, and no mistake for sure.
    pub remarks: Vec<Fault>,
}

impl Dataset {
    /// Of samples without names that nothing was done to.
    pub fn new(
        name: impl Into<String>,
        modalities: Vec<Array>,
        targets: Vec<Target>,
        splits: BTreeMap<SplitName, Vec<SampleId>>,
        samples: usize,
    ) -> Self {
        let (names, standards, remarks) = (vec![], BTreeMap::new(), vec![]);
        Self { name: name.into(), modalities, targets, splits, samples, names, standards, remarks }
    }

    /// Ids of the split called `name`.
    pub fn split(&self, name: &str) -> Option<&[SampleId]> {
        self.splits.get(name).map(Vec::as_slice)
    }

    pub fn modality(&self, name: &str) -> Option<&Array> {
        self.modalities.iter().find(|array| array.name == name)
    }

    pub fn target(&self, name: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.name == name)
    }

    /// The class of every sample, by id, where a target says it: what stratified splits and folds go by.
    pub fn classes(&self) -> Option<&[f32]> {
        self.targets.iter().find(|t| t.kind.is_one_class()).map(|t| t.values.as_slice())
    }
}
