//! What a network needs to be given, under which names a file of samples may hold it, and how it is prepared.

use super::output::columns;
use crate::builtin::dataset::{Contents, Origin, Pick, SPLIT_MARK, Selection, SplitRule, Transform};
use crate::data::ModalitySpec;
use crate::data::samples::Wanted;
use crate::hir::{Modality, Pipeline};

/// The pipeline's inputs in order, then the masks they are standardized by that are none of them. An array is called as the
/// dataset has it that the network was trained on, or as its modality; with a split, after the split, too.
pub fn wanted(pipeline: &Pipeline, split: Option<&str>) -> Vec<Wanted> {
    let key = split.map(|split| (key(pipeline, split), split));
    let needed = needed(pipeline);
    let origins = |m: &Modality| m.sources.iter().map(|source| source.written(&[])).collect::<Vec<_>>();
    let one = |modality: &&Modality| {
        let declared = declared(modality);
        // Arrays of one name in several files say nothing in one.
        let others = needed.iter().filter(|other| origins(other) != origins(modality));
        let is_own = others.map(|other| self::declared(other)).all(|other| other != declared);
        one(modality, declared.filter(|_| is_own), key)
    };
    needed.iter().map(one).collect()
}

/// Of the dataset of a pipeline, what its network reads, in order, and the masks that this is standardized by.
fn needed(pipeline: &Pipeline) -> Vec<&Modality> {
    let all = &pipeline.data.modalities;
    let named = |name: &str| all.iter().find(|m| m.name == name);
    let mut needed: Vec<&Modality> = pipeline.network.inputs.iter().filter_map(|input| named(&input.name)).collect();
    let masks = needed.iter().flat_map(|m| m.masks()).filter_map(named);
    for mask in masks.collect::<Vec<_>>() {
        if needed.iter().all(|m| m.name != mask.name) {
            needed.push(mask);
        }
    }
    needed
}

fn one(modality: &Modality, declared: Option<Vec<String>>, key: Option<(&str, &str)>) -> Wanted {
    let spec = ModalitySpec {
        name: modality.name.clone(),
        shape: modality.shape.concrete().unwrap_or_default(),
        sources: modality.sources.clone(),
        transforms: modality.transforms.clone(),
        holds: modality.holds,
    };
    let file = match modality.sources.as_slice() {
        [source] => match source.origin() {
            Origin::File(file) if file.format.contents == Contents::Array => file.file.map(str::to_string),
            _ => None,
        },
        _ => None,
    };
    Wanted { arrays: arrays(&spec.name, declared, key), columns: all_columns(&spec), file, modality: spec }
}

/// What stands for the split in names of arrays.
fn key<'p>(pipeline: &'p Pipeline, split: &'p str) -> &'p str {
    let rule = pipeline.data.splits.iter().find(|s| s.name == split).map(|s| &s.rule);
    if let Some(SplitRule::Key { key, .. }) = rule { key } else { split }
}

/// Arrays that are joined, as the dataset has them.
fn declared(modality: &Modality) -> Option<Vec<String>> {
    let declared = modality.sources.iter().filter(|source| !matches!(source.origin(), Origin::Fill(_)));
    let declared: Option<Vec<String>> = declared
        .map(|source| match source.origin() {
            Origin::File(file) => file.selection.array().or(stem(file.file)).map(str::to_string),
            Origin::Points(_) | Origin::Classes | Origin::Fill(_) | Origin::Events(_) => None,
        })
        .collect();
    declared.filter(|arrays| !arrays.is_empty())
}

/// Alternatives, each of arrays that are joined.
fn arrays(name: &str, declared: Option<Vec<String>>, key: Option<(&str, &str)>) -> Vec<Vec<String>> {
    let is_keyed = |arrays: &Vec<String>| arrays.iter().any(|array| array.contains(SPLIT_MARK));
    let mut arrays: Vec<Vec<String>> = match key {
        Some((key, split)) => {
            let of_split = |array: String| array.replace(SPLIT_MARK, key);
            let declared = declared.filter(is_keyed).map(|arrays| arrays.into_iter().map(of_split).collect());
            declared.into_iter().chain([vec![format!("{key}_{name}")], vec![format!("{split}_{name}")]]).collect()
        }
        None => declared.filter(|arrays| !is_keyed(arrays)).into_iter().chain([vec![name.to_string()]]).collect(),
    };
    arrays.dedup();
    arrays
}

/// `x` of `folder/x.npy`.
fn stem(file: Option<&str>) -> Option<&str> {
    let name = file?.rsplit('/').next()?;
    name.split_once('.').map(|(stem, _)| stem)
}

fn all_columns(modality: &ModalitySpec) -> Vec<Vec<Pick>> {
    let (name, axes) = (&modality.name, &modality.shape);
    let reshapes = modality.transforms.iter().any(|t| match t.transform() {
        Transform::Each(work) => work.axes(axes, axes).ok().as_ref() != Some(axes),
        Transform::Standardize { .. } | Transform::Missing(_) | Transform::Drop(_) | Transform::Offsets => false,
    });
    // What is prepared into these axes has others before.
    let mut all = vec![];
    if let Some(Origin::File(file)) = modality.sources.first().map(|source| source.origin())
        && let Selection::Columns(columns) = file.selection
    {
        all.push(columns.picks.to_vec());
    }
    if !reshapes {
        all.push(Pick::named(&columns(name, axes)));
    }
    if reshapes || axes.iter().product::<usize>() == 1 {
        all.extend([Pick::named(&[format!("{name}[0]")]), Pick::named(&[name])]);
    }
    all.dedup();
    all
}
