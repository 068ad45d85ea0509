//! Modalities of a dataset, masks first: prepared, standardized by what is learned of `train`, and kept or read later. Owns their
//! order, and what of them no split has a say in.

use super::array::Array;
use super::error::DataError;
use super::fault::{Fault, Until};
use super::recipe::{Mask, Recipe, unsaid};
use super::remarks::{Rounding, constant};
use super::spec::{DataSpec, Member, ModalitySpec};
use super::standardize::Standards;
use crate::builtin::Holds;
use crate::builtin::dataset::{Preparation, Transform};
use crate::id::SampleId;
use std::sync::Arc;

/// How far a modality is.
#[derive(Clone, Debug)]
pub enum Stage {
    /// Its files are found; it has the preparations before the first that asks others.
    Found(Recipe),
    /// It has all preparations before the first that learns of `train`.
    Begun(Recipe),
    /// It learns nothing, and is done.
    Done(Arc<Array>),
}

/// What is learned of the split `train`, and what is to be said of it.
pub struct Learned<'l> {
    pub train: &'l [SampleId],
    /// What was learned elsewhere.
    pub known: &'l Standards,
    pub standards: Standards,
    pub remarks: Vec<Fault>,
}

/// Places of the modalities: masks come first, others are standardized by them.
fn order(spec: &DataSpec) -> Vec<usize> {
    let mut order: Vec<usize> = (0..spec.modalities.len()).collect();
    order.sort_by_key(|i| !is_mask(spec, *i));
    order
}

fn is_mask(spec: &DataSpec, i: usize) -> bool {
    spec.modalities.iter().flat_map(ModalitySpec::masks).any(|mask| mask == spec.modalities[i].name)
}

/// The modality as it is read: what others ask holds ones and zeros.
fn read_as(spec: &DataSpec, i: usize) -> ModalitySpec {
    let own = spec.modalities[i].clone();
    if is_mask(spec, i) { ModalitySpec { holds: Holds::Mask, ..own } } else { own }
}

/// Bytes of it that are kept in memory.
fn kept(spec: &DataSpec, name: &str) -> u64 {
    if spec.whole().contains(&name) { u64::MAX } else { spec.kept }
}

/// The modalities that it asks, where all of them are there.
fn masks<'a>(modality: &ModalitySpec, done: impl Iterator<Item = &'a Arc<Array>> + Clone) -> Option<Vec<Mask>> {
    modality.masks().map(|name| done.clone().find(|array| array.name == name).map(|array| array.mask())).collect()
}

/// All of them; what is wrong goes to `faults`.
pub fn modalities(
    spec: &DataSpec,
    stages: Vec<Option<Stage>>,
    until: Until,
    learned: &mut Learned<'_>,
    faults: &mut Vec<Fault>,
) -> Vec<Option<Arc<Array>>> {
    let mut stages = stages;
    let mut arrays: Vec<Option<Arc<Array>>> = spec.modalities.iter().map(|_| None).collect();
    for i in order(spec) {
        if until == Until::First && !faults.is_empty() {
            break;
        }
        let modality = read_as(spec, i);
        let Some(stage) = stages[i].take() else { continue };
        // What is wrong with a mask was said.
        let Some(masks) = masks(&modality, arrays.iter().flatten()) else { continue };
        match array((i, &modality), stage, &masks, kept(spec, &modality.name), learned) {
            Ok(array) => arrays[i] = Some(array),
            Err(error) => faults.push(Fault { member: Member::Modality(i), error }),
        }
    }
    arrays
}

fn array(
    (i, modality): (usize, &ModalitySpec),
    stage: Stage,
    masks: &[Mask],
    kept: u64,
    learned: &mut Learned<'_>,
) -> Result<Arc<Array>, DataError> {
    let mut recipe = match stage {
        Stage::Done(array) => return Ok(array),
        Stage::Begun(recipe) => recipe,
        Stage::Found(recipe) => begun(modality, recipe, masks)?,
    };
    for preparation in &modality.transforms[before_learning(modality)..] {
        match preparation.transform() {
            Transform::Each(_) | Transform::Missing(_) | Transform::Drop(_) | Transform::Offsets => {
                add(&mut recipe, preparation, masks)
            }
            Transform::Standardize { present } => {
                let mask = named(masks, present);
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
    Ok(Arc::new(Array { name, axes, values, later: later.map(Arc::new) }))
}

/// How many preparations come before the first that learns.
fn before_learning(modality: &ModalitySpec) -> usize {
    modality.transforms.iter().take_while(|p| !p.transform().learns()).count()
}

/// With all preparations before the first that learns.
fn begun(modality: &ModalitySpec, mut recipe: Recipe, masks: &[Mask]) -> Result<Recipe, DataError> {
    masks.iter().try_for_each(|mask| recipe.drawn_as(mask))?;
    // The recipe has the preparations up to the first that asks others.
    let has = |p: &&Arc<dyn Preparation>| matches!(p.transform(), Transform::Each(_) | Transform::Drop(_));
    let alone = modality.transforms.iter().take_while(has).count();
    modality.transforms[alone..before_learning(modality)].iter().for_each(|p| add(&mut recipe, p, masks));
    Ok(recipe)
}

fn named(masks: &[Mask], name: Option<&str>) -> Option<Mask> {
    masks.iter().find(|mask| Some(mask.name.as_str()) == name).cloned()
}

/// Adds a preparation that learns nothing.
fn add(recipe: &mut Recipe, preparation: &Arc<dyn Preparation>, masks: &[Mask]) {
    match preparation.transform() {
        Transform::Missing(marks) => recipe.miss(preparation.clone(), named(masks, marks.mask())),
        Transform::Each(_) | Transform::Standardize { .. } => recipe.then(preparation.clone()),
        // Samples are left out where files are opened.
        Transform::Drop(_) | Transform::Offsets => {}
    }
}

/// Brings modalities as far as no split has a say in, so that many datasets share it: those that learn nothing are done, of the others
/// what is before learning is prepared and kept in memory, at most so many bytes of all. What does not fit is left as it was. How many
/// bytes that are, and what is to be said of what was done.
///
/// # Errors
/// Those of the first modality that cannot be read.
pub fn share(spec: &DataSpec, stages: &mut [Option<Stage>], limit: u64) -> Result<(u64, Vec<Fault>), Fault> {
    let (known, mut left) = (Standards::new(), limit);
    let mut learned = Learned { train: &[], known: &known, standards: Standards::new(), remarks: vec![] };
    for i in order(spec) {
        let modality = read_as(spec, i);
        let done = stages.iter().flatten().filter_map(|stage| match stage {
            Stage::Done(array) => Some(array),
            Stage::Found(_) | Stage::Begun(_) => None,
        });
        let Some(masks) = masks(&modality, done) else { continue };
        let kept = kept(spec, &modality.name);
        let Some(Stage::Found(recipe)) = stages[i].clone() else { continue };
        let fault = |error| Fault { member: Member::Modality(i), error };
        let learns = before_learning(&modality) < modality.transforms.len();
        let needs = recipe.needs_shared(kept);
        if learns && needs > left {
            continue;
        }
        stages[i] = Some(if learns {
            left -= needs;
            let mut recipe = begun(&modality, recipe, &masks).map_err(fault)?;
            recipe.prepare_within(kept).map_err(fault)?;
            Stage::Begun(recipe)
        } else {
            Stage::Done(array((i, &modality), Stage::Found(recipe), &masks, kept, &mut learned).map_err(fault)?)
        });
    }
    Ok((limit - left, learned.remarks))
}
