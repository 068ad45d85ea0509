//! What a search came to: the trials of every arm as they were measured, which of them go on, and the best of them. Owns the way from
//! records of trials to a choice, and back from a choice to the experiment that is run.

use super::arm_id;
use crate::hir::{Candidates, Choices, Experiment, Proposed, Rungs, Scope, Search, TRIAL, TrialPlace};
use crate::id::Part;
use crate::record::manifest::{Manifest, Searched, Trial, place};
use crate::record::{ArmId, MeasureInfo, Measured, RunRecord};
use crate::search::{self, Point, Sampler, known, propose};
use crate::seed::Seed;
use std::collections::BTreeMap;

/// Why an arm has no choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided(pub Vec<String>);

/// The records of trials.
struct Records<'r>(BTreeMap<(&'r ArmId, u64, Option<Part>), &'r RunRecord>);

impl<'r> Records<'r> {
    fn of(records: &'r [RunRecord]) -> Self {
        Self(records.iter().map(|r| ((&r.arm, r.seed, r.part), r)).collect())
    }

    /// What a search asks for of the trial of this name, by seed.
    fn measured(&self, search: &Search, scope: Scope, name: &str) -> Vec<Measured> {
        let arm = trial_id(name);
        let value = |seed: &u64| match self.0.get(&(&arm, scope.tuning_seed(*seed), scope.part)) {
            Some(record) => record.measured(&search.by),
            None => RunRecord::default().measured(&search.by),
        };
        search.seeds.iter().map(value).collect()
    }

    /// Why the first of these trials has no value.
    fn failure(&self, search: &Search, scope: Scope, name: &str) -> Option<String> {
        let arm = trial_id(name);
        let first = self.0.get(&(&arm, scope.tuning_seed(search.seeds[0]), scope.part));
        let why = first.and_then(|record| record.failure.clone());
        why.or_else(|| self.measured(search, scope, name).into_iter().find_map(|value| Some(value.err()?.to_string())))
    }
}

fn trial_id(name: &str) -> ArmId {
    ArmId(vec![(TRIAL.into(), name.into())])
}

/// Which trials go on, those before among them; `None` where all that went on have come to their end.
///
/// # Errors
/// No trial of an arm has a value: for each such arm, which and why.
pub fn promoted(
    experiment: &Experiment,
    rungs: &Rungs,
    by: &MeasureInfo,
    records: &[RunRecord],
) -> Result<Option<Rungs>, Undecided> {
    // Trials halt where one choice is for all runs.
    let scope = Scope::default();
    let (records, mut undecided, mut went) = (Records::of(records), vec![], false);
    let mut next = rungs.clone();
    for ((search, own), reached) in experiment.candidates().zip(&mut next.0) {
        let all = own.rungs(search);
        let (Some(rung), Some(here)) = (all.get(reached.len()), reached.last()) else { continue };
        let halt = all[reached.len() - 1].halt;
        let name = |trial: usize| experiment.trial_name(search, own, trial, halt);
        let measured = |trial: &usize| {
            let measured = records.measured(search, scope, &name(*trial));
            Some((Trial { measured, ..Trial::default() }.mean().ok()?, *trial))
        };
        let mut values: Vec<(f64, usize)> = here.iter().filter_map(measured).collect();
        // Of equal ones the first.
        values.sort_by(|a, b| if by.lower_is_better { a.0.total_cmp(&b.0) } else { b.0.total_cmp(&a.0) });
        let mut on: Vec<usize> = values.into_iter().take(rung.trials).map(|(_, trial)| trial).collect();
        on.sort_unstable();
        if on.is_empty() {
            let first = here.first().and_then(|trial| records.failure(search, scope, &name(*trial)));
            undecided.push(no_value(experiment, (search, own, scope), &first.unwrap_or_else(|| "no trial".into())));
        }
        reached.push(on);
        went = true;
    }
    match (undecided.is_empty(), went) {
        (false, _) => Err(Undecided(undecided)),
        (true, true) => Ok(Some(next)),
        (true, false) => Ok(None),
    }
}

fn no_value(experiment: &Experiment, (search, own, scope): (&Search, &Candidates, Scope), why: &str) -> String {
    let place = place(scope.seed, scope.part);
    let arm = arm_id(experiment, &experiment.arms[own.arm]);
    let name = if arm.0.is_empty() { "the one arm".into() } else { format!("`{arm}`") };
    format!("no trial of {name}{place} has a `{}`: the first, {why}", search.by)
}

/// What every search of an experiment came to, by the manifest and the records of its trials.
///
/// # Errors
/// No trial of an arm has a value: for each such arm, which and why.
pub fn searched(experiment: &Experiment, trials: &Manifest, records: &[RunRecord]) -> Result<Vec<Searched>, Undecided> {
    let records = Records::of(records);
    let flops: BTreeMap<&ArmId, u64> = trials
        .arms
        .iter()
        .map(|arm| (&arm.arm, trials.sketches.get(arm.sketch).map_or(0, |sketch| sketch.trained_flops)))
        .collect();
    let Some(by) = trials.tables.first().and_then(|table| table.measures.first()) else { return Ok(vec![]) };
    let reached = Rungs::known(experiment, |name| flops.contains_key(&trial_id(name)));
    let (mut all, mut undecided) = (vec![], vec![]);
    for ((search, own), reached) in experiment.candidates().zip(&reached.0) {
        let rungs = own.rungs(search);
        for scope in experiment.scopes() {
            let tried = |trial: usize| {
                let last = reached.iter().rposition(|trials| trials.contains(&trial)).unwrap_or(0);
                let halt = rungs[last].halt;
                let name = experiment.trial_name(search, own, trial, halt);
                let flops = flops.get(&trial_id(&name)).copied().unwrap_or(0);
                Trial {
                    values: own.trials[trial].clone(),
                    measured: records.measured(search, scope, &name),
                    flops: flops.saturating_mul(search.seeds.len() as u64),
                    halted: halt.map(|halt| halt.at.to_string()),
                }
            };
            let tried: Vec<Trial> = (0..own.pipelines.len()).map(tried).collect();
            match Searched::best(&tried, by) {
                Ok(chosen) => all.push(Searched {
                    arm: arm_id(experiment, &experiment.arms[own.arm]),
                    seed: scope.seed,
                    part: scope.part,
                    by: by.clone(),
                    sampler: search.sampler.to_string(),
                    halving: search.halving.map(|halving| halving.to_string()),
                    seeds: search.seeds.clone(),
                    settings: settings(search),
                    trials: tried,
                    chosen,
                }),
                Err(why) => {
                    let first = experiment.trial_name(search, own, 0, rungs[0].halt);
                    let why = records.failure(search, scope, &first).unwrap_or_else(|| why.to_string());
                    undecided.push(no_value(experiment, (search, own, scope), &why));
                }
            }
        }
    }
    if undecided.is_empty() { Ok(all) } else { Err(Undecided(undecided)) }
}

/// All trials with what is tried next of searches that propose it.
pub fn next(experiment: &Experiment, by: &MeasureInfo, records: &[RunRecord]) -> Vec<Proposed> {
    let records = Records::of(records);
    let of = |(search, own): (&Search, &Candidates)| {
        let tried = |trial: usize| {
            let name = experiment.trial_name(search, own, trial, None);
            Trial { measured: records.measured(search, Scope::default(), &name), ..Trial::default() }
        };
        let over = own.points.len();
        let trials: Vec<Trial> = (0..over).map(tried).collect();
        let mut points = own.points.clone();
        while points.len() < search.count && known(points.len()) == Some(over) {
            let before = results(&points, &trials, (over, by));
            let Some(point) = propose(&search.space(), Seed(search.seeds[0]), &before) else { break };
            points.push(point);
        }
        Proposed { search: search.span, arm: own.arm, points }
    };
    experiment.candidates().map(of).collect()
}

/// Points with what their trials came to, as far as these are over: less is better.
fn results(points: &[Point], trials: &[Trial], (over, by): (usize, &MeasureInfo)) -> Vec<search::Tried> {
    let sign = if by.lower_is_better { 1.0 } else { -1.0 };
    let value = |i: usize| Some(sign * trials.get(i).filter(|_| i < over)?.mean().ok()?);
    points.iter().enumerate().map(|(i, point)| (point.clone(), value(i))).collect()
}

/// The trials that a manifest says were proposed.
pub fn proposed(experiment: &Experiment, searches: &[Searched]) -> Vec<Proposed> {
    let own = experiment.searches.iter().filter(|search| search.sampler == Sampler::Tpe);
    let all = own.flat_map(|search| search.arms.iter().map(move |own| (search, own)));
    let of = |(search, own): (&Search, &Candidates)| {
        let arm = arm_id(experiment, &experiment.arms[own.arm]);
        let searched = searches.iter().find(|searched| searched.arm == arm)?;
        let point = |trial: &Trial| -> Option<Point> {
            search.dimensions.iter().zip(&trial.values).map(|(dimension, text)| dimension.read(text)).collect()
        };
        let points = searched.trials.iter().map(point).collect::<Option<Vec<_>>>()?;
        Some(Proposed { search: search.span, arm: own.arm, points })
    };
    all.filter_map(of).collect()
}

/// Trials that are not those which the ones before them propose: of each arm the first.
pub fn unproposed(experiment: &Experiment, searches: &[Searched]) -> Vec<String> {
    let of = |search: &Search, own: &Candidates, searched: &Searched| {
        let other = (0..own.points.len()).find(|&trial| {
            let Some(over) = known(trial) else { return false };
            let before = results(&own.points[..trial], &searched.trials, (over, &searched.by));
            propose(&search.space(), Seed(search.seeds[0]), &before).as_ref() != Some(&own.points[trial])
        })?;
        let name = experiment.trial_name(search, own, other, None);
        Some(format!("trial {} of {}, {name}, is not what those before it propose", other + 1, searched.name()))
    };
    let mut found = vec![];
    for search in experiment.searches.iter().filter(|search| search.sampler == Sampler::Tpe) {
        for own in &search.arms {
            let arm = arm_id(experiment, &experiment.arms[own.arm]);
            let searched = searches.iter().find(|searched| searched.arm == arm);
            found.extend(searched.and_then(|searched| of(search, own, searched)));
        }
    }
    found
}

fn settings(search: &Search) -> Vec<(String, String)> {
    search.dimensions.iter().map(|dimension| (dimension.name.clone(), dimension.domain.clone())).collect()
}

/// The experiment whose arms have what was chosen for them.
///
/// # Errors
/// The searches are not those that the experiment declares.
pub fn chosen(experiment: Experiment, searches: &[Searched]) -> Result<Experiment, String> {
    let mut choices = Choices::default();
    for (s, search) in experiment.searches.iter().enumerate() {
        let settings = settings(search);
        for (c, candidates) in search.arms.iter().enumerate() {
            let arm = arm_id(&experiment, &experiment.arms[candidates.arm]);
            for scope in experiment.scopes() {
                let is_own = |own: &&Searched| {
                    own.arm == arm && (own.seed, own.part) == (scope.seed, scope.part) && own.settings == settings
                };
                let name = || format!("`{arm}`{}", place(scope.seed, scope.part));
                let own = searches.iter().find(is_own);
                let own = own
                    .ok_or_else(|| format!("nothing is chosen for {}, which the text declares a search for", name()))?;
                let values = &own.trials[own.chosen].values;
                if candidates.trials.get(own.chosen) != Some(values) {
                    return Err(format!("{} has {}, and the text declares other trials", name(), own.choice()));
                }
                let trial = TrialPlace { search: s, candidates: c, trial: own.chosen };
                choices.insert((candidates.arm, scope), trial);
            }
        }
    }
    if choices.len() < searches.len() {
        return Err("something is chosen that the text declares no search for".into());
    }
    Ok(experiment.with_choices(choices))
}
