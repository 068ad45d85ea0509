//! `mhm verify`: whether results are what was written, and whether they follow from each other. Owns which facts are held against
//! which; reads everything, trains nothing.

use super::folder::Runs;
use super::instructions;
use super::output::{Ended, Outcome, print};
use super::run::session::is_shown;
use super::snapshot;
use crate::cost::sheet::scaled;
use crate::experiment::{self, Cell};
use crate::graph::{self, Graph};
use crate::hir::{Experiment, Pipeline};
use crate::measure;
use crate::measured::Absent;
use crate::record::manifest::{Arm, Manifest};
use crate::record::trail::{Place, Trail};
use crate::record::{Address, ArmId, Kept, RunRecord};
use crate::store::Store;
use crate::train::hash;
use clap::Args;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const EXAMPLES: &str = "\
Examples:
  mhm verify table_2            everything of `runs/table_2`
  mhm verify old/table_2        of results in another folder

Held against each other: every file and its check sums; every module and what it was before each phase that froze it; the
samples of every phase and those of the other splits; the weights stored and those that the run ended with; the measures and the stored
predictions they follow from.

Exit codes: 0 all is as it should be, 1 something is not, 2 could not read it";

/// Faults that are shown.
const SHOWN: usize = 50;

/// Check that results are what was written and follow from each other
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Verify {
    /// An experiment that was run, or its folder
    run: String,
    #[command(flatten)]
    runs: Runs,
}

pub fn run(command: &Verify) -> Ended {
    let store = command.runs.find(&command.run)?;
    let (visits, later, phases) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let each = |kept: &Kept| {
        visits.fetch_add(kept.trail.visits.len().saturating_sub(1) as u64, Ordering::Relaxed);
        later.fetch_add(kept.trail.more, Ordering::Relaxed);
        phases.fetch_add(kept.trail.phases.len() as u64, Ordering::Relaxed);
        let mut faults = kept.trail.faults();
        faults.extend(moved(&kept.trail, kept));
        faults
    };
    let audit = store.audit(&each).map_err(|e| e.to_string())?;
    let mut faults = audit.faults;
    let measured = match measured(&store) {
        Ok((count, different)) => {
            faults.extend(different);
            format!("{count} runs have the measures that follow from their predictions")
        }
        Err(why) => {
            faults.push(why);
            "measures could not be computed again".into()
        }
    };
    for path in &audit.ignored {
        print(&format!("not looked at: {}\n", path.display()));
    }
    for fault in faults.iter().take(SHOWN) {
        print(&format!("{fault}\n"));
    }
    if faults.len() > SHOWN {
        print(&format!("and {} more\n", faults.len() - SHOWN));
    }
    let folder = store.folder().display();
    if !faults.is_empty() {
        let things = if faults.len() == 1 { "one thing is".into() } else { format!("{} things are", faults.len()) };
        print(&format!("{folder}: {things} not as it should be\n"));
        return Ok(Outcome::Findings);
    }
    print(&format!(
        "{folder}: {} files ({}) are what was written\n  {} visits of phases left every frozen module as it was\n  {} phases \
         trained on no sample of another split\n  {measured}\n",
        audit.files,
        scaled(audit.bytes as f64, "B"),
        visits.into_inner(),
        phases.into_inner(),
    ));
    if let Some(shares) = computed(&store)? {
        print(&format!("  {shares}\n"));
    }
    match later.into_inner() {
        0 => {}
        later => print(&format!(
            "  {later} later visits of long runs were held to the same while they ran, and are not stored\n"
        )),
    }
    Ok(Outcome::Clean)
}

/// What is to be said of the instruction sets that computed the runs.
fn computed(store: &Store) -> Result<Option<String>, String> {
    let records = store.records().map_err(|e| e.to_string())?;
    let shares = instructions::shares(records.iter().map(|record| record.instructions.as_str()));
    let elsewhere: Vec<&str> =
        shares.keys().map(String::as_str).filter(|word| instructions::stored(word).is_none()).collect();
    let mixed = instructions::mixed(&shares);
    let mixed =
        mixed.map(|shares| format!("computed with {shares}: the last digits of equal runs differ between these"));
    if elsewhere.is_empty() {
        return Ok(mixed);
    }
    let (words, here) = (elsewhere.join(" and "), instructions::listed(", "));
    let other = format!("other bits are expected where runs of {words} are trained again: this machine has {here}");
    Ok(Some(mixed.map_or(other.clone(), |mixed| format!("{mixed}\n  {other}"))))
}

/// Weights that are stored and are not those that the run ended with.
fn moved(Trail { places, end, .. }: &Trail, kept: &Kept) -> Option<String> {
    let stored = |place: &Place| -> Vec<&[f32]> {
        place.weights.iter().filter_map(|path| kept.weights.get(path)).map(|array| array.values.as_slice()).collect()
    };
    let same = |(place, then): &(&Place, &u64)| hash(stored(place).into_iter()) == **then;
    let (place, _) = places.iter().zip(end).find(|pair| !same(pair))?;
    Some(format!("the weights of `{}` are not those that the run ended with", place.name))
}

/// How many runs have the measures that their predictions give, and what differs.
fn measured(store: &Store) -> Result<(usize, Vec<String>), String> {
    let (_, experiment) = snapshot::experiment(store)?;
    let stored = store.records().map_err(|e| e.to_string())?;
    let again = again(store, &experiment)?;
    let mut different = vec![];
    for record in stored.iter().filter(|record| record.failure.is_none()) {
        let name = format!("{}, seed {}, repeat {}", record.arm, record.seed, record.repeat);
        let Some(computed) = again.get(&(record.arm.clone(), record.seed, record.repeat)) else {
            different.push(format!("{name}: `records.jsonl` has measures, and there is no run"));
            continue;
        };
        let bits = |record: &RunRecord| -> BTreeMap<String, Result<u64, Absent>> {
            record.measures.iter().map(|(name, value)| (name.clone(), value.clone().map(f64::to_bits))).collect()
        };
        let (own, new) = (bits(record), bits(computed));
        let names = own.keys().chain(new.keys()).filter(|measure| own.get(*measure) != new.get(*measure));
        if let Some(measure) = names.min() {
            different.push(format!("{name}: `{measure}` in `records.jsonl` does not follow from the predictions"));
        } else if format!("{:?}", record.epochs) != format!("{:?}", computed.epochs) {
            different.push(format!("{name}: the curves in `records.jsonl` do not follow from the predictions"));
        }
    }
    Ok((stored.len(), different))
}

/// An arm with a seed and a repeat.
type Run = (ArmId, u64, u64);

/// The records of all runs that are stored, measured anew from what they kept.
fn again(store: &Store, experiment: &Experiment) -> Result<BTreeMap<Run, RunRecord>, String> {
    let cells = experiment::cells(experiment);
    let addresses = addresses(store.manifest());
    let mut graphs: BTreeMap<*const Pipeline, Graph> = BTreeMap::new();
    let mut records = vec![];
    for Cell { arm, pipeline, seed, repeat } in &cells {
        let Some(address) = addresses.get(&(ArmId::clone(arm), *seed, *repeat)).filter(|address| store.has(address))
        else {
            continue;
        };
        let graph = graphs.entry(*pipeline).or_insert_with(|| graph::lower(pipeline));
        let kept = store.kept(address, &is_shown).map_err(|e| e.to_string())?;
        let (measures, epochs) = measure::within(&kept, graph);
        let (arm, seed, repeat) = (ArmId::clone(arm), *seed, *repeat);
        records.push(RunRecord { arm, seed, repeat, measures, epochs, ..RunRecord::default() });
    }
    let references: Vec<String> = experiment.references.iter().map(|r| r.name.clone()).collect();
    let mut load = |arm: &ArmId, seed: u64, repeat: u64| {
        let address = addresses.get(&(arm.clone(), seed, repeat))?;
        store.kept(address, &is_shown).ok().map(Arc::new)
    };
    measure::complete(&mut records, &references, &mut load);
    Ok(records.into_iter().map(|r| ((r.arm.clone(), r.seed, r.repeat), r)).collect())
}

/// The address of every run that the manifest lists.
fn addresses(manifest: &Manifest) -> BTreeMap<Run, Address> {
    let places = manifest.seeds.iter().flat_map(|&seed| (0..manifest.repeats).map(move |repeat| (seed, repeat)));
    let places: Vec<(u64, u64)> = places.collect();
    let arms = manifest.arms.iter().chain(&manifest.references);
    let of_arm = |arm: &Arm| {
        let named = places.iter().zip(&arm.cells);
        named.map(|((seed, repeat), address)| ((arm.arm.clone(), *seed, *repeat), *address)).collect::<Vec<_>>()
    };
    arms.flat_map(of_arm).collect()
}
