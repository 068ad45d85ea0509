//! From a description, files and one seed to a dataset in memory, or to what is wrong.

use super::assemble;
use super::check::check;
use super::dataset::Dataset;
use super::error::DataError;
use super::fault::{Fault, Until};
use super::file::{digest, explained};
use super::inventory::files;
use super::material::Material;
use super::memory::shared;
use super::spec::{DataSpec, SplitSpec};
use super::splits;
use super::standardize::Standards;
use crate::builtin::dataset::SplitRule;
use crate::id::SampleId;
use crate::seed::Seed;
use crate::split::SplitName;

/// Reads or generates everything the description names.
///
/// Streams of `seed`: `data` (the generator), `fresh/NAME` (split NAME of new points), `split` (random splits). The
/// same description, files and seed give the same bits, whatever is kept in memory.
///
/// # Errors
/// Whatever [`check`] finds, and whatever is wrong with the files: missing, unreadable, of another shape, with values
/// that are not finite or no class ids, a sample in two splits, or a split without samples.
pub fn load(spec: &DataSpec, seed: Seed) -> Result<Dataset, DataError> {
    load_by(spec, seed, &Standards::new())
}

/// The same, standardized by what was learned elsewhere, by the modalities' names.
///
/// # Errors
/// Those of [`load`].
pub fn load_by(spec: &DataSpec, seed: Seed, standards: &Standards) -> Result<Dataset, DataError> {
    if let Some(problem) = check(spec).into_iter().next() {
        return Err(problem.into_error(spec));
    }
    let mut faults = vec![];
    let dataset = assemble::all(spec, seed, standards, Until::First, &mut faults);
    whole(dataset, faults)
}

/// Reads of a sound dataset of files what no seed and no part has a say in; of what is prepared for learning at most so many bytes.
///
/// # Errors
/// Those of [`load`], as far as they are of what is read.
pub fn read(spec: &DataSpec, limit: u64) -> Result<Material, DataError> {
    if let Some(problem) = check(spec).into_iter().next() {
        return Err(problem.into_error(spec));
    }
    let mut faults = vec![];
    let material = Material::find(spec, Seed(0), Until::First, &mut faults);
    let (Some(mut material), None) = (material, faults.first()) else {
        let Some(fault) = faults.into_iter().next() else { unreachable!("material that is not there has a fault") };
        return Err(explained(fault.error));
    };
    material.share(spec, limit).map_err(|fault| explained(fault.error))?;
    Ok(material)
}

/// The same of what is read already: of the seed and the part of `spec`, which says else what it was read for.
///
/// # Errors
/// What is wrong with its splits, or with what is read for them.
pub fn load_from(material: &Material, spec: &DataSpec, seed: Seed) -> Result<Dataset, DataError> {
    let mut faults = vec![];
    let dataset = assemble::deal(spec, seed, material.clone(), &Standards::new(), Until::First, &mut faults);
    whole(dataset, faults)
}

fn whole(dataset: Option<Dataset>, faults: Vec<Fault>) -> Result<Dataset, DataError> {
    match (dataset, faults.into_iter().next()) {
        (_, Some(fault)) => Err(explained(fault.error)),
        (Some(dataset), None) => Ok(dataset),
        (None, None) => unreachable!("a dataset that is not there has a fault"),
    }
}

/// The same of files that may be changed meanwhile: whatever is read, now and later, is of the files as they are when this
/// begins.
///
/// # Errors
/// Those of [`load`], and a file that was changed.
pub fn load_held(spec: &DataSpec, seed: Seed, standards: &Standards) -> Result<Dataset, DataError> {
    for (_, path) in files(spec) {
        // What cannot be read is said when it is loaded.
        let _ = digest(&path);
    }
    load_by(spec, seed, standards)
}

/// Everything wrong with the data that a sound description names, and everything odd about it: all of it is read. Where samples go
/// round, of each part in turn; `heard` is told the part, from 0, how many there are, and what was found.
pub fn audits(spec: &DataSpec, seed: Seed, heard: &mut dyn FnMut(usize, usize, Audit)) {
    let mut faults = vec![];
    let Some(mut material) = Material::find(spec, seed, Until::Last, &mut faults) else {
        return heard(0, 1, Audit { faults, dataset: None });
    };
    // What is wrong with the files is wrong in every part.
    let parts = if faults.is_empty() { material.parts(spec, seed) } else { 1 };
    if parts > 1 {
        // What is wrong with a modality is found, and said, again.
        let _ = material.share(spec, shared());
    }
    for part in 0..parts {
        let (spec, mut faults) = (DataSpec { part, ..spec.clone() }, faults.clone());
        let dataset = assemble::deal(&spec, seed, material.clone(), &Standards::new(), Until::Last, &mut faults);
        heard(part, parts, Audit { dataset: dataset.filter(|_| faults.is_empty()), faults });
    }
}

/// What [`audits`] find.
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

/// What the parts of `cross each GROUP` are called; nothing where parts are numbered.
///
/// # Errors
/// Those of [`load`], as far as it reads: headers and groups.
pub fn parts(spec: &DataSpec, seed: Seed) -> Result<Vec<String>, DataError> {
    if let Some(problem) = check(spec).into_iter().next() {
        return Err(problem.into_error(spec));
    }
    assemble::parts(spec, seed).map_err(explained)
}

/// The test samples of every part, where samples go round; nothing where none do. No modality is read.
///
/// # Errors
/// Those of [`load`], as far as it reads: headers, targets and groups.
pub fn test_parts(spec: &DataSpec, seed: Seed) -> Result<Vec<Vec<SampleId>>, DataError> {
    let goes_round = |split: &SplitSpec| matches!(split.rule, SplitRule::Part { .. });
    if !spec.splits.iter().any(goes_round) {
        return Ok(vec![]);
    }
    if let Some(problem) = check(spec).into_iter().next() {
        return Err(problem.into_error(spec));
    }
    let mut faults = vec![];
    let material = Material::find(spec, seed, Until::First, &mut faults);
    let known = material.as_ref().and_then(|material| Some((material, material.known(spec)?)));
    let (Some((material, known)), None) = (known, faults.first()) else {
        let Some(fault) = faults.into_iter().next() else { unreachable!("material that is not there has a fault") };
        return Err(explained(fault.error));
    };
    let of = |part: usize| {
        let spec = DataSpec { part, ..spec.clone() };
        let splits = splits::assign(&spec, &material.shards, known, seed).map_err(|(_, error)| explained(error))?;
        Ok(splits.get(&SplitName::TEST).cloned().unwrap_or_default())
    };
    (0..material.parts(spec, seed)).map(of).collect()
}

/// What the dataset's modalities are standardized by with this seed, by name.
///
/// # Errors
/// Those of [`load`].
pub fn standards(spec: &DataSpec, seed: Seed) -> Result<Standards, DataError> {
    Ok(load(spec, seed)?.standards)
}
