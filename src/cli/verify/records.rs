//! Records held against the runs they are of: whether each is there once, in its place, and follows from the predictions. Owns what
//! is compared; measures with `gather`.

use crate::cli::gather::Gathering;
use crate::cli::instructions::{Shares, shares};
use crate::experiment::Cell;
use crate::hir::Experiment;
use crate::measured::Absent;
use crate::record::manifest::Listed;
use crate::record::{Address, ArmId, RunRecord, Turn};
use crate::store::{Event, RecordLine, Store};
use std::collections::{BTreeMap, BTreeSet};

/// What was found.
#[derive(Default)]
pub struct Held {
    /// Records that follow from the predictions of their runs.
    pub count: usize,
    /// What computed the runs.
    pub instructions: Shares,
    pub faults: Vec<String>,
}

/// An arm in a turn.
type Run<'r> = (&'r ArmId, Turn);

fn run_of(record: &RunRecord) -> Run<'_> {
    (&record.arm, record.turn())
}

fn name((arm, turn): Run<'_>) -> String {
    let arm = if arm.0.is_empty() { String::new() } else { format!("{arm}, ") };
    format!("{arm}{turn}")
}

/// What is wrong with the records. `digests` are what the runs that are whole came to, `again` what was measured of them now.
pub fn held(
    store: &Store,
    (experiment, cells): (&Experiment, &[Cell<'_>]),
    digests: &BTreeMap<Address, String>,
    again: BTreeMap<Address, RunRecord>,
) -> Result<Held, String> {
    let written = store.records().map_err(|e| e.to_string())?;
    let mut gathering = Gathering::read(store, digests, again);
    gathering.measure(experiment, cells, &BTreeSet::new())?;
    let measured = gathering.gathered()?;
    let runs: Vec<Listed<'_>> = store.manifest().runs().collect();
    let mut faults = placed(store, &runs, &written);
    let again: BTreeMap<Run<'_>, &RecordLine> =
        measured.lines.iter().map(|line| (run_of(&line.record), line)).collect();
    let mut count = 0;
    for line in written.iter().filter(|line| line.record.failure.is_none()) {
        let said = |fault: &str| format!("{}: {fault}", name(run_of(&line.record)));
        let Some(own) = again.get(&run_of(&line.record)).filter(|own| own.address == line.address) else {
            if !digests.contains_key(&line.address) && runs.iter().any(|run| run.address == line.address) {
                faults.push(said("`records.jsonl` has measures, and there is no run"));
            }
            continue;
        };
        if digests.get(&line.address).is_some_and(|digest| *digest != line.digest) {
            faults.push(said("`records.jsonl` is of a run that came to something else"));
        }
        match different(&line.record, &own.record) {
            Some(what) => faults.push(said(&format!("{what} in `records.jsonl` does not follow from the predictions"))),
            None => count += 1,
        }
    }
    faults.extend(done_and_gone(store, &runs)?);
    let instructions = shares(measured.lines.iter().map(|line| line.record.instructions.as_str()));
    Ok(Held { count, instructions, faults })
}

/// Records that are missing, double, out of order or of runs that are not listed.
fn placed(store: &Store, runs: &[Listed<'_>], written: &[RecordLine]) -> Vec<String> {
    let mut faults = vec![];
    let places: BTreeMap<(Run<'_>, Address), usize> =
        runs.iter().enumerate().map(|(i, run)| (((&run.arm.arm, run.turn), run.address), i)).collect();
    let mut found: Vec<usize> = vec![];
    let mut seen = BTreeSet::new();
    let mut strangers = 0;
    for line in written {
        match places.get(&(run_of(&line.record), line.address)) {
            Some(place) if !seen.insert(*place) => {
                faults.push(format!("{}: `records.jsonl` has it twice", name(run_of(&line.record))));
            }
            Some(place) => found.push(*place),
            None => strangers += 1,
        }
    }
    if !found.is_sorted() {
        faults.push("`records.jsonl` is not in the order of the manifest's runs".into());
    }
    // Until everything is done, records are those of the last time that something was.
    if store.manifest().hash.is_none() {
        return faults;
    }
    if strangers > 0 {
        faults.push(format!("`records.jsonl` has {strangers} records of runs that the manifest does not list"));
    }
    let missing = runs.iter().enumerate().filter(|(i, _)| !seen.contains(i)).map(|(_, run)| run);
    faults.extend(missing.map(|run| format!("{}: `records.jsonl` lacks it", name((&run.arm.arm, run.turn)))));
    faults
}

/// Runs that were done, were not damaged since, and are not there.
fn done_and_gone(store: &Store, runs: &[Listed<'_>]) -> Result<Vec<String>, String> {
    let mut done: BTreeSet<Address> = BTreeSet::new();
    for event in store.events().map_err(|e| e.to_string())? {
        match event {
            Event::Done { address, .. } => _ = done.insert(address),
            Event::Damaged { address, .. } => _ = done.remove(&address),
            Event::Started { .. }
            | Event::Fresh { .. }
            | Event::Failed { .. }
            | Event::Lost { .. }
            | Event::Interrupted { .. }
            | Event::Ended { .. } => {}
        }
    }
    let gone = runs.iter().filter(|run| done.contains(&run.address) && !store.has(&run.address));
    let said = |run: &Listed<'_>| {
        let name = name((&run.arm.arm, run.turn));
        format!("{name}: it was done, and its run {} is missing", run.address)
    };
    Ok(gone.map(said).collect())
}

/// The first measure that is another, or the curves.
fn different(stored: &RunRecord, computed: &RunRecord) -> Option<String> {
    let bits = |record: &RunRecord| -> BTreeMap<String, Result<u64, Absent>> {
        record.measures.iter().map(|(name, value)| (name.clone(), value.clone().map(f64::to_bits))).collect()
    };
    let (own, new) = (bits(stored), bits(computed));
    let names = own.keys().chain(new.keys()).filter(|measure| own.get(*measure) != new.get(*measure));
    let rest = |record: &RunRecord| RunRecord { measures: BTreeMap::new(), ..record.clone() };
    let first = names.min().map(|measure| format!("`{measure}`"));
    // What has no number is equal to nothing, its text is.
    if format!("{:?}", stored.epochs) != format!("{:?}", computed.epochs) {
        return first.or(Some("the curves".into()));
    }
    first.or_else(|| (format!("{:?}", rest(stored)) != format!("{:?}", rest(computed))).then(|| "the record".into()))
}
