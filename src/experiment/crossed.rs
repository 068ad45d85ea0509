//! The parts of `cross each GROUP`: how many there are, and what each is called, stands in the files of its data.

use super::spec;
use crate::data;
use crate::hir::{Deal, Experiment, MAX_RUNS, Pipeline};
use crate::seed::Seed;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;

/// Reads what the parts of an experiment are called, where its data say that.
///
/// # Errors
/// The data cannot be read, arms have other groups, or there are too many.
pub fn parted(experiment: &mut Experiment, roots: &[PathBuf]) -> Result<(), String> {
    let Some(cross) = &experiment.cross else { return Ok(()) };
    let Deal::Each(group) = &cross.deal else { return Ok(()) };
    let beside = experiment.references.iter().flat_map(|reference| &reference.pipelines);
    let pipelines: Vec<&Pipeline> = experiment.arms.iter().map(|arm| &arm.pipeline).chain(beside).collect();
    let mut known: BTreeMap<String, (&str, Vec<String>)> = BTreeMap::new();
    for pipeline in pipelines {
        let spec = spec(&pipeline.data, roots);
        let key = format!("{spec:?}");
        if let Entry::Vacant(place) = known.entry(key) {
            let groups = data::parts(&spec, Seed(0)).map_err(|e| e.to_string())?;
            place.insert((&pipeline.data.name, groups));
        }
    }
    let mut all = known.into_values();
    let Some((first, groups)) = all.next() else { return Ok(()) };
    if let Some((other, others)) = all.find(|(_, others)| *others != groups) {
        return Err(format!(
            "`cross each {group}` needs one part for all arms, and `{first}` has {} of {group} where `{other}` has {}, or others: write \
             `cross 5, by: {group}`",
            groups.len(),
            others.len()
        ));
    }
    if groups.len() < 2 {
        return Err(format!("`cross each {group}` needs two groups or more, and `{first}` has {}", groups.len()));
    }
    if let Some(cross) = &mut experiment.cross {
        cross.groups = groups;
    }
    let name = &experiment.name;
    let excess = experiment.excess().map(|runs| format!("`{name}` has {runs} runs; at most {MAX_RUNS} are made"));
    excess.map_or(Ok(()), Err)
}
