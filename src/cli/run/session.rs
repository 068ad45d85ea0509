//! One experiment and its folder of runs: what is done already, what is trained now, what comes of both. Owns their order;
//! prints no table.

use super::Run;
use super::origin::{texts, with_origin};
use super::progress::Progress;
use crate::check::names::Program;
use crate::cli::output::complain;
use crate::experiment::{self, Cell, News, Options};
use crate::hir::Experiment;
use crate::parallel;
use crate::record::{ArmId, Recipe, RunRecord};
use crate::store::{Event, Store, StoreError, Stored};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// An experiment on its way.
pub struct Session<'s> {
    pub store: Store,
    command: &'s Run,
    options: &'s Options,
    stop: &'s AtomicBool,
    experiment: &'s Experiment,
    /// Every place of the grid and beside it, with what decides its run and the address of that.
    cells: Vec<Cell<'s>>,
    recipes: Vec<Recipe>,
    addresses: Vec<String>,
    /// Of an arm with a seed and a repeat.
    places: BTreeMap<(ArmId, u64, u64), usize>,
}

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
        program: &Program,
    ) -> Result<Self, String> {
        let cells = experiment::cells(experiment);
        let recipes = experiment::recipes(&cells, options);
        let manifest = experiment::manifest(experiment, &cells, &recipes);
        let manifest = with_origin(manifest, command, experiment, program, options);
        let folder = command.runs.join(&experiment.name);
        if let Some(other) = Store::open(&folder).ok().filter(|old| old.manifest().file != manifest.file) {
            complain(&format!(
                "`{}` held results of `{}`: its runs stay, and what is shown is of `{}` from now on",
                folder.display(),
                other.manifest().file,
                manifest.file
            ));
        }
        let store = Store::create(&folder, manifest, &texts(program)).map_err(|e| e.to_string())?;
        let addresses = recipes.iter().map(Recipe::address).collect();
        let places =
            cells.iter().enumerate().map(|(i, cell)| ((cell.arm.clone(), cell.seed, cell.repeat), i)).collect();
        Ok(Self { store, command, options, stop, experiment, cells, recipes, addresses, places })
    }

    /// Trains what is not done, and gathers the records of everything.
    pub fn run(&self) -> Result<Results, String> {
        let distinct: BTreeSet<&String> = self.addresses.iter().collect();
        let mut done = if self.command.fresh { BTreeMap::new() } else { self.done(&distinct)? };
        let of = distinct.len();
        if !done.is_empty() && !self.command.quiet {
            let name = &self.experiment.name;
            eprintln!("{name}: {} of {of} runs were done already", done.len());
        }
        let mut to_do: BTreeSet<&String> =
            distinct.into_iter().filter(|address| !done.contains_key(*address)).collect();
        // The first place of each, in the order of places.
        let places = (0..self.cells.len()).filter(|&place| to_do.remove(&self.addresses[place]));
        let mut failed = BTreeMap::new();
        for record in self.train(places.collect(), of)? {
            let address = self.addresses[self.place(&record)].clone();
            let known = if record.failure.is_some() { &mut failed } else { &mut done };
            known.insert(address, record);
        }
        let record = |place: usize| {
            let address = &self.addresses[place];
            let Cell { arm, seed, repeat, .. } = &self.cells[place];
            let found = done.get(address).or_else(|| failed.get(address))?.clone();
            Some(RunRecord { arm: arm.clone(), seed: *seed, repeat: *repeat, ..found })
        };
        let records = (0..self.cells.len()).filter_map(record).collect();
        Ok(Results { records, done: done.len(), of })
    }

    /// Records of the runs that are stored. A damaged file is set aside.
    fn done(&self, distinct: &BTreeSet<&String>) -> Result<BTreeMap<String, RunRecord>, String> {
        let stored: Vec<&String> = distinct.iter().copied().filter(|address| self.store.has(address)).collect();
        let read = parallel::map(&stored, |address| self.store.stored(address));
        let mut done = BTreeMap::new();
        for (address, found) in stored.into_iter().zip(read) {
            match found {
                Ok(Stored { record, .. }) => _ = done.insert(address.clone(), record),
                Err(why) if why.is_damage() => self.set_aside(address, &why)?,
                Err(why) => return Err(why.to_string()),
            }
        }
        Ok(done)
    }

    fn set_aside(&self, address: &str, why: &StoreError) -> Result<(), String> {
        let aside = self.store.set_aside(address, why).map_err(|e| e.to_string())?;
        complain(&format!("{why}: it is `{}` now", aside.display()));
        Ok(())
    }

    /// Trains the cells of these places, and stores each as it is done.
    fn train(&self, places: Vec<usize>, of: usize) -> Result<Vec<RunRecord>, String> {
        if places.is_empty() {
            return Ok(vec![]);
        }
        let cells: Vec<Cell<'_>> = places.iter().map(|&place| self.cells[place].clone()).collect();
        let started = Event::Started { to_do: cells.len(), of, threads: self.options.threads };
        self.store.note(&started).map_err(|e| e.to_string())?;
        let progress = Progress::new(&self.experiment.name, cells.len(), self.command.quiet);
        let lost: Mutex<Option<StoreError>> = Mutex::default();
        let listen = |news: News<'_>| {
            progress.hear(news);
            if let Err(why) = self.keep(news) {
                // What cannot be stored need not be trained.
                self.stop.store(true, Ordering::Relaxed);
                lost.lock().expect("no one panics while holding it").get_or_insert(why);
            }
        };
        let records = experiment::run(self.experiment, &cells, self.options, self.stop, &listen)?;
        progress.finish(&records, self.options.threads);
        match lost.into_inner().unwrap_or_default() {
            Some(why) => Err(why.to_string()),
            None => Ok(records),
        }
    }

    fn keep(&self, news: News<'_>) -> Result<(), StoreError> {
        match news {
            News::Steps { .. } => Ok(()),
            News::Done(record, kept) => {
                let place = self.place(record);
                match record.failure {
                    None => self.store.keep(&self.recipes[place], record, kept, ""),
                    Some(_) => self.store.failed(&self.addresses[place], record),
                }
            }
        }
    }

    fn place(&self, record: &RunRecord) -> usize {
        self.places[&(record.arm.clone(), record.seed, record.repeat)]
    }
}
