//! One experiment and its folder of runs: what is done already, what is trained now, what comes of both. Owns their order;
//! prints no table.

use super::Run;
use super::before;
use super::origin::{owner, texts, with_origin};
use super::progress::Progress;
use crate::check::names::Program;
use crate::cli::instructions::listed;
use crate::cli::output::{complain, note};
use crate::experiment::{self, Cell, Listener, News, Options, Recipes, UNREADABLE};
use crate::graph;
use crate::hir::Experiment;
use crate::measure;
use crate::parallel;
use crate::record::checkpoint::Checkpoint;
use crate::record::{Address, ArmId, Kept, RunRecord};
use crate::span::Span;
use crate::store::{Event, Lock, Store, StoreError};
use crate::tensor::Instructions;
use crate::train::Watch;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// An experiment on its way.
pub struct Session<'s> {
    pub store: Store,
    /// Nobody else runs the experiment meanwhile.
    _lock: Lock,
    program: &'s Program,
    command: &'s Run,
    options: &'s Options,
    stop: &'s AtomicBool,
    experiment: &'s Experiment,
    /// Every place of the grid and beside it, with what decides its run and the address of that.
    cells: Vec<Cell<'s>>,
    recipes: Recipes,
    addresses: Vec<Address>,
    places: Places,
    /// The first place of every address: each run is trained once.
    firsts: BTreeMap<Address, usize>,
}

/// Where the run of an arm with a seed and a repeat stands among the cells: they come by seed and repeat.
struct Places {
    arms: BTreeMap<Arc<ArmId>, usize>,
    seeds: BTreeMap<u64, usize>,
    repeats: u64,
    /// Cells of one seed and repeat.
    together: usize,
}

impl Places {
    fn of(experiment: &Experiment, cells: &[Cell<'_>]) -> Self {
        let seeds: BTreeMap<u64, usize> = experiment.seeds.iter().enumerate().map(|(i, seed)| (*seed, i)).collect();
        let together = cells.len() / (experiment.seeds.len() * experiment.repeats as usize).max(1);
        let arms = cells.iter().take(together).enumerate().map(|(i, cell)| (cell.arm.clone(), i)).collect();
        Self { arms, seeds, repeats: experiment.repeats, together }
    }

    fn get(&self, arm: &ArmId, seed: u64, repeat: u64) -> Option<usize> {
        let turn = *self.seeds.get(&seed)? * self.repeats as usize + repeat as usize;
        (repeat < self.repeats).then_some(turn * self.together + self.arms.get(arm)?)
    }
}

/// The place of a run that came to an end, and its record where it failed.
type Ended = (usize, Option<Box<RunRecord>>);

/// What came of it.
pub struct Results {
    /// One a place of which a run is done or has failed, in the order of the places.
    pub records: Vec<RunRecord>,
    /// Runs that are stored, of all.
    pub done: usize,
    pub of: usize,
}

impl<'s> Session<'s> {
    /// Finds the folder, or makes it.
    pub fn open(
        command: &'s Run,
        options: &'s Options,
        stop: &'s AtomicBool,
        experiment: &'s Experiment,
        program: &'s Program,
    ) -> Result<Self, String> {
        let folder = command.runs.join(&experiment.name);
        let old = Store::open(&folder).ok();
        let cells = experiment::cells(experiment);
        let mut recipes = Recipes::of(&cells, options);
        let found = recipes.files();
        if found.iter().any(|(_, hash)| hash == UNREADABLE) {
            // Of data that are gone, what was made of them stays.
            let same = old.as_ref().filter(|old| old.manifest().file == command.chosen.file);
            let before = same.map_or(&[][..], |old| &old.manifest().files);
            recipes = Recipes::after(&cells, options, before);
        }
        let addresses: Vec<Address> = cells.iter().map(|cell| recipes.address(cell)).collect();
        let manifest = experiment::manifest(experiment, &cells, &recipes, options).map_err(|e| e.to_string())?;
        let manifest = with_origin(manifest, command, experiment, program, options);
        let lock = Lock::take(&folder, &owner()).map_err(|e| e.to_string())?;
        if let Some(gone) = lock.gone.as_ref().filter(|_| !command.quiet) {
            note(&format!("{}: {gone} ended without leaving; what it stored is gone on from", experiment.name));
        }
        if let Some(old) = old.filter(|_| !command.fresh) {
            before::compare(&old, &manifest, &found)?;
        }
        let store = Store::create(&lock, manifest, &texts(program)).map_err(|e| e.to_string())?;
        let places = Places::of(experiment, &cells);
        let mut firsts = BTreeMap::new();
        for (place, address) in addresses.iter().enumerate() {
            firsts.entry(*address).or_insert(place);
        }
        Ok(Self {
            store,
            _lock: lock,
            program,
            command,
            options,
            stop,
            experiment,
            cells,
            recipes,
            addresses,
            places,
            firsts,
        })
    }

    /// Trains what is not done, and gathers the records of everything.
    pub fn run(&self) -> Result<Results, String> {
        let of = self.firsts.len();
        let mut known = if self.command.fresh { BTreeMap::new() } else { self.done()? };
        if !known.is_empty() && !self.command.quiet {
            note(&format!("{}: {} of {of} runs were done already", self.experiment.name, known.len()));
        }
        let mut to_do: Vec<usize> =
            self.firsts.iter().filter(|(a, _)| !known.contains_key(a)).map(|(_, p)| *p).collect();
        to_do.sort_unstable();
        let ended = self.train(to_do)?;
        let records = parallel::map(&ended, |(place, failed)| match failed {
            Some(record) => Ok(RunRecord::clone(record)),
            None => self.store.record(&self.addresses[*place]),
        });
        for ((place, _), record) in ended.iter().zip(records) {
            known.insert(self.addresses[*place], record.map_err(|why| why.to_string())?);
        }
        let done = known.values().filter(|record| record.failure.is_none()).count();
        let mut records = vec![];
        let mut beside = BTreeSet::new();
        for (place, address) in self.addresses.iter().enumerate() {
            // A reference that several arms share is one run, and one record.
            if self.cells[place].arm.is_reference() && !beside.insert(address) {
                continue;
            }
            if let Some(record) = known.get(address) {
                records.push(self.record_of(place, record)?);
            }
        }
        self.complete(&mut records)?;
        self.store.keep_records(&records).map_err(|e| e.to_string())?;
        if self.stop.load(Ordering::Relaxed) {
            self.store.note(&Event::Interrupted { done, of }).map_err(|e| e.to_string())?;
        }
        Ok(Results { records, done, of })
    }

    /// Runs that are stored and have shown what is asked, measured anew. A damaged file is set aside.
    fn done(&self) -> Result<BTreeMap<Address, RunRecord>, String> {
        let stored: Vec<(Address, usize)> =
            self.firsts.iter().map(|(a, p)| (*a, *p)).filter(|(a, _)| self.store.has(a)).collect();
        let read = parallel::map(&stored, |(address, place)| self.measured(address, &self.cells[*place]));
        let mut done = BTreeMap::new();
        for ((address, _), found) in stored.into_iter().zip(read) {
            match found {
                Ok(record) => done.extend(record.map(|record| (address, record))),
                Err(why) if why.is_damage() => self.set_aside(&address, &why)?,
                Err(why) => return Err(why.to_string()),
            }
        }
        Ok(done)
    }

    /// A stored run with the measures of this experiment; `None` where it has not shown what they are computed of.
    fn measured(&self, address: &Address, cell: &Cell<'_>) -> Result<Option<RunRecord>, StoreError> {
        let mut stored = self.store.stored(address)?;
        let seen: Option<Watch> = ron::from_str(stored.watched()).ok();
        if !seen.is_some_and(|seen| seen.covers(&self.watch(cell))) {
            return Ok(None);
        }
        let kept = stored.kept(&is_shown)?;
        let (measures, epochs) = measure::within(&kept, &graph::lower(cell.pipeline));
        Ok(Some(RunRecord { measures, epochs, ..stored.record().clone() }))
    }

    /// The record of a place whose run has this one. Equal runs may be measured by other metrics.
    fn record_of(&self, place: usize, record: &RunRecord) -> Result<RunRecord, String> {
        let (cell, address) = (&self.cells[place], &self.addresses[place]);
        let metrics = |cell: &Cell<'_>| {
            let graph = graph::lower(cell.pipeline);
            format!("{:?}{:?}", graph.metrics, graph.detections)
        };
        let first = self.firsts[address];
        let same = record.failure.is_some() || first == place || metrics(cell) == metrics(&self.cells[first]);
        let found = if same { None } else { self.measured(address, cell).map_err(|why| why.to_string())? };
        let found = found.unwrap_or_else(|| record.clone());
        let reference = cell.arm.beside().map(str::to_string);
        Ok(RunRecord { arm: ArmId::clone(&cell.arm), reference, seed: cell.seed, repeat: cell.repeat, ..found })
    }

    fn watch(&self, cell: &Cell<'_>) -> Watch {
        experiment::watch(self.experiment, cell.pipeline)
    }

    /// Adds what is measured of several runs together.
    fn complete(&self, records: &mut [RunRecord]) -> Result<(), String> {
        let references: Vec<String> = self.experiment.references.iter().map(|r| r.name.clone()).collect();
        let mut wrong = None;
        let mut load = |arm: &ArmId, seed: u64, repeat: u64| {
            let address = &self.addresses[self.places.get(arm, seed, repeat)?];
            // A reference that failed, or that is not done yet, leaves its measures out.
            if !self.store.has(address) {
                return None;
            }
            let kept = self.store.kept(address, &is_shown);
            kept.map_err(|why| wrong.get_or_insert(why.to_string()).clone()).ok().map(Arc::new)
        };
        measure::complete(records, &references, &mut load);
        wrong.map_or(Ok(()), Err)
    }

    fn set_aside(&self, address: &Address, why: &StoreError) -> Result<(), String> {
        let aside = self.store.set_aside(address, why).map_err(|e| e.to_string())?;
        complain(&format!("{why}: it is `{}` now", aside.display()));
        Ok(())
    }

    /// Trains the cells of these places, and stores each as it is done. What is stored does not stay in memory, however many
    /// runs there are. What comes back are the places of those that ended, with the records of those that failed.
    fn train(&self, places: Vec<usize>) -> Result<Vec<Ended>, String> {
        if places.is_empty() {
            return Ok(vec![]);
        }
        let cells: Vec<Cell<'_>> = places.iter().map(|&place| self.cells[place].clone()).collect();
        let started = Event::Started { to_do: cells.len(), of: self.firsts.len(), threads: self.options.threads };
        self.store.note(&started).map_err(|e| e.to_string())?;
        let progress = Progress::new(&self.experiment.name, cells.len(), self.command.quiet);
        let keeper = Keeper { session: self, progress, lost: Mutex::default() };
        let ended = |record: RunRecord| {
            let place = self.place(&record);
            (place, record.failure.is_some().then(|| Box::new(record)))
        };
        let ended = experiment::each(self.experiment, &cells, self.options, self.stop, &keeper, &ended)?;
        keeper.progress.finish(ended.len(), self.options.threads);
        match keeper.lost.into_inner().unwrap_or_default() {
            Some(why) => Err(why.to_string()),
            None => Ok(ended),
        }
    }

    fn keep(&self, news: News<'_>) -> Result<(), StoreError> {
        match news {
            News::Steps { .. } | News::Remark(_) => Ok(()),
            News::Checkpoint(cell, checkpoint) => {
                let place = self.place_of(cell);
                self.store.keep_checkpoint(&self.recipes.recipe(cell), &self.watched(place), checkpoint)
            }
            News::Done(record, kept) => {
                let place = self.place(record);
                match record.failure {
                    None => {
                        self.store.keep(&self.recipes.recipe(&self.cells[place]), record, kept, &self.watched(place))
                    }
                    Some(_) => self.store.failed(&self.addresses[place], record),
                }
            }
        }
    }

    /// Why a run that is to show what is asked cannot go on from a checkpoint, which was to show what is `seen`.
    fn unfit(&self, checkpoint: &Checkpoint, seen: Option<Watch>, asked: &Watch) -> Option<String> {
        if !seen.is_some_and(|seen| seen.covers_epochs(asked)) {
            return Some("has not shown all epochs that are asked for now".into());
        }
        let of = &checkpoint.standing.instructions;
        (!self.options.goes_on_from(checkpoint)).then(|| {
            let (has, best) = (listed(", "), Instructions::best());
            format!("is of {of}, which this machine has not ({has}): `--instructions {best}` computes the same on both")
        })
    }

    fn watched(&self, place: usize) -> String {
        ron::to_string(&self.watch(&self.cells[place])).expect("plain data has a text")
    }

    fn place_of(&self, cell: &Cell<'_>) -> usize {
        self.places.get(&cell.arm, cell.seed, cell.repeat).expect("a cell of this experiment")
    }

    /// Of an arm with a seed and a repeat there is one.
    fn place(&self, record: &RunRecord) -> usize {
        self.places.get(&record.arm, record.seed, record.repeat).expect("a run of this experiment")
    }
}

/// Stores what is heard, and shows it.
struct Keeper<'k> {
    session: &'k Session<'k>,
    progress: Progress,
    /// Why the runs were stopped.
    lost: Mutex<Option<StoreError>>,
}

impl Keeper<'_> {
    /// What cannot be stored need not be trained.
    fn lose(&self, why: StoreError) {
        self.session.stop.store(true, Ordering::Relaxed);
        self.lost.lock().expect("no one panics while holding it").get_or_insert(why);
    }
}

impl Listener for Keeper<'_> {
    fn hear(&self, news: News<'_>) {
        self.progress.hear(news);
        if let Err(why) = self.session.keep(news) {
            self.lose(why);
        }
    }

    fn checkpoint(&self, cell: &Cell<'_>) -> Option<Checkpoint> {
        #[cfg(debug_assertions)]
        fault_of(cell);
        let session = self.session;
        if session.command.fresh {
            return None;
        }
        let mut told = |why: &StoreError, aside: &Path| complain(&format!("{why}: it is `{}` now", aside.display()));
        let found = session.store.checkpoint(&session.recipes.recipe(cell), &mut told);
        let (watched, mut checkpoint) = found.unwrap_or_else(|why| {
            self.lose(why);
            None
        })?;
        let asked = session.watch(cell);
        if let Some(why) = session.unfit(&checkpoint, ron::from_str(&watched).ok(), &asked) {
            let Cell { arm, seed, .. } = cell;
            complain(&format!("{arm}, seed {seed}: begins anew, its checkpoint {why}"));
            let dropped = session.store.drop_checkpoints(&session.addresses[session.place_of(cell)]);
            dropped.unwrap_or_else(|why| self.lose(why));
            return None;
        }
        checkpoint.evaluated.retain(|seen| asked.asks_for(seen));
        Some(checkpoint)
    }

    fn done(&self, cell: &Cell<'_>) -> Option<(RunRecord, Kept)> {
        let session = self.session;
        let address = &session.addresses[session.place_of(cell)];
        if session.command.fresh || !session.store.has(address) {
            return None;
        }
        // What cannot be read is trained again, and what others are to begin from with other bits.
        let mut stored = session.store.stored(address).ok()?;
        let computed = &stored.record().instructions;
        if !computed.is_empty() && *computed != session.options.computed_with() {
            return None;
        }
        stored.kept(&|tensor| tensor.starts_with("weights/")).ok().map(|kept| (stored.record().clone(), kept))
    }

    fn place(&self, span: Span) -> Option<String> {
        let sources = &self.session.program.sources;
        let at = sources.position(span.source, span.start);
        Some(format!("{}:{}:{}", sources.get(span.source).name, at.line, at.column))
    }
}

/// In builds for tests, `MHM_FAULT=1` ends runs of seed 1 with a panic.
#[cfg(debug_assertions)]
fn fault_of(cell: &Cell<'_>) {
    assert!(std::env::var("MHM_FAULT").map_or(true, |seed| seed != cell.seed.to_string()), "MHM_FAULT is set");
}

/// Measures need neither weights nor the trail.
pub fn is_shown(tensor: &str) -> bool {
    !tensor.starts_with("weights/") && !tensor.starts_with("trail/")
}
