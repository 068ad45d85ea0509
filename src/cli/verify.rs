//! `mhm verify`: whether results are what was written, whether they follow from each other, and whether all are there. Owns what is
//! said; reads everything, trains nothing.

mod declared;
mod records;
mod rounds;
mod runs;
mod searches;

use super::folder::Runs;
use super::gather;
use super::instructions::{self, Shares};
use super::load::{folder, roots};
use super::output::{Ended, Outcome, print};
use super::snapshot;
use crate::cost::sheet::scaled;
use crate::experiment::{self, Options};
use crate::record::Address;
use crate::record::manifest::{Listed, Manifest};
use crate::store::Store;
use clap::Args;
use runs::Looking;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  mhm verify table_2                     everything of `runs/table_2`
  mhm verify table_2 --sample 20         predictions computed again of 20 of its runs
  mhm verify table_2 --is 8c1f0a94be…    whether they are the runs that somebody states the hash of
  mhm verify old/table_2                 of results in another folder

Held against each other: every file and its check sums; the manifest and the texts it was made of; every module and what it was
before each phase that froze it; the samples of every phase and those of the other splits; the weights stored and those that the run
ended with; the predictions and the weights and data they follow from; the measures and the predictions they follow from; the runs
and records that there should be and those that are there.

Whether the weights are those that training comes to, `mhm reproduce` tells.

Exit codes: 0 all is as it should be, 1 something is not, 2 could not read it";

/// Faults that are shown.
const SHOWN: usize = 50;

/// Digits of a hash that are enough.
const DIGITS: usize = 16;

/// Check that results are what was written, follow from each other and are all there
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Verify {
    /// An experiment that was run, or its folder
    run: String,
    /// Compute the predictions of so many runs again (default: of all)
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// The hash that all runs together are said to have, or its first 16 digits or more
    #[arg(long, value_name = "HASH", value_parser = digits)]
    is: Option<String>,
    #[command(flatten)]
    runs: Runs,
    /// Folder that relative data paths start from
    #[arg(long, value_name = "DIR", value_parser = folder)]
    data: Vec<PathBuf>,
}

fn digits(text: &str) -> Result<String, String> {
    let is_hash = text.len() >= DIGITS && text.len() <= 64 && text.chars().all(|c| c.is_ascii_hexdigit());
    if is_hash {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(format!("a hash has 64 hexadecimal digits; {DIGITS} of them are enough"))
    }
}

pub fn run(command: &Verify) -> Ended {
    let store = command.runs.find(&command.run)?;
    let trials = searches::beside(&store).and_then(Result::ok);
    let outcome = verified(command, &store, trials.as_ref(), command.is.as_deref())?;
    // What chose its settings, too.
    trials.map_or(Ok(outcome), |trials| Ok(outcome.max(verified(command, &trials, None, None)?)))
}

/// `trials`: those that chose what was run, where they are there. `is`: the hash that the runs are said to have.
fn verified(command: &Verify, store: &Store, trials: Option<&Store>, is: Option<&str>) -> Ended {
    let manifest = store.manifest();
    let (mut faults, mut notes) = (vec![], vec![]);
    let declared = snapshot::declared(store).map_err(|why| faults.push(why)).ok();
    let declared = declared.map(|(_, experiment)| experiment);
    faults.extend(declared.as_ref().and_then(|declared| declared::seeds(manifest, declared)));
    let experiment = declared.map(|declared| snapshot::as_run(manifest, declared));
    let experiment = experiment.transpose().map_err(|why| faults.push(why)).unwrap_or_default();
    let cells = experiment.as_ref().map(experiment::cells).unwrap_or_default();
    let options = Options::plain(roots(&command.data, &manifest.file));
    if let Some(experiment) = &experiment {
        let found = declared::held(manifest, experiment, &cells, &options);
        faults.extend(found.faults);
        notes.extend(found.notes);
    }
    match (&experiment, trials) {
        (Some(experiment), Some(trials)) => faults.extend(searches::faults(manifest, experiment, trials)?),
        (_, None) if !manifest.searches.is_empty() => {
            notes.push("what was chosen and its trials: these are not there".into());
        }
        (_, _) => {}
    }
    let order: Vec<Address> = manifest.runs().map(|run| run.address).collect();
    let looking = Looking::of(store, &cells, &options, sampled(store, command.sample));
    let audit = store.audit(&order, &|stored, artifacts| looking.look(stored, artifacts)).map_err(|e| e.to_string())?;
    faults.extend(audit.faults);
    let mut found = looking.found();
    faults.extend(rounds::faults(manifest, &found.tested));
    let again = std::mem::take(&mut found.records);
    let measured =
        experiment.as_ref().map(|experiment| records::held(store, (experiment, &cells), &found.digests, again));
    let measured = match measured.transpose() {
        Ok(measured) => measured.unwrap_or_default(),
        Err(why) => {
            faults.push(why);
            records::Held::default()
        }
    };
    faults.extend(measured.faults);
    let whole = whole(store, &found.digests)?;
    faults.extend(stated(manifest, is, whole.as_deref()));
    for path in &audit.ignored {
        print(&format!("not looked at: {}\n", path.display()));
    }
    notes.extend(found.lost);
    notes.iter().for_each(|note| print(&format!("not held: {note}\n")));
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
         trained on no sample of another split\n  {} runs have the predictions that follow from their weights and data\n  {} runs have \
         the measures that follow from their predictions\n",
        audit.files,
        scaled(audit.bytes as f64, "B"),
        found.visits,
        found.phases,
        found.predicted,
        measured.count,
    ));
    for (group, runs) in &found.whole {
        print(&format!("  no split and no phase of {runs} runs cuts through a `{group}`\n"));
    }
    if let Some(shares) = computed(&measured.instructions) {
        print(&format!("  {shares}\n"));
    }
    if found.later > 0 {
        let later = found.later;
        print(&format!(
            "  {later} later visits of long runs were held to the same while they ran, and are not stored\n"
        ));
    }
    let listed = order.iter().collect::<BTreeSet<_>>();
    let done = listed.iter().filter(|address| store.has(address)).count();
    print(&match whole {
        Some(hash) => format!("  all {} runs together have the hash {hash}\n", listed.len()),
        None => format!(
            "  {done} of {} runs are done, the others are not yet: `{}` goes on\n",
            listed.len(),
            manifest.command
        ),
    });
    Ok(Outcome::Clean)
}

/// What is to be said of the instruction sets that computed the runs.
fn computed(shares: &Shares) -> Option<String> {
    let elsewhere: Vec<&str> =
        shares.keys().map(String::as_str).filter(|word| instructions::stored(word).is_none()).collect();
    let mixed = instructions::mixed(shares);
    let mixed =
        mixed.map(|shares| format!("computed with {shares}: the last digits of equal runs differ between these"));
    if elsewhere.is_empty() {
        return mixed;
    }
    let (words, here) = (elsewhere.join(" and "), instructions::listed(", "));
    let other = format!(
        "other bits are expected where runs of {words} are trained again, and their predictions were held to three digits: this \
         machine has {here}"
    );
    Some(mixed.map_or(other.clone(), |mixed| format!("{mixed}\n  {other}")))
}

/// What all runs of the manifest together came to, as far as they could be read.
fn whole(store: &Store, digests: &BTreeMap<Address, String>) -> Result<Option<String>, String> {
    let failures = store.failures().map_err(|e| e.to_string())?;
    let came_to = |run: &Listed<'_>| {
        let failed = failures.contains_key(&run.address).then_some(gather::FAILED);
        digests.get(&run.address).map(String::as_str).or(failed)
    };
    let runs: Vec<Listed<'_>> = store.manifest().runs().collect();
    Ok(gather::hash(runs.iter().map(|run| (run, came_to(run)))))
}

/// What is wrong with the hash of the runs: that of the manifest, and the one that was said.
fn stated(manifest: &Manifest, said: Option<&str>, found: Option<&str>) -> Vec<String> {
    let mut faults = vec![];
    match (&manifest.hash, found) {
        (Some(stored), Some(found)) if stored == found => {}
        (None, _) => {}
        (Some(stored), Some(found)) => {
            faults.push(format!("all runs together have the hash {found}, and had {stored} when the last was done"));
        }
        (Some(stored), None) => faults.push(format!(
            "all runs were done and had the hash {stored}, and by now some are missing: `{}` makes them anew",
            manifest.command
        )),
    }
    match (said, found) {
        (Some(said), Some(found)) if !found.starts_with(said) => {
            faults.push(format!("all runs together have the hash {found}, not {said}"));
        }
        (Some(said), None) => faults.push(format!("not all runs are done, so they cannot have the hash {said}")),
        (Some(_), Some(_)) | (None, _) => {}
    }
    faults
}

/// The runs whose predictions are computed again: all, or so many that nobody chose.
fn sampled(store: &Store, count: Option<usize>) -> Option<BTreeSet<Address>> {
    let rank = |address: &Address| *blake3::hash(format!("sample {address}").as_bytes()).as_bytes();
    let all: BTreeSet<Address> = store.manifest().runs().map(|run| run.address).collect();
    let mut all: Vec<Address> = all.into_iter().filter(|address| store.has(address)).collect();
    all.sort_by_cached_key(rank);
    count.map(|count| all.into_iter().take(count).collect())
}
