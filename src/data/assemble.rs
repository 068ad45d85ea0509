//! From recipes to a dataset: targets, splits by them, then modalities by those. Owns the order, and what is kept.

use super::array::{Array, Target};
use super::dataset::Dataset;
use super::error::DataError;
use super::fault::Fault;
use super::groups::Group;
use super::open::{Opened, open_all};
use super::recipe::{Mask, Recipe, unsaid};
use super::remarks::{Digits, Rounding, constant, lacking, left_out, unseen};
use super::room::short;
use super::shards::Shard;
use super::spec::{DataSpec, Member, ModalitySpec};
use super::splits;
use super::standardize::Standard;
use super::table::Table;
use crate::builtin::dataset::{Preparation, Transform};
use crate::builtin::{Asked, Holds, NO_CLASS, Presence, TargetKind};
use crate::id::SampleId;
use crate::seed::Seed;
use crate::split::SplitName;
use std::collections::BTreeMap;
use std::sync::Arc;

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// At the first fault of the values.
    First,
    /// After all faults are found.
    Last,
}

/// What modalities are standardized by, by name.
pub type Standards = BTreeMap<String, Standard>;

/// The dataset, or what is wrong. Of modalities that `known` has, nothing is learned.
pub fn all(spec: &DataSpec, seed: Seed, known: &Standards, until: Until, faults: &mut Vec<Fault>) -> Option<Dataset> {
    let mut opened = open_all(spec, seed, faults)?;
    if let Some(fault) = short(spec, &opened) {
        faults.push(fault);
        return None;
    }
    if until == Until::First && !faults.is_empty() {
        return None;
    }
    let mut remarks = vec![];
    let targets = targets(spec, &mut opened, until, faults, &mut remarks);
    if until == Until::First && !faults.is_empty() {
        return None;
    }
    let classes = targets.iter().flatten().find(|t| t.kind.is_one_class()).map(|t| t.values.as_slice());
    let stratified = spec.targets.iter().any(|t| t.kind.is_one_class());
    let groups = read_groups(spec, &opened, faults);
    let splits = if (stratified && classes.is_none()) || groups.is_none() {
        // Which samples are drawn depends on classes or groups that are not known: that was said.
        None
    } else {
        let known = splits::Known { classes, groups: groups.as_deref().unwrap_or_default() };
        let found = splits::assign(spec, &opened.shards, known, seed);
        let mut say = |member, error| {
            // A key that no array has was said.
            if faults.iter().all(|fault| fault.member != member) {
                faults.push(Fault { member, error });
            }
        };
        found.map_err(|(split, error)| say(Member::Split(split), error)).ok()
    };
    if until == Until::First && !faults.is_empty() {
        return None;
    }
    let names = opened.shards.iter().flat_map(|shard| shard.of_samples(shard.names.clone())).collect();
    let rows = rows(&opened);
    let train = splits.as_ref().and_then(|splits| splits.get(&SplitName::TRAIN)).map_or(&[][..], Vec::as_slice);
    let mut learned = Learned { train, known, standards: BTreeMap::new(), remarks: vec![] };
    let modalities = modalities(spec, &mut opened, until, &mut learned, faults);
    let Learned { standards, remarks: of_features, .. } = learned;
    remarks.extend(of_features);
    if let Some(splits) = &splits {
        let of_targets = targets.iter().enumerate().filter_map(|(i, target)| Some((i, target.as_ref()?)));
        remarks.extend(of_targets.flat_map(|(i, target)| unseen(spec, i, target, splits)));
        remarks.extend(left_out(spec, &rows, opened.samples, splits));
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
        samples: opened.samples,
        names,
        rows,
        standards,
        remarks,
    })
}

/// Of every sample its row in the files, counted through all shards; nothing where no row is left out.
fn rows(opened: &Opened) -> Vec<u32> {
    if opened.shards.iter().all(|shard| shard.kept.is_none()) {
        return vec![];
    }
    let mut begin = 0;
    let of = |shard: &Shard| {
        let rows = shard.of_samples((begin..begin + shard.rows as u32).collect());
        begin += shard.rows as u32;
        rows
    };
    opened.shards.iter().flat_map(of).collect()
}

/// What the parts of cross-validation are called where they are groups: nothing else is read.
///
/// # Errors
/// The files cannot be read, or are of no samples.
pub fn parts(spec: &DataSpec, seed: Seed) -> Result<Vec<String>, DataError> {
    let mut faults = vec![];
    let opened = open_all(spec, seed, &mut faults);
    let groups = opened.as_ref().and_then(|opened| read_groups(spec, opened, &mut faults));
    match (opened, groups, faults.into_iter().next()) {
        (Some(opened), Some(groups), None) => {
            splits::parts(spec, &opened.shards, splits::Known { classes: None, groups: &groups }, seed)
        }
        (_, _, Some(fault)) => Err(fault.error),
        _ => unreachable!("a dataset that is not there has a fault"),
    }
}

/// All groups, or what is wrong.
fn read_groups(spec: &DataSpec, opened: &Opened, faults: &mut Vec<Fault>) -> Option<Vec<Group>> {
    let mut read = vec![];
    for (i, group) in spec.groups.iter().enumerate() {
        match Group::read(spec, group, &opened.shards) {
            Ok(group) => read.push(group),
            Err(error) => faults.push(Fault { member: Member::Group(i), error }),
        }
    }
    (read.len() == spec.groups.len()).then_some(read)
}

/// What is learned of the split `train`, and what is to be said of it.
struct Learned<'l> {
    train: &'l [SampleId],
    /// What was learned elsewhere.
    known: &'l Standards,
    standards: Standards,
    remarks: Vec<Fault>,
}

fn targets(
    spec: &DataSpec,
    opened: &mut Opened,
    until: Until,
    faults: &mut Vec<Fault>,
    remarks: &mut Vec<Fault>,
) -> Vec<Option<Target>> {
    let mut targets = vec![];
    let recipes: Vec<Option<Recipe>> = opened.targets.drain(..).collect();
    for (i, (target, recipe)) in spec.targets.iter().zip(recipes).enumerate() {
        if until == Until::First && !faults.is_empty() {
            return vec![];
        }
        let mut digits = Digits::default();
        let mut see = |table: &Table| {
            table.fits_target(&target.kind)?;
            digits.see(&target.kind, &table.values);
            Ok(())
        };
        let values = recipe.map(|recipe| recipe.finish(u64::MAX, &mut see));
        remarks.extend(digits.remark(i, &target.name));
        targets.push(match values {
            Some(Ok((mut values, _))) => {
                values.iter_mut().for_each(|value| *value = kept(&target.kind, *value));
                Some(Target { name: target.name.clone(), kind: target.kind.named(&opened.names[i]), values })
            }
            Some(Err(error)) => {
                faults.push(Fault { member: Member::Target(i), error });
                None
            }
            None => None,
        });
    }
    targets
}

/// A target's value as it is kept of what its file has: a class id, or that there is none.
fn kept(kind: &TargetKind, value: f32) -> f32 {
    match kind {
        TargetKind::Class { .. } if Some(value) == kind.ignored() => NO_CLASS,
        TargetKind::Class { .. } => kind.class_of(f64::from(value)).map_or(NO_CLASS, |class| class as f32),
        TargetKind::Multi { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => value,
    }
}

/// Masks come first: others are standardized by them.
fn modalities(
    spec: &DataSpec,
    opened: &mut Opened,
    until: Until,
    learned: &mut Learned<'_>,
    faults: &mut Vec<Fault>,
) -> Vec<Option<Array>> {
    let masks: Vec<&str> = spec.modalities.iter().flat_map(ModalitySpec::masks).collect();
    let is_mask = |i: usize| masks.contains(&spec.modalities[i].name.as_str());
    let whole = spec.whole();
    let mut order: Vec<usize> = (0..spec.modalities.len()).collect();
    order.sort_by_key(|i| !is_mask(*i));
    let mut arrays: Vec<Option<Array>> = spec.modalities.iter().map(|_| None).collect();
    for i in order {
        if until == Until::First && !faults.is_empty() {
            break;
        }
        let mut modality = spec.modalities[i].clone();
        if is_mask(i) {
            modality.holds = Holds::Mask;
        }
        let modality = &modality;
        let Some(recipe) = opened.modalities[i].take() else { continue };
        let mask = |name: &str| arrays.iter().flatten().find(|array| array.name == name).map(Array::mask);
        // What is wrong with a mask was said.
        let Some(masks) = modality.masks().map(mask).collect::<Option<Vec<Mask>>>() else { continue };
        let kept = if whole.contains(&modality.name.as_str()) { u64::MAX } else { spec.kept };
        match array((i, modality), recipe, &masks, kept, learned) {
            Ok(array) => arrays[i] = Some(array),
            Err(error) => faults.push(Fault { member: Member::Modality(i), error }),
        }
    }
    arrays
}

fn array(
    (i, modality): (usize, &ModalitySpec),
    mut recipe: Recipe,
    masks: &[Mask],
    kept: u64,
    learned: &mut Learned<'_>,
) -> Result<Array, DataError> {
    masks.iter().try_for_each(|mask| recipe.drawn_as(mask))?;
    let mask = |name: Option<&str>| masks.iter().find(|mask| Some(mask.name.as_str()) == name).cloned();
    // The recipe has the preparations up to the first that needs statistics.
    let has = |p: &&Arc<dyn Preparation>| matches!(p.transform(), Transform::Each(_) | Transform::Drop(_));
    let alone = modality.transforms.iter().take_while(has).count();
    for preparation in &modality.transforms[alone..] {
        match preparation.transform() {
            Transform::Drop(_) => {}
            Transform::Each(_) => recipe.then(preparation.clone()),
            Transform::Missing(marks) => recipe.miss(preparation.clone(), mask(marks.mask())),
            Transform::Standardize { present: name } => {
                let mask = mask(name);
                if let Some(standard) = learned.known.get(&modality.name) {
                    recipe.standardize(standard.clone(), mask);
                    continue;
                }
                if learned.train.is_empty() {
                    // Why nothing is known of `train` was said of a target or a split.
                    continue;
                }
                recipe.prepare_within(kept)?;
                let (standard, places) = recipe.learn(learned.train, mask)?;
                learned.remarks.extend(constant(i, &modality.name, &places));
                learned.standards.insert(modality.name.clone(), standard);
            }
        }
    }
    let mut rounding = Rounding::of(&modality.shape);
    let (values, later) = recipe.finish(kept, &mut |table| {
        table.fits_floats().map_err(|error| unsaid(table, error))?;
        table.fits_reader(modality.holds)?;
        rounding.see(&table.values);
        Ok(())
    })?;
    learned.remarks.extend(rounding.remark(i, &modality.name));
    let (name, axes) = (modality.name.clone(), modality.shape.clone());
    Ok(Array { name, axes, values, later: later.map(Arc::new) })
}
