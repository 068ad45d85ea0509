//! What the runs of a folder came to, whoever asks: records that were written and still fit, and all others measured anew from what
//! the runs left. Owns when a record fits: where it is of a run of the manifest, whose file was not written since, and whose measures
//! would be the same.

mod asked;
mod basis;
mod gathered;

pub use gathered::{FAILED, Gathered, hash};

use crate::experiment::Cell;
use crate::hir::Experiment;
use crate::measure;
use crate::parallel;
use crate::record::manifest::Listed;
use crate::record::{Address, ArmId, RunRecord, Turn};
use crate::store::{RecordLine, Store, StoreError, Wanted};
use crate::train::Watch;
use asked::Asked;
use gathered::came_to;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The records of a manifest on their way.
pub struct Gathering<'s> {
    store: &'s Store,
    runs: Vec<Listed<'s>>,
    /// One a run, where there is one that fits. Most runs of a large plan have none.
    lines: Vec<Option<Box<RecordLine>>>,
    /// Of runs that are stored and whole.
    known: BTreeMap<Address, StoredRun>,
    /// Runs that are stored and cannot be read.
    pub damaged: Vec<(Address, StoreError)>,
    /// Runs that are stored and have not shown what is asked.
    pub unseen: BTreeSet<Address>,
    /// Lines of runs that the manifest does not list.
    pub strangers: usize,
}

/// What is known of a run without its numbers.
struct StoredRun {
    tie: String,
    digest: String,
}

impl<'s> Gathering<'s> {
    /// Holds what was written against what is stored. Lines of other runs than the manifest's are left out, and counted.
    pub fn of(store: &'s Store) -> Result<Self, String> {
        Self::with(store, store.records().map_err(|e| e.to_string())?)
    }

    /// The same with lines that somebody has.
    pub fn with(store: &'s Store, lines: Vec<RecordLine>) -> Result<Self, String> {
        let runs: Vec<Listed<'s>> = store.manifest().runs().collect();
        let listed: BTreeSet<Address> = runs.iter().map(|run| run.address).collect();
        let strangers = lines.iter().filter(|line| !listed.contains(&line.address)).count();
        let mut gathering = Self {
            store,
            lines: vec![None; runs.len()],
            runs,
            known: BTreeMap::new(),
            damaged: vec![],
            unseen: BTreeSet::new(),
            strangers,
        };
        gathering.place(lines).map_err(|e| e.to_string())?;
        gathering.open().map_err(|e| e.to_string())?;
        gathering.hold();
        Ok(gathering)
    }

    /// Of runs that somebody read: what those that are whole came to, and their records, each under the name of one of its runs.
    pub fn read(store: &'s Store, digests: &BTreeMap<Address, String>, records: BTreeMap<Address, RunRecord>) -> Self {
        let runs: Vec<Listed<'s>> = store.manifest().runs().collect();
        let known = digests
            .iter()
            .map(|(address, digest)| (*address, StoredRun { tie: String::new(), digest: digest.clone() }));
        let mut gathering = Self {
            store,
            lines: vec![None; runs.len()],
            runs,
            known: known.collect(),
            damaged: vec![],
            unseen: BTreeSet::new(),
            strangers: 0,
        };
        if gathering.measures_together() {
            return gathering;
        }
        let measures: BTreeMap<&ArmId, &str> =
            store.manifest().arms.iter().map(|arm| (&arm.arm, arm.measures.as_str())).collect();
        for (run, line) in gathering.runs.iter().zip(&mut gathering.lines) {
            let Some((record, digest)) = records.get(&run.address).zip(digests.get(&run.address)) else { continue };
            // Equal runs may be measured by other metrics.
            if measures.get(&record.arm).is_some_and(|measures| *measures == run.arm.measures) {
                let record = named(run, record.clone());
                *line = Some(
                    RecordLine { address: run.address, digest: digest.clone(), record, ..RecordLine::default() }.into(),
                );
            }
        }
        gathering
    }

    /// Gives every run the line that is of it and of its file as it is.
    fn place(&mut self, lines: Vec<RecordLine>) -> Result<(), StoreError> {
        let mut by_address: BTreeMap<Address, Vec<RecordLine>> = BTreeMap::new();
        lines.into_iter().for_each(|line| by_address.entry(line.address).or_default().push(line));
        for (run, place) in self.runs.iter().zip(&mut self.lines) {
            let Some(of_run) = by_address.get_mut(&run.address) else { continue };
            let is_of = |line: &RecordLine| {
                let record = &line.record;
                record.failure.is_none() && (&record.arm, record.turn()) == (&run.arm.arm, run.turn)
            };
            let Some(line) = of_run.iter().position(is_of).map(|at| of_run.swap_remove(at)) else { continue };
            if self.store.tie(&run.address)?.is_some_and(|tie| tie == line.tie) {
                let known = StoredRun { tie: line.tie.clone(), digest: line.digest.clone() };
                self.known.entry(run.address).or_insert(known);
                *place = Some(line.into());
            }
        }
        Ok(())
    }

    /// Reads the headers of all other runs that are stored.
    fn open(&mut self) -> Result<(), StoreError> {
        // In the order of the runs, which is about that of the files.
        let mut once = BTreeSet::new();
        let unknown =
            self.runs.iter().map(|run| run.address).filter(|address| {
                once.insert(*address) && !self.known.contains_key(address) && self.store.has(address)
            });
        let unknown: Vec<Address> = unknown.collect();
        let read = parallel::map(&unknown, |address| -> Result<StoredRun, StoreError> {
            let tie = self.store.tie(address)?.unwrap_or_default();
            let digest = self.store.stored(address)?.digest()?;
            Ok(StoredRun { tie, digest })
        });
        for (address, found) in unknown.into_iter().zip(read) {
            match found {
                Ok(known) => _ = self.known.insert(address, known),
                Err(error) if error.is_damage() => self.damaged.push((address, error)),
                Err(error) if error.is_missing() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    // ------------------------------------------------------------ measuring

    /// Whether every run that is stored has its record.
    pub fn is_whole(&self) -> bool {
        self.to_measure().is_empty()
    }

    fn to_measure(&self) -> Vec<usize> {
        let lacks = |&i: &usize| self.lines[i].is_none() && self.known.contains_key(&self.runs[i].address);
        (0..self.runs.len()).filter(lacks).collect()
    }

    /// Measures what has no record, by the experiment whose runs these are. Those that `ended` just now were measured by it.
    pub fn measure(
        &mut self,
        experiment: &Experiment,
        cells: &[Cell<'_>],
        ended: &BTreeSet<Address>,
    ) -> Result<(), String> {
        let to_measure = self.to_measure();
        let asked = Asked::of(experiment, cells, to_measure.iter().map(|&i| self.runs[i]));
        let found = parallel::map(&to_measure, |&i| self.record(&self.runs[i], &asked, ended));
        let (mut places, mut records) = (vec![], vec![]);
        for (i, found) in to_measure.into_iter().zip(found) {
            let address = self.runs[i].address;
            match found {
                Ok(Some(record)) => {
                    places.push(i);
                    records.push(record);
                }
                Ok(None) => _ = self.unseen.insert(address),
                Err(error) if error.is_damage() => {
                    self.known.remove(&address);
                    self.damaged.push((address, error));
                }
                Err(error) => return Err(error.to_string()),
            }
        }
        self.complete(experiment, &asked, &mut records)?;
        let bases = self.bases();
        for (i, record) in places.into_iter().zip(records) {
            let address = self.runs[i].address;
            if let (Some(StoredRun { tie, digest }), Some(basis)) = (self.known.get(&address), &bases[i]) {
                let (tie, digest, basis) = (tie.clone(), digest.clone(), basis.clone());
                self.lines[i] = Some(RecordLine { address, tie, digest, basis, record }.into());
            }
        }
        Ok(())
    }

    /// The record of a run; `None` where it has not shown what is asked.
    fn record(
        &self,
        run: &Listed<'_>,
        asked: &Asked<'_>,
        ended: &BTreeSet<Address>,
    ) -> Result<Option<RunRecord>, StoreError> {
        let Some((graph, watch)) = asked.of_run(&run.arm.arm, run.turn) else { return Ok(None) };
        let mut stored = self.store.stored(&run.address)?;
        let seen: Option<Watch> = ron::from_str(stored.watched()).ok();
        if !seen.is_some_and(|seen| seen.covers(watch)) {
            return Ok(None);
        }
        let own = stored.record().clone();
        let found = if ended.contains(&run.address) && own.arm == run.arm.arm {
            own
        } else {
            let (measures, epochs) = measure::within(&stored.artifacts(Wanted::Predictions)?, graph);
            RunRecord { measures, epochs, ..own }
        };
        Ok(Some(named(run, found)))
    }

    /// Adds what is measured of several runs together.
    fn complete(&self, experiment: &Experiment, asked: &Asked<'_>, records: &mut [RunRecord]) -> Result<(), String> {
        if !self.measures_together() {
            return Ok(());
        }
        let arms = self.store.manifest().arms.iter().chain(&self.store.manifest().references);
        let arms: BTreeMap<&ArmId, &[Address]> = arms.map(|arm| (&arm.arm, arm.cells.as_slice())).collect();
        let turns: BTreeMap<Turn, usize> = self.store.manifest().turns().zip(0..).collect();
        let references: Vec<String> = experiment.references.iter().map(|r| r.name.clone()).collect();
        let mut wrong = None;
        let mut load = |arm: &ArmId, turn: Turn, wanted: Wanted| {
            let address = arms.get(arm)?.get(*turns.get(&turn)?)?;
            // A reference that failed, or that is not done yet, leaves its measures out.
            if !self.known.contains_key(address) {
                return None;
            }
            let artifacts = self.store.artifacts(address, wanted);
            artifacts.map_err(|why| wrong.get_or_insert(why.to_string()).clone()).ok().map(Arc::new)
        };
        let graph = |arm: &ArmId| asked.of_arm(arm);
        let mut predictions = |arm: &ArmId, turn| load(arm, turn, Wanted::Predictions);
        measure::complete(records, &references, &mut predictions);
        measure::pool(records, &graph, &mut predictions);
        let manifest = self.store.manifest();
        measure::slice(records, (&manifest.groups(), &manifest.worst()), &graph, &mut |arm, turn| {
            load(arm, turn, Wanted::Samples)
        });
        wrong.map_or(Ok(()), Err)
    }

    // ------------------------------------------------------------ what came of it

    /// Runs that are stored, whole and have shown what is asked.
    pub fn done(&self) -> BTreeSet<Address> {
        self.runs.iter().zip(&self.lines).filter(|(_, line)| line.is_some()).map(|(run, _)| run.address).collect()
    }

    /// How many runs there are: equal ones are one.
    pub fn count(&self) -> usize {
        self.runs.iter().map(|run| run.address).collect::<BTreeSet<_>>().len()
    }

    /// What was written and measured so far.
    pub fn into_lines(self) -> Vec<RecordLine> {
        self.lines.into_iter().flatten().map(|line| *line).collect()
    }

    /// Everything: one a run that is done or whose last try failed.
    pub fn gathered(self) -> Result<Gathered, String> {
        let whole = self.lines.iter().all(Option::is_some);
        let mut failures = if whole { BTreeMap::new() } else { self.store.failures().map_err(|e| e.to_string())? };
        failures.retain(|address, _| !self.known.contains_key(address));
        let (done, of) = (self.done().len(), self.count());
        let failed = |run: &Listed<'_>| {
            let record = named(run, failures.get(&run.address)?.clone());
            Some(Box::new(RecordLine { address: run.address, record, ..RecordLine::default() }))
        };
        let lines = self.runs.iter().zip(self.lines).map(|(run, line)| line.or_else(|| failed(run)));
        let lines: Vec<Option<Box<RecordLine>>> = lines.collect();
        let hash = hash(self.runs.iter().zip(&lines).map(|(run, line)| (run, line.as_deref().map(came_to))));
        Ok(Gathered {
            lines: lines.into_iter().flatten().map(|line| *line).collect(),
            done,
            of,
            strangers: self.strangers,
            hash,
        })
    }
}

/// A record under the name that its run has in the manifest.
fn named(run: &Listed<'_>, record: RunRecord) -> RunRecord {
    let reference = run.arm.arm.beside().map(str::to_string);
    RunRecord { arm: run.arm.arm.clone(), reference, ..record }.of_turn(run.turn)
}
