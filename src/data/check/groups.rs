//! What is wrong with groups, and with splits that name them, before any data is read.

use super::columns::{check_drops, check_sources};
use crate::builtin::ShapeError;
use crate::builtin::dataset::{Kept, Origin, RowsOf, Source, SplitRule, one_name};
use crate::data::spec::{DataSpec, GroupSpec};
use crate::suggest::nearest;
use std::sync::Arc;

pub fn check_group(spec: &DataSpec, group: &GroupSpec) -> Result<(), ShapeError> {
    group.sources.iter().try_for_each(|source| one_name(source.as_ref()))?;
    check_offsets(group)?;
    check_drops(spec, &group.name, &group.sources, &group.transforms)?;
    check_sources(spec, &group.sources)
}

/// Offsets are of all samples of one file, in its order.
fn check_offsets(group: &GroupSpec) -> Result<(), ShapeError> {
    if !group.is_of_offsets() {
        return Ok(());
    }
    let is_plain = |source: &Arc<dyn Source>| match source.origin() {
        Origin::File(file) => file.rows == RowsOf::Order && !file.is_named(),
        _ => false,
    };
    let message = match (group.transforms.as_slice(), group.sources.as_slice()) {
        ([_, _, ..], _) => "something else is done to `offsets`, which says of every sample which group it is of",
        (_, [_, _, ..]) => "several files are joined, and `offsets` counts the rows of one",
        (_, sources) if !sources.iter().all(is_plain) => "`offsets` counts rows, and these are told apart by name",
        (_, _) => return Ok(()),
    };
    Err(ShapeError::new(message).help("write `group video = npz(\"video_offsets\") |> offsets`"))
}

/// Whether the groups that a rule names are those of the dataset.
pub fn names_groups(spec: &DataSpec, rule: &SplitRule) -> Result<(), ShapeError> {
    let named: Vec<&str> = match rule {
        SplitRule::Where(conditions) => conditions.iter().map(|c| c.group.as_str()).collect(),
        SplitRule::Part { deal, .. } => deal.names().iter().map(String::as_str).collect(),
        SplitRule::Random { kept: Kept::These(groups), .. } => groups.iter().map(String::as_str).collect(),
        _ => vec![],
    };
    let known: Vec<&str> = spec.groups.iter().map(|group| group.name.as_str()).collect();
    let Some(name) = named.into_iter().find(|name| !known.contains(name)) else { return Ok(()) };
    let error = ShapeError::new(format!("there is no group `{name}`"));
    Err(match nearest(name, known.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => error.help(format!("declare it: `group {name} = npz(\"{name}\")`")),
        None => error.help(format!("groups are: {}", known.join(", "))),
    })
}
