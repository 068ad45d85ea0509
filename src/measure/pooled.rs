//! Measures of all test parts of a round of cross-validation together: each sample is in one of them. Owns what a part adds to them.

use super::within;
use crate::graph::Graph;
use crate::id::Part;
use crate::measured::Measured;
use crate::record::{ArmId, Array, Artifacts, Evaluated, Evaluee, Pooled, RunRecord, Truth};
use crate::split::SplitName;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Writes what the test parts of every round come to together into its records, where all of them are done; `graph` is that of an
/// arm. What cannot be loaded has none.
pub fn pool<'g>(records: &mut [RunRecord], graph: &dyn Fn(&ArmId) -> Option<&'g Graph>, load: &mut super::Load<'_>) {
    for (arm, round) in rounds(records).into_iter().filter(|(_, round)| round.len() > 1) {
        let Some(graph) = graph(&arm) else { continue };
        let parts: Option<Vec<Arc<Artifacts>>> = round.iter().map(|&i| load(&arm, records[i].turn())).collect();
        let Some(parts) = parts else { continue };
        let parts: Vec<Artifacts> = parts.into_iter().map(|kept| tested(&kept)).collect();
        for (i, measures) in round.into_iter().zip(pooled(&parts, graph)) {
            records[i].pooled = Pooled { measures };
        }
    }
}

/// The records of each round that is done, in the order of its parts; a run that is of no part is a round of its own.
pub fn rounds(records: &[RunRecord]) -> Vec<(ArmId, Vec<usize>)> {
    let mut rounds: BTreeMap<(&ArmId, u64, u64), BTreeMap<Option<Part>, usize>> = BTreeMap::new();
    for (i, record) in records.iter().enumerate().filter(|(_, record)| record.failure.is_none()) {
        rounds.entry((&record.arm, record.seed, record.repeat)).or_default().insert(record.part, i);
    }
    let is_whole =
        |round: &BTreeMap<Option<Part>, usize>| round.keys().all(|part| part.map_or(1, |part| part.of) == round.len());
    let whole = rounds.into_iter().filter(|(_, round)| is_whole(round));
    whole.map(|((arm, ..), round)| (arm.clone(), round.into_values().collect())).collect()
}

/// What the deployed networks made of the test samples when the run was over.
fn tested(kept: &Artifacts) -> Artifacts {
    let is_test =
        |seen: &&Evaluated| seen.epoch.is_none() && seen.network == Evaluee::Deployed && SplitName::TEST == *seen.split;
    Artifacts {
        evaluated: kept.evaluated.iter().filter(is_test).cloned().collect(),
        truths: kept.truths.iter().filter(|truth| SplitName::TEST == *truth.split).cloned().collect(),
        classes: kept.classes.clone(),
        names: kept.names.clone(),
        ..Artifacts::default()
    }
}

/// By part and name: values whose mean is the measure of all parts together, and that are apart as jackknife values are. With θ of
/// all k parts and θ₋ⱼ of all but one, these are `kθ − (k − 1)θ₋ⱼ`, for a mean over as many samples a part the values of the parts
/// themselves. J. Tukey, Ann. Math. Statist. 29 (1958) 614; R. Miller, Biometrika 61 (1974) 1–15.
fn pooled(parts: &[Artifacts], graph: &Graph) -> Vec<BTreeMap<String, Measured>> {
    let of = |left: Option<usize>| {
        let there = parts.iter().enumerate().filter(|(i, _)| Some(*i) != left).map(|(_, part)| part);
        within(&joined(&there.collect::<Vec<_>>()), graph).0
    };
    let (whole, without): (_, Vec<_>) = (of(None), (0..parts.len()).map(|j| of(Some(j))).collect());
    let mut values = vec![BTreeMap::new(); parts.len()];
    for (name, theta) in &whole {
        let own = without.iter().map(|others| jackknifed(theta, others.get(name), parts.len() as f64)).collect();
        for (values, value) in values.iter_mut().zip(centred(theta, own)) {
            values.insert(name.clone(), value);
        }
    }
    values
}

pub(super) fn jackknifed(theta: &Measured, without: Option<&Measured>, parts: f64) -> Measured {
    let theta = theta.clone()?;
    Ok(parts * theta - (parts - 1.0) * without.cloned().unwrap_or(Ok(theta))?)
}

/// The values moved so that their mean is what all parts come to.
pub(super) fn centred(theta: &Measured, values: Vec<Measured>) -> Vec<Measured> {
    let there: Vec<f64> = values.iter().flatten().copied().collect();
    let mean = there.iter().sum::<f64>() / there.len().max(1) as f64;
    let moved = |value: Measured| Ok(value? - mean + theta.clone()?);
    values.into_iter().map(moved).collect()
}

/// Predictions and targets one behind the other.
pub fn joined(parts: &[&Artifacts]) -> Artifacts {
    let first = parts.first();
    let names = first.map_or_else(Default::default, |part| part.names.clone());
    let classes = first.and_then(|part| part.classes.clone());
    let mut all = Artifacts { classes, names, ..Artifacts::default() };
    for seen in parts.iter().flat_map(|part| &part.evaluated) {
        let same = |other: &&mut Evaluated| (&other.split, &other.change) == (&seen.split, &seen.change);
        match all.evaluated.iter_mut().find(same) {
            Some(own) => append(own, seen),
            None => all.evaluated.push(seen.clone()),
        }
    }
    for truth in parts.iter().flat_map(|part| &part.truths) {
        let same = |other: &&mut Truth| (&other.split, &other.target) == (&truth.split, &truth.target);
        match all.truths.iter_mut().find(same) {
            Some(own) => extend(&mut own.values, &truth.values),
            None => all.truths.push(truth.clone()),
        }
    }
    all
}

fn append(own: &mut Evaluated, seen: &Evaluated) {
    let samples =
        |seen: &Evaluated| seen.outputs.values().find_map(|array| array.axes.first()).map_or(0.0, |n| *n as f64);
    let (there, more) = (samples(own), samples(seen));
    own.loss = (own.loss * there + seen.loss * more) / (there + more);
    for (name, array) in &mut own.outputs {
        seen.outputs.get(name).into_iter().for_each(|other| extend(array, other));
    }
}

fn extend(array: &mut Array, other: &Array) {
    if let (Some(samples), Some(more)) = (array.axes.first_mut(), other.axes.first()) {
        *samples += more;
    }
    array.values.extend(&other.values);
}
