//! A dataset in memory.

use super::array::{Array, Target};
use super::error::{Code, DataError};
use super::fault::Fault;
use super::groups::{Group, Parts};
use super::standardize::Standard;
use crate::builtin::{Asked, Presence};
use crate::id::SampleId;
use crate::split::SplitName;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What to do where there are fewer groups than folds.
const TOO_FEW: &str = "use fewer folds; samples that share a group, or are linked through others, are one: a group that only names \
                       samples is declared `grouped: false`, and `folds 4, grouped: false` cuts through all of them";

/// A dataset in memory. Samples of all splits lie in one array each; a sample's id is its place there.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    pub name: String,
    /// In the order of the description. Datasets that differ in their splits share what these have no say in.
    pub modalities: Vec<Arc<Array>>,
    pub targets: Vec<Target>,
    /// What samples belong together by, in the order of the description.
    pub groups: Vec<Group>,
    /// Ids in ascending order, none empty.
    pub splits: BTreeMap<SplitName, Vec<SampleId>>,
    pub samples: usize,
    /// Of the samples, by id, where files name them; else empty.
    pub names: Vec<String>,
    /// Of the samples, by id, their rows in the files, counted through; empty where every row is a sample.
    pub rows: Vec<u32>,
    /// Where splits have files or arrays of their own, how many rows those before each have; else empty.
    pub begins: Vec<u32>,
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
        let modalities = modalities.into_iter().map(Arc::new).collect();
        let (groups, names, standards, remarks) = (vec![], vec![], BTreeMap::new(), vec![]);
        let (name, rows, begins) = (name.into(), vec![], vec![]);
        Self { name, modalities, targets, groups, splits, samples, names, rows, begins, standards, remarks }
    }

    /// The row of the files that a sample is, counted through all of them.
    pub fn row(&self, id: SampleId) -> usize {
        self.rows.get(id.row()).map_or(id.row(), |row| *row as usize)
    }

    /// Ids of the split called `name`.
    pub fn split(&self, name: &str) -> Option<&[SampleId]> {
        self.splits.get(name).map(Vec::as_slice)
    }

    pub fn modality(&self, name: &str) -> Option<&Array> {
        self.modalities.iter().find(|array| array.name == name).map(Arc::as_ref)
    }

    /// Which samples have a modality, 1 or 0 each, where that was asked.
    pub fn available(&self, modality: &str) -> Option<&Array> {
        self.answer(modality, Presence::Sample)
    }

    /// What a network was told of a modality, sample by sample or step by step.
    pub fn answer(&self, modality: &str, presence: Presence) -> Option<&Array> {
        self.modality(&Asked { presence, modality: modality.into() }.to_string())
    }

    pub fn target(&self, name: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.name == name)
    }

    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.name == name)
    }

    /// The parts of its samples that groups keep together: what folds do not cut through. Nothing where no group does.
    pub fn parts(&self) -> Option<Parts> {
        Parts::of(self.groups.iter().filter(|group| group.kept))
    }

    /// Whether the training split has a part for each of so many folds.
    ///
    /// # Errors
    /// It has fewer groups.
    pub fn holds_folds(&self, count: usize) -> Result<(), DataError> {
        let train = self.split(&SplitName::TRAIN).unwrap_or(&[]);
        match self.parts().map(|parts| parts.among(train).len()) {
            Some(there) if there < count => {
                let names: Vec<String> =
                    self.groups.iter().filter(|group| group.kept).map(|group| format!("`{}`", group.name)).collect();
                let names = names.join(" and ");
                let error =
                    DataError::new(Code::TooFewGroups, format!("`train` has fewer groups by {names} than folds"));
                let parts = if there == 1 { "one".into() } else { there.to_string() };
                Err(error.expected(format!("{count} or more, one a fold")).found(parts).help(TOO_FEW))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// What the classes of targets are called, by the target, where they have names.
    pub fn class_names(&self) -> BTreeMap<String, Vec<String>> {
        let named = self.targets.iter().filter(|target| !target.kind.names().is_empty());
        named.map(|target| (target.name.clone(), target.kind.names().to_vec())).collect()
    }

    /// The class of every sample, by id, where a target says it: what stratified splits and folds go by.
    pub fn classes(&self) -> Option<&[f32]> {
        self.targets.iter().find(|t| t.kind.is_one_class()).map(|t| t.values.as_slice())
    }
}
