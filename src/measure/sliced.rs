//! Measures of some samples by themselves: those of each group, of all test parts of a round where test samples go round, and of the
//! group where a measure is worst.

use super::pooled::{centred, jackknifed, joined, rounds};
use super::within;
use crate::graph::Graph;
use crate::measured::{Absent, Measured};
use crate::record::trail::Group;
use crate::record::{ArmId, Array, Artifacts, Evaluee, MeasureInfo, OneOf, Pooled, RunRecord};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Writes what is measured of each group by these names into the records, once a round: into that of its first part; and the measures
/// of worst groups into those of every run. `graph` is that of an arm; `load` brings audit trails, too. Of a round that is not done
/// there is nothing.
pub fn slice<'g>(
    records: &mut [RunRecord],
    (groups, worst): (&[String], &[&MeasureInfo]),
    graph: &dyn Fn(&ArmId) -> Option<&'g Graph>,
    load: &mut super::Load<'_>,
) {
    if groups.is_empty() && worst.is_empty() {
        return;
    }
    for (arm, round) in rounds(records) {
        let (Some(graph), Some(&first)) = (graph(&arm), round.first()) else { continue };
        let parts: Option<Vec<Arc<Artifacts>>> = round.iter().map(|&i| load(&arm, records[i].turn())).collect();
        let Some(parts) = parts else { continue };
        let of_group = |name: &String| Some((name.clone(), sliced(&parts, name, graph)?));
        records[first].groups = groups.iter().filter_map(of_group).collect();
        for info in worst {
            put(records, &round, info, &parts, &|parts| worst_of(parts, info, graph));
        }
    }
}

/// Writes a measure of a run into its record, and what its part adds to that of all parts together.
fn put(
    records: &mut [RunRecord],
    round: &[usize],
    MeasureInfo { name, .. }: &MeasureInfo,
    parts: &[Arc<Artifacts>],
    measure: &dyn Fn(&[Arc<Artifacts>]) -> Measured,
) {
    for (part, &i) in parts.chunks(1).zip(round) {
        records[i].measures.insert(name.clone(), measure(part));
    }
    if round.len() < 2 {
        return;
    }
    let theta = measure(parts);
    let without = |j: usize| [&parts[..j], &parts[j + 1..]].concat();
    let own = (0..parts.len()).map(|j| jackknifed(&theta, Some(&measure(&without(j))), parts.len() as f64)).collect();
    for (&i, value) in round.iter().zip(centred(&theta, own)) {
        records[i].pooled.measures.insert(name.clone(), value);
    }
}

/// What a measure comes to in the group where it is worst; absent where it is in some group that has samples.
fn worst_of(parts: &[Arc<Artifacts>], info: &MeasureInfo, graph: &Graph) -> Measured {
    let OneOf::Worst { of, group } = &info.one_of else { return Err(Absent::not_measured()) };
    let mut worst: Option<f64> = None;
    for (name, Pooled { measures }) in &sliced(parts, group, graph).unwrap_or_default() {
        let Some(value) = measures.get(of) else { continue };
        let value = value.clone().map_err(|absent| Absent::because(format!("{absent}, {group} {name}")))?;
        let worse = |worst: f64| if info.lower_is_better { worst.max(value) } else { worst.min(value) };
        worst = Some(worst.map_or(value, worse));
    }
    worst.ok_or_else(|| Absent::because(format!("no sample of any {group}")))
}

/// By the names of the groups that there are, with no measure of one that nothing was seen of; `None` where its data do not know such groups.
fn sliced(parts: &[Arc<Artifacts>], name: &str, graph: &Graph) -> Option<BTreeMap<String, Pooled>> {
    let own = |part: &'_ Arc<Artifacts>| part.trail.groups.iter().position(|group| group.name == name);
    let places: Vec<usize> = parts.iter().map(own).collect::<Option<_>>()?;
    let group = |i: usize| -> &Group { &parts[i].trail.groups[places[i]] };
    let names: BTreeSet<&String> = (0..parts.len()).flat_map(|i| &group(i).names).collect();
    let mut slices = BTreeMap::new();
    for value in names {
        let there: Vec<Artifacts> = (0..parts.len()).map(|i| only(&parts[i], group(i), value)).collect();
        let measures: BTreeMap<String, Measured> = within(&joined(&there.iter().collect::<Vec<_>>()), graph).0;
        slices.insert(value.clone(), Pooled { measures });
    }
    Some(slices)
}

/// What the deployed network made of the samples of one group when the run was over: of splits that have some. Losses are of whole
/// splits, and are left out.
fn only(kept: &Artifacts, group: &Group, value: &str) -> Artifacts {
    let Some(place) = group.names.iter().position(|name| name == value) else { return Artifacts::default() };
    let rows = |split: &str| -> Vec<usize> {
        let ids = kept.trail.splits.get(split).into_iter().flat_map(|samples| samples.ids()).enumerate();
        let is_own = |row: usize| group.of.get(row) == Some(&(place as u32));
        ids.filter(|(_, id)| is_own(id.row())).map(|(row, _)| row).collect()
    };
    let seen = kept.evaluated.iter().filter(|seen| seen.epoch.is_none() && seen.network == Evaluee::Deployed);
    let seen = seen.filter_map(|seen| {
        let rows = rows(&seen.split);
        let outputs = seen.outputs.iter().map(|(name, array)| (name.clone(), taken(array, &rows))).collect();
        (!rows.is_empty()).then(|| crate::record::Evaluated { outputs, loss: f64::NAN, ..seen.clone() })
    });
    let truths = kept.truths.iter().map(|truth| {
        let values = taken(&truth.values, &rows(&truth.split));
        crate::record::Truth { values, ..truth.clone() }
    });
    Artifacts {
        evaluated: seen.collect(),
        truths: truths.collect(),
        classes: kept.classes.clone(),
        names: kept.names.clone(),
        ..Artifacts::default()
    }
}

fn taken(array: &Array, rows: &[usize]) -> Array {
    let width = array.axes.iter().skip(1).product::<usize>();
    let row = |row: &usize| array.values.get(row * width..(row + 1) * width).unwrap_or_default();
    let axes = std::iter::once(rows.len()).chain(array.axes.iter().skip(1).copied()).collect();
    Array { axes, values: rows.iter().flat_map(row).copied().collect() }
}
