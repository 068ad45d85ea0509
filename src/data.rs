//! The dataset in memory and how it comes to be: from a plain description, files and one seed.
//! Owns the description, the result and the walk between them; formats, splits, folds and batches have files below.

use crate::builtin::TargetKind;
use crate::builtin::dataset::{Generator, Source, SplitRule, Transform};
use crate::seed::Seed;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

mod block;
mod csv;
mod events;
mod number;
mod packed;
mod path;
mod splits;
mod standardize;
mod stored;

pub mod activitynet;
pub mod batches;
pub mod check;
pub mod describe;
pub mod error;
pub mod folds;
pub mod hdf5;
pub mod inspect;
pub mod npy;
pub mod npz;
pub mod pickle;
pub mod rows;
pub mod samples;
pub mod synth;
pub mod table;
mod weights;

pub use batches::Batches;
pub use check::{Place, Problem, check};
pub use describe::{Description, describe};
pub use error::DataError;
pub use events::labels;
pub use folds::{Folds, SplitSet};
pub use inspect::{Inspection, inspect};
pub use path::{digest, files};
pub use rows::Rows;
pub use standardize::{Standard, standards};
pub use weights::weights;

/// The split that statistics are taken of, and that folds divide.
pub const TRAIN: &str = "train";

/// A dataset as the checker hands it over: no names to resolve, no places in a text.
#[derive(Clone, Debug)]
pub struct DataSpec {
    pub name: String,
    /// A folder, or the file that sources without a file of their own read.
    pub root: Option<PathBuf>,
    pub generator: Option<Arc<dyn Generator>>,
    pub modalities: Vec<ModalitySpec>,
    pub targets: Vec<TargetSpec>,
    pub splits: Vec<SplitSpec>,
}

#[derive(Clone, Debug)]
pub struct ModalitySpec {
    pub name: String,
    /// Axes of one sample.
    pub shape: Vec<usize>,
    pub source: Arc<dyn Source>,
    /// In the order they are applied; none changes the shape.
    pub transforms: Vec<Transform>,
}

#[derive(Clone, Debug)]
pub struct TargetSpec {
    pub name: String,
    pub kind: TargetKind,
    pub source: Arc<dyn Source>,
}

#[derive(Clone, Debug)]
pub struct SplitSpec {
    pub name: String,
    pub rule: SplitRule,
}

impl DataSpec {
    /// The same with nothing done to the values.
    pub fn raw(&self) -> Self {
        let bare = |m: &ModalitySpec| ModalitySpec { transforms: vec![], ..m.clone() };
        Self { modalities: self.modalities.iter().map(bare).collect(), ..self.clone() }
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
}

/// One modality of every sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub name: String,
    /// Axes of one sample.
    pub axes: Vec<usize>,
    /// `samples × elements`, row-major, all finite.
    pub values: Vec<f32>,
}

/// One target of every sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub name: String,
    pub kind: TargetKind,
    /// `samples × elements of the kind's shape`, row-major: class ids in `0..classes`, 0 or 1 each, or finite numbers.
    pub values: Vec<f32>,
}

impl Dataset {
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
        self.targets.iter().find(|t| check::is_one_class(&t.kind)).map(|t| t.values.as_slice())
    }
}

impl Array {
    /// Elements of one sample.
    pub fn width(&self) -> usize {
        self.axes.iter().product()
    }

    /// Writes these samples into `batch` (`ids × elements`), reusing its memory.
    pub fn gather(&self, ids: &[u32], batch: &mut Vec<f32>) {
        gather(&self.values, self.width(), ids, batch);
    }
}

impl Target {
    /// Elements of one sample.
    pub fn width(&self) -> usize {
        self.kind.shape().iter().product()
    }

    /// Writes these samples into `batch` (`ids × elements`), reusing its memory.
    pub fn gather(&self, ids: &[u32], batch: &mut Vec<f32>) {
        gather(&self.values, self.width(), ids, batch);
    }
}

fn gather(values: &[f32], width: usize, ids: &[u32], batch: &mut Vec<f32>) {
    batch.clear();
    batch.reserve(ids.len() * width);
    for &id in ids {
        batch.extend_from_slice(&values[id as usize * width..][..width]);
    }
}

/// Reads or generates everything the description names.
///
/// Streams of `seed`: `data` (the generator), `fresh/NAME` (split NAME of new points), `split` (random splits). The
/// same description, files and seed give the same bits.
///
/// # Errors
/// Whatever [`check`] finds, and whatever is wrong with the files: missing, unreadable, of another shape, with values
/// that are not finite or no class ids, or a split without samples.
pub fn load(spec: &DataSpec, seed: Seed) -> Result<Dataset, DataError> {
    if let Some(problem) = check(spec).into_iter().next() {
        return Err(problem.into_error(spec));
    }
    let mut parts = splits::parts(spec);
    let mut whole = block::read(spec, &parts[0].kind, seed)?;
    parts[0].ids = 0..whole.samples;
    for part in &mut parts[1..] {
        let block = block::read(spec, &part.kind, seed)?;
        part.ids = whole.samples..whole.samples + block.samples;
        whole.append(block);
    }
    if u32::try_from(whole.samples).is_err() {
        return Err(error::too_many_samples(&spec.name, whole.samples));
    }
    let mut dataset = whole.into_dataset(spec);
    dataset.splits = splits::assign(spec, &parts, dataset.classes(), seed)?;
    for (modality, array) in spec.modalities.iter().zip(&mut dataset.modalities) {
        for transform in &modality.transforms {
            match transform {
                Transform::Standardize => Standard::of(array, &dataset.splits[TRAIN]).apply(&mut array.values),
            }
        }
        if array.values.iter().any(|value| !value.is_finite()) {
            return Err(error::overflowed(&modality.name));
        }
    }
    Ok(dataset)
}

#[cfg(test)]
mod tests;
