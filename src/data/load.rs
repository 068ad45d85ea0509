//! From a description, files and one seed to a dataset in memory, or to what is wrong.

use super::assemble::{self, Standards, Until};
use super::check::check;
use super::dataset::Dataset;
use super::error::DataError;
use super::fault::Fault;
use super::file::{digest, explained};
use super::inventory::files;
use super::spec::DataSpec;
use crate::seed::Seed;
use std::collections::BTreeMap;

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
pub fn load_by(spec: &DataSpec, seed: Seed, standards: &Standards) -> Result<Dataset, DataError> {
    if let Some(problem) = check(spec).into_iter().next() {
        return Err(problem.into_error(spec));
    }
    let mut faults = vec![];
    let dataset = assemble::all(spec, seed, standards, Until::First, &mut faults);
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

/// Everything wrong with the data that a sound description names, and everything odd about it: all of it is read.
pub fn audit(spec: &DataSpec, seed: Seed) -> Audit {
    let mut faults = vec![];
    let dataset = assemble::all(spec, seed, &BTreeMap::new(), Until::Last, &mut faults);
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

/// What the dataset's modalities are standardized by with this seed, by name.
///
/// # Errors
/// Those of [`load`].
pub fn standards(spec: &DataSpec, seed: Seed) -> Result<Standards, DataError> {
    Ok(load(spec, seed)?.standards)
}
