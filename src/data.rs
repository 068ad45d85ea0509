//! The dataset in memory and how it comes to be: from a plain description, files and one seed.
//! Owns the description, the result and the walk between them; formats, splits, folds and batches have files below.

use crate::builtin::dataset::{Generator, Preparation, Source, SplitRule, Transform};
use crate::builtin::{Holds, TargetKind};
use crate::seed::Seed;
use open::Column;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

mod events;
mod file;
mod lists;
mod load;
mod number;
mod open;
mod packed;
mod parquet;
mod path;
mod piece;
mod recipe;
mod remarks;
mod splits;
mod standardize;
mod stored;
mod within;

pub mod activitynet;
pub mod actual;
pub mod array;
pub mod batches;
pub mod check;
pub mod csv;
pub mod describe;
pub mod error;
pub mod folds;
pub mod hdf5;
pub mod inspect;
pub mod mat;
pub mod npy;
pub mod npz;
pub mod pickle;
mod room;
pub mod rows;
pub mod samples;
pub mod synth;
pub mod table;
pub mod values;
mod weights;

pub use actual::{Actual, actual};
pub use array::{Array, Target};
pub use batches::Batches;
pub use check::{Fault, Place, Problem, check};
pub use describe::{Description, describe};
pub use error::DataError;
pub use events::labels;
pub use file::{Changed, changed, digest};
pub use folds::{Folds, SplitSet};
pub use inspect::{Inspection, inspect};
pub use path::{files, is_file};
pub use recipe::{Draws, Recipe};
pub use room::{allow, needs};
pub use rows::Rows;
pub use standardize::{Standard, standards};
pub use weights::weights;
pub use within::Folders;

/// The split that statistics are taken of, and that folds divide.
pub const TRAIN: &str = "train";

/// A dataset as the checker hands it over: no names to resolve, no places in a text.
#[derive(Clone, Debug)]
pub struct DataSpec {
    pub name: String,
    /// A folder, or the file that sources without a file of their own read.
    pub root: Option<PathBuf>,
    /// Where its files may lie.
    pub within: Folders,
    pub generator: Option<Arc<dyn Generator>>,
    pub modalities: Vec<ModalitySpec>,
    pub targets: Vec<TargetSpec>,
    pub splits: Vec<SplitSpec>,
    /// Bytes of each modality that are kept in memory: no bit of any result depends on it.
    pub kept: u64,
}

#[derive(Clone, Debug)]
pub struct ModalitySpec {
    pub name: String,
    /// Axes of one sample.
    pub shape: Vec<usize>,
    /// Joined along the samples.
    pub sources: Vec<Arc<dyn Source>>,
    /// In the order they are applied.
    pub transforms: Vec<Arc<dyn Preparation>>,
    /// What its reader takes it for.
    pub holds: Holds,
}

#[derive(Clone, Debug)]
pub struct TargetSpec {
    pub name: String,
    pub kind: TargetKind,
    /// Joined along the samples.
    pub sources: Vec<Arc<dyn Source>>,
    /// In the order they are applied.
    pub transforms: Vec<Arc<dyn Preparation>>,
}

#[derive(Clone, Debug)]
pub struct SplitSpec {
    pub name: String,
    pub rule: SplitRule,
}

impl DataSpec {
    /// The same without `standardize`, and what comes behind it.
    pub fn raw(&self) -> Self {
        let alone = |p: &&Arc<dyn Preparation>| matches!(p.transform(), Transform::Each(_));
        let bare = |m: &ModalitySpec| ModalitySpec {
            transforms: m.transforms.iter().take_while(alone).cloned().collect(),
            ..m.clone()
        };
        Self { modalities: self.modalities.iter().map(bare).collect(), ..self.clone() }
    }

    /// Modalities, then targets.
    fn columns(&self) -> Vec<Column<'_>> {
        let modalities = self.modalities.iter().enumerate().map(|(i, m)| Column {
            place: Place::Modality(i),
            name: &m.name,
            kind: None,
            axes: m.shape.clone(),
            sources: &m.sources,
            transforms: &m.transforms,
        });
        let targets = self.targets.iter().enumerate().map(|(i, t)| Column {
            place: Place::Target(i),
            name: &t.name,
            kind: Some(&t.kind),
            axes: t.kind.shape(),
            sources: &t.sources,
            transforms: &t.transforms,
        });
        modalities.chain(targets).collect()
    }
}

/// A dataset in memory. Samples of all splits lie in one array each; a sample's id is its place there.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    pub name: String,
    /// In the order of the description.
    pub modalities: Vec<Array>,
    pub targets: Vec<Target>,
    /// Ids in ascending order, none empty.
    pub splits: BTreeMap<String, Vec<u32>>,
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
        splits: BTreeMap<String, Vec<u32>>,
        samples: usize,
    ) -> Self {
        let (names, standards, remarks) = (vec![], BTreeMap::new(), vec![]);
        Self { name: name.into(), modalities, targets, splits, samples, names, standards, remarks }
    }

    /// Ids of the split called `name`.
    pub fn split(&self, name: &str) -> Option<&[u32]> {
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

/// Bytes of an array that are kept in memory where nothing else is said: 512 MiB. Of a larger one the first samples are kept,
/// and the others read whenever they are wanted.
pub const KEPT: u64 = 1 << 29;

static KEEP: AtomicU64 = AtomicU64::new(KEPT);

/// Makes this program keep so many bytes of every modality. How much memory there is is nothing a program of the language
/// says, so it is said once for all of them.
pub fn keep(bytes: u64) {
    KEEP.store(bytes, Ordering::Relaxed);
}

/// What was said last, or [`KEPT`].
pub fn kept() -> u64 {
    KEEP.load(Ordering::Relaxed)
}

/// Reads or generates everything the description names.
///
/// Streams of `seed`: `data` (the generator), `fresh/NAME` (split NAME of new points), `split` (random splits). The
/// same description, files and seed give the same bits, whatever is kept in memory.
///
/// # Errors
/// Whatever [`check`] finds, and whatever is wrong with the files: missing, unreadable, of another shape, with values
/// that are not finite or no class ids, a sample in two splits, or a split without samples.
pub fn load(spec: &DataSpec, seed: Seed) -> Result<Dataset, DataError> {
    load_by(spec, seed, &BTreeMap::new())
}

/// The same, standardized by what was learned elsewhere, by the modalities' names.
///
/// # Errors
/// Those of [`load`].
pub fn load_by(spec: &DataSpec, seed: Seed, standards: &BTreeMap<String, Standard>) -> Result<Dataset, DataError> {
    if let Some(problem) = check(spec).into_iter().next() {
        return Err(problem.into_error(spec));
    }
    let mut faults = vec![];
    let dataset = load::all(spec, seed, standards, load::Until::First, &mut faults);
    match (dataset, faults.into_iter().next()) {
        (_, Some(fault)) => Err(file::explained(fault.error)),
        (Some(dataset), None) => Ok(dataset),
        (None, None) => unreachable!("a dataset that is not there has a fault"),
    }
}

/// The same of files that may be changed meanwhile: whatever is read, now and later, is of the files as they are when this
/// begins.
///
/// # Errors
/// Those of [`load`], and a file that was changed.
pub fn load_held(spec: &DataSpec, seed: Seed, standards: &BTreeMap<String, Standard>) -> Result<Dataset, DataError> {
    for (_, path) in files(spec) {
        // What cannot be read is said when it is loaded.
        let _ = digest(&path);
    }
    load_by(spec, seed, standards)
}

/// Everything wrong with the data that a sound description names, and everything odd about it: all of it is read.
pub fn audit(spec: &DataSpec, seed: Seed) -> Audit {
    let mut faults = vec![];
    let dataset = load::all(spec, seed, &BTreeMap::new(), load::Until::Last, &mut faults);
    Audit { dataset: dataset.filter(|_| faults.is_empty()), faults }
}

/// What an [`audit`] finds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audit {
    /// What cannot be trained on.
    pub faults: Vec<Fault>,
    /// What was read, where there are no faults.
    pub dataset: Option<Dataset>,
}

impl Audit {
    /// What can be trained on, and says less than it seems to.
    pub fn remarks(&self) -> &[Fault] {
        self.dataset.as_ref().map_or(&[], |dataset| &dataset.remarks)
    }
}

#[cfg(test)]
mod tests;
