//! From material to a dataset: splits by what is known of its samples, then modalities by those. Owns the order, and what is said
//! of splits.

use super::dataset::Dataset;
use super::error::DataError;
use super::fault::{Fault, Until};
use super::groups::Group;
use super::material::{self, Material};
use super::modalities::{Learned, modalities};
use super::open::open_all;
use super::remarks::{lacking, left_out, unseen};
use super::shards::Shard;
use super::spec::{DataSpec, Member};
use super::splits;
use super::standardize::Standards;
use crate::builtin::{Asked, Presence};
use crate::seed::Seed;
use crate::split::SplitName;
use std::collections::BTreeMap;

/// The dataset, or what is wrong. Of modalities that `known` has, nothing is learned.
pub fn all(spec: &DataSpec, seed: Seed, known: &Standards, until: Until, faults: &mut Vec<Fault>) -> Option<Dataset> {
    let material = Material::find(spec, seed, until, faults)?;
    deal(spec, seed, material, known, until, faults)
}

/// The dataset that is made of material. Of modalities that `known` has, nothing is learned.
pub fn deal(
    spec: &DataSpec,
    seed: Seed,
    material: Material,
    known: &Standards,
    until: Until,
    faults: &mut Vec<Fault>,
) -> Option<Dataset> {
    if until == Until::First && !faults.is_empty() {
        return None;
    }
    // Which samples are drawn may depend on classes or groups that are not known, and no file may tell how many there are: that was
    // said.
    let unknown = material.samples == 0 && !faults.is_empty();
    let splits = material.known(spec).filter(|_| !unknown).and_then(|known| {
        let found = splits::assign(spec, &material.shards, known, seed);
        let mut say = |member, error| {
            // A key that no array has was said.
            if faults.iter().all(|fault| fault.member != member) {
                faults.push(Fault { member, error });
            }
        };
        found.map_err(|(split, error)| say(Member::Split(split), error)).ok()
    });
    if until == Until::First && !faults.is_empty() {
        return None;
    }
    let Material { shards, samples, stages, targets, groups, mut remarks, shared: _ } = material;
    let names = shards.iter().flat_map(|shard| shard.of_samples(shard.names.clone())).collect();
    let rows = rows(&shards);
    let begins = if spec.generator.is_some() { vec![] } else { begins(&shards) };
    let train = splits.as_ref().and_then(|splits| splits.get(&SplitName::TRAIN)).map_or(&[][..], Vec::as_slice);
    let mut learned = Learned { train, known, standards: BTreeMap::new(), remarks: vec![] };
    let modalities = modalities(spec, stages, until, &mut learned, faults);
    let Learned { standards, remarks: of_features, .. } = learned;
    remarks.extend(of_features);
    if let Some(splits) = &splits {
        let of_targets = targets.iter().enumerate().filter_map(|(i, target)| Some((i, target.as_ref()?)));
        remarks.extend(of_targets.flat_map(|(i, target)| unseen(spec, i, target, splits)));
        remarks.extend(left_out(spec, &shards, &rows, samples, splits));
        for (i, modality) in spec.modalities.iter().enumerate() {
            let asked = Asked { presence: Presence::Sample, modality: modality.name.clone() }.to_string();
            let Some(there) = modalities.iter().flatten().find(|array| array.name == asked) else { continue };
            match lacking(spec, i, there, splits) {
                Ok(found) => remarks.extend(found),
                Err(error) => faults.push(Fault { member: Member::Modality(i), error }),
            }
        }
    }
    Some(Dataset {
        name: spec.name.clone(),
        modalities: modalities.into_iter().collect::<Option<_>>()?,
        targets: targets.into_iter().collect::<Option<_>>()?,
        groups: groups?,
        splits: splits?,
        samples,
        names,
        rows,
        begins,
        standards,
        remarks,
    })
}

/// Of every sample its row in the files, counted through all shards; nothing where no row is left out.
fn rows(shards: &[Shard]) -> Vec<u32> {
    if shards.iter().all(|shard| shard.kept.is_none()) {
        return vec![];
    }
    let mut begin = 0;
    let of = |shard: &Shard| {
        let rows = shard.of_samples((begin..begin + shard.rows as u32).collect());
        begin += shard.rows as u32;
        rows
    };
    shards.iter().flat_map(of).collect()
}

/// How many rows lie before those of each shard; nothing where there is one.
fn begins(shards: &[Shard]) -> Vec<u32> {
    if shards.len() < 2 {
        return vec![];
    }
    let begin = |before: &mut u32, shard: &Shard| Some(std::mem::replace(before, *before + shard.rows as u32));
    shards.iter().scan(0, begin).collect()
}

/// What the parts of cross-validation are called where they are groups: nothing else is read.
///
/// # Errors
/// The files cannot be read, or are of no samples.
pub fn parts(spec: &DataSpec, seed: Seed) -> Result<Vec<String>, DataError> {
    let mut faults = vec![];
    let opened = open_all(spec, seed, &mut faults);
    let groups: Option<Vec<Group>> = opened.as_ref().and_then(|opened| material::groups(spec, opened, &mut faults));
    match (opened, groups, faults.into_iter().next()) {
        (Some(opened), Some(groups), None) => {
            splits::parts(spec, &opened.shards, splits::Known { classes: None, groups: &groups }, seed)
        }
        (_, _, Some(fault)) => Err(fault.error),
        _ => unreachable!("a dataset that is not there has a fault"),
    }
}
