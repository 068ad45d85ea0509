//! What the datasets of an HDF5 file are called.

use super::no_file;
use crate::data::error::{Code, DataError, did_you_mean, list};
use hdf5_reader::Hdf5File;
use hdf5_reader::group::Group;
use std::path::Path;

/// Datasets of a file that are listed, and groups within groups.
const MANY: usize = 10_000;
const DEEP: usize = 32;

/// Paths of all datasets, sorted.
pub fn names(file: &Hdf5File, path: &Path) -> Result<Vec<String>, DataError> {
    let mut names = vec![];
    let root = file.root_group().map_err(|error| no_file(path, &error))?;
    let mut seen = vec![root.address()];
    walk(&root, "", DEEP, &mut seen, &mut names).map_err(|error| no_file(path, &error))?;
    names.sort_unstable();
    Ok(names)
}

/// Groups may hold each other: each is entered once.
fn walk(
    group: &Group,
    above: &str,
    deep: usize,
    seen: &mut Vec<u64>,
    names: &mut Vec<String>,
) -> Result<(), hdf5_reader::error::Error> {
    let (groups, datasets) = group.member_names()?;
    names.extend(datasets.iter().map(|name| format!("{above}{name}")).take(MANY - names.len().min(MANY)));
    // What begins so is a program's own, such as what the cells of MATLAB refer to.
    for name in groups.iter().filter(|name| deep > 0 && !name.starts_with('#')) {
        let group = group.group(name)?;
        if seen.len() < MANY && !seen.contains(&group.address()) {
            seen.push(group.address());
            walk(&group, &format!("{above}{name}/"), deep - 1, seen, names)?;
        }
    }
    Ok(())
}

pub fn only(path: &Path, names: &[String]) -> Result<String, DataError> {
    match names {
        [name] => Ok(name.clone()),
        [] => Err(DataError::new(Code::ArrayMissing, "an HDF5 file holds no dataset").file(path)),
        [first, ..] => Err(DataError::new(Code::ArrayMissing, "an HDF5 file holds several datasets")
            .file(path)
            .expected("the name of one of them")
            .found(list(names.iter().map(String::as_str)))
            .help(format!("say which: `hdf5(dataset: {first:?})`"))),
    }
}

pub fn missing(path: &Path, name: &str, names: &[String]) -> DataError {
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    DataError::new(Code::ArrayMissing, format!("there is no dataset `{name}` in the file"))
        .file(path)
        .array(name)
        .help(did_you_mean(name, &known, "the file"))
}
