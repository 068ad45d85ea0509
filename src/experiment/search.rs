//! What a search came to: the trials of every arm as they were measured, and the best of them. Owns the way from records of trials to
//! a choice, and back from a choice to the experiment that is run.

use super::arm_id;
use crate::hir::{Candidates, Experiment, Search};
use crate::record::manifest::{Manifest, Searched, Trial};
use crate::record::{ArmId, Measured, RunRecord};
use std::collections::BTreeMap;

/// Why an arm has no choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided(pub Vec<String>);

/// What every search of an experiment came to, by the manifest and the records of its trials.
///
/// # Errors
/// No trial of an arm has a value: for each such arm, which and why.
pub fn searched(experiment: &Experiment, trials: &Manifest, records: &[RunRecord]) -> Result<Vec<Searched>, Undecided> {
    let measured: BTreeMap<(&ArmId, u64), &RunRecord> = records.iter().map(|r| ((&r.arm, r.seed), r)).collect();
    let flops: BTreeMap<&ArmId, u64> = trials
        .arms
        .iter()
        .map(|arm| (&arm.arm, trials.sketches.get(arm.sketch).map_or(0, |sketch| sketch.trained_flops)))
        .collect();
    let Some(by) = trials.tables.first().and_then(|table| table.measures.first()) else { return Ok(vec![]) };
    let (mut all, mut undecided) = (vec![], vec![]);
    let mut arms = trials.arms.iter().map(|arm| &arm.arm);
    for search in &experiment.searches {
        for Candidates { arm, pipelines } in &search.arms {
            let own: Vec<&ArmId> = arms.by_ref().take(pipelines.len()).collect();
            let of = |(trial, name): (usize, &&ArmId)| Trial {
                values: search.trials[trial].clone(),
                measured: search.seeds.iter().map(|seed| value(measured.get(&(*name, *seed)), &search.by)).collect(),
                flops: flops.get(*name).copied().unwrap_or(0).saturating_mul(search.seeds.len() as u64),
            };
            let tried: Vec<Trial> = own.iter().enumerate().map(of).collect();
            let arm = arm_id(experiment, &experiment.arms[*arm]);
            match Searched::best(&tried, by) {
                Ok(chosen) => all.push(Searched {
                    arm,
                    by: by.clone(),
                    sampler: search.sampler.to_string(),
                    seeds: search.seeds.clone(),
                    settings: settings(search),
                    trials: tried,
                    chosen,
                }),
                Err(why) => {
                    let name = if arm.0.is_empty() { "the one arm".into() } else { format!("`{arm}`") };
                    let first = own.first().and_then(|name| measured.get(&(*name, search.seeds[0])));
                    let why = first.and_then(|record| record.failure.clone()).unwrap_or_else(|| why.to_string());
                    undecided.push(format!("no trial of {name} has a `{}`: the first, {why}", search.by));
                }
            }
        }
    }
    if undecided.is_empty() { Ok(all) } else { Err(Undecided(undecided)) }
}

fn value(record: Option<&&RunRecord>, measure: &str) -> Measured {
    record.map_or_else(|| RunRecord::default().measured(measure), |record| record.measured(measure))
}

fn settings(search: &Search) -> Vec<(String, String)> {
    search.dimensions.iter().map(|dimension| (dimension.name.clone(), dimension.domain.clone())).collect()
}

/// The experiment whose arms have what was chosen for them.
///
/// # Errors
/// The searches are not those that the experiment declares.
pub fn chosen(experiment: Experiment, searches: &[Searched]) -> Result<Experiment, String> {
    let mut trials = vec![];
    for (s, search) in experiment.searches.iter().enumerate() {
        for (c, candidates) in search.arms.iter().enumerate() {
            let arm = arm_id(&experiment, &experiment.arms[candidates.arm]);
            let own = searches.iter().find(|searched| searched.arm == arm && searched.settings == settings(search));
            let own =
                own.ok_or_else(|| format!("nothing is chosen for `{arm}`, which the text declares a search for"))?;
            let values = &own.trials[own.chosen].values;
            if search.trials.get(own.chosen) != Some(values) {
                return Err(format!("`{arm}` has {}, and the text declares other trials", own.choice()));
            }
            trials.push((s, c, own.chosen));
        }
    }
    if trials.len() < searches.len() {
        return Err("something is chosen that the text declares no search for".into());
    }
    Ok(experiment.with_trials(&trials))
}
