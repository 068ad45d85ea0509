//! Which runs have no value, and why: a note for every reason. Owns the counting of runs.

use super::Results;
use super::listed;
use crate::measured::Absent;
use crate::record::{ArmId, RunRecord};
use std::collections::{BTreeMap, BTreeSet};

/// Reasons that have a note of their own, the commonest first.
const SHOWN: usize = 6;

/// Why a run has no value of a measure, where it ought to have one.
type Why<'w> = dyn Fn(&RunRecord, &str) -> Option<Absent> + 'w;

/// Of the values at the end of runs: "Left out, 7 of 12 runs without test_auroc: no positive in `test`."
pub fn at_the_end(results: &Results<'_>, measures: &[String]) -> Vec<String> {
    let known: BTreeSet<(&ArmId, &str)> =
        results.all().flat_map(|run| run.measures.keys().map(|name| (&run.arm, name.as_str()))).collect();
    // What no run of an arm measures is not missing.
    notes(results, measures, &|run, measure| {
        run.measured(measure).err().filter(|why| *why != Absent::not_measured() || known.contains(&(&run.arm, measure)))
    })
}

/// Of the values after epochs.
pub fn on_the_way(results: &Results<'_>, measures: &[String]) -> Vec<String> {
    notes(results, measures, &|run, measure| {
        run.epochs.iter().find_map(|then| then.measures.get(measure)?.as_ref().err().cloned())
    })
}

fn notes(results: &Results<'_>, measures: &[String], why: &Why<'_>) -> Vec<String> {
    let all = results.all().count();
    let failed = results.all().filter(|run| run.failure.is_some()).count();
    let mut notes = Vec::new();
    if failed > 0 {
        notes.push(format!("Left out, {failed} of {all} runs: failed."));
    }
    let groups = groups(results, measures, why);
    for (measures, why, of) in groups.iter().take(SHOWN) {
        notes.push(format!("Left out, {of} of {all} runs without {}: {why}.", listed(measures)));
    }
    let others: usize = groups.iter().skip(SHOWN).map(|(measures, _, of)| measures.len() * of).sum();
    if others > 0 {
        notes.push(format!("Left out for other reasons: {others} values; records and CSV have them all."));
    }
    notes
}

/// Measures that the same runs lack for the same reason, and how many runs: those that most lack first.
fn groups(results: &Results<'_>, measures: &[String], why: &Why<'_>) -> Vec<(Vec<String>, Absent, usize)> {
    let mut groups: Vec<(Vec<String>, Absent, BTreeSet<usize>)> = Vec::new();
    for measure in measures {
        let mut lacking: BTreeMap<Absent, BTreeSet<usize>> = BTreeMap::new();
        for (i, run) in results.all().enumerate().filter(|(_, run)| run.failure.is_none()) {
            if let Some(why) = why(run, measure) {
                lacking.entry(why).or_default().insert(i);
            }
        }
        for (why, of) in lacking {
            match groups.iter_mut().find(|(_, known, runs)| *known == why && *runs == of) {
                Some((names, ..)) => names.push(measure.clone()),
                None => groups.push((vec![measure.clone()], why, of)),
            }
        }
    }
    let mut groups: Vec<_> = groups.into_iter().map(|(names, why, of)| (names, why, of.len())).collect();
    groups.sort_by_key(|(_, _, of)| std::cmp::Reverse(*of));
    groups
}
