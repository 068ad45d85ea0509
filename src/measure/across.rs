//! Measures that need more than one run: sensitivity between the repeats of a seed, and a run against its references. Owns
//! which runs belong together; predictions are asked for one group at a time, so that few are in memory.

use super::against::{Against, against};
use super::answers::{Chances, deployed, right};
use super::divergence::sensitivity;
use crate::id::Part;
use crate::measured::Measured;
use crate::record::{ArmId, Artifacts, EpochRecord, Evaluated, RunRecord, Turn};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a run left: of an arm (or its reference), in a turn.
pub type Load<'l> = dyn FnMut(&ArmId, Turn) -> Option<Arc<Artifacts>> + 'l;

/// Writes the numbers that need several runs into their records, at the end and for every epoch that was looked at:
/// `SPLIT_gs` of seeds with at least two finished repeats (the same number in each), `SPLIT_missing` and `SPLIT_hitting` of
/// runs whose `references` can all be had. What cannot be loaded has none.
pub fn complete(records: &mut [RunRecord], references: &[String], load: &mut Load<'_>) {
    let mut groups: BTreeMap<(ArmId, u64, Option<Part>), Vec<usize>> = BTreeMap::new();
    for (i, record) in records.iter().enumerate() {
        if record.failure.is_none() && !record.arm.is_reference() {
            groups.entry((record.arm.clone(), record.seed, record.part)).or_default().push(i);
        }
    }
    for ((arm, ..), members) in groups {
        if members.len() < 2 && references.is_empty() {
            continue;
        }
        let artifacts: Vec<(usize, Arc<Artifacts>)> =
            members.iter().filter_map(|&i| Some((i, load(&arm, records[i].turn())?))).collect();
        between(records, &artifacts);
        for (i, artifacts) in &artifacts {
            let turn = records[*i].turn();
            let others: Option<Vec<Arc<Artifacts>>> =
                references.iter().map(|name| load(&arm.reference(name), turn)).collect();
            beside(&mut records[*i], artifacts, &others.unwrap_or_default());
        }
    }
}

/// Moments and splits at which the deployed network was seen, inputs as they are.
fn moments(artifacts: &Artifacts) -> BTreeSet<(Option<u32>, &str)> {
    let plain = |e: &&Evaluated| e.change.is_none();
    artifacts.evaluated.iter().filter(plain).map(|e| (e.epoch, e.split.as_str())).collect()
}

/// GS between the repeats of a seed.
fn between(records: &mut [RunRecord], repeats: &[(usize, Arc<Artifacts>)]) {
    let Some((_, first)) = repeats.first() else { return };
    for (epoch, split) in moments(first) {
        let chances = |artifacts| Chances::of(artifacts, deployed(artifacts, epoch, split)?);
        let each: Option<Vec<Chances<'_>>> = repeats.iter().map(|(_, artifacts)| chances(artifacts)).collect();
        let Some(gs) = each.and_then(|each| sensitivity(&each)) else { continue };
        for (i, _) in repeats {
            insert(&mut records[*i], epoch, format!("{split}_gs"), gs.clone().map_err(|absent| absent.of_split(split)));
        }
    }
}

/// Missing and hitting ratio of a run against its references.
fn beside(record: &mut RunRecord, artifacts: &Artifacts, references: &[Arc<Artifacts>]) {
    for (epoch, split) in moments(artifacts) {
        let others: Option<Vec<Vec<bool>>> =
            references.iter().map(|artifacts| right(artifacts, epoch, split)).collect();
        let found = right(artifacts, epoch, split).zip(others).and_then(|(right, others)| against(&right, &others));
        let Some(found) = found else { continue };
        let [missing, hitting] = match found {
            Ok(Against { missing, hitting }) => [Ok(missing), Ok(hitting)],
            Err(absent) => [Err(absent.clone().of_split(split)), Err(absent.of_split(split))],
        };
        insert(record, epoch, format!("{split}_missing"), missing);
        insert(record, epoch, format!("{split}_hitting"), hitting);
    }
}

fn insert(record: &mut RunRecord, epoch: Option<u32>, name: String, value: Measured) {
    let measures = match epoch {
        None => &mut record.measures,
        Some(epoch) => {
            let at = record.epochs.iter().position(|e| e.epoch >= epoch).unwrap_or(record.epochs.len());
            if record.epochs.get(at).is_none_or(|e| e.epoch != epoch) {
                record.epochs.insert(at, EpochRecord { epoch, measures: BTreeMap::new() });
            }
            &mut record.epochs[at].measures
        }
    };
    measures.insert(name, value);
}
