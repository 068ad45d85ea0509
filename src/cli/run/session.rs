//! One experiment and its folder of runs: what is done already, what is trained now, what comes of both. Owns their order;
//! prints no table.

use super::Run;
use super::before;
use super::origin::{owner, texts, with_origin};
use super::progress::Progress;
use crate::check::names::Program;
use crate::cli::gather::Gathering;
use crate::cli::instructions::listed;
use crate::cli::output::{complain, note};
use crate::cli::test_hooks;
use crate::experiment::{self, Cell, Listener, News, Options, Recipes, UNREADABLE};
use crate::hir::Experiment;
use crate::record::checkpoint::Checkpoint;
use crate::record::{Address, ArmId, Artifacts, RunRecord};
use crate::span::Span;
use crate::store::{Committer, Event, Finished, Lock, Store, StoreError, Wanted};
use crate::tensor::Instructions;
use crate::train::Watch;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// An experiment on its way.
pub struct Session<'s> {
    pub store: Store,
    /// Where everything is trained anew: what is done since. It may have been begun by a program that was stopped.
    fresh: Option<BTreeSet<Address>>,
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

/// What came of it.
pub struct Results {
    /// One a place of which a run is done or has failed, in the order of the places.
    pub records: Vec<RunRecord>,
    /// Runs that are stored, of all.
    pub done: usize,
    pub of: usize,
    /// What all of them came to, once each is done or has failed.
    pub hash: Option<String>,
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
        let mut told = |why: &StoreError, aside: &Path| complain(&format!("{why}: it is `{}` now", aside.display()));
        let store = Store::create(&lock, manifest, &texts(program), &mut told).map_err(|e| e.to_string())?;
        let places = Places::of(experiment, &cells);
        let mut firsts = BTreeMap::new();
        for (place, address) in addresses.iter().enumerate() {
            firsts.entry(*address).or_insert(place);
        }
        let fresh = if command.fresh { Some(begin_anew(&store, &firsts, command)?) } else { None };
        Ok(Self {
            store,
            fresh,
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
    pub fn run(&mut self) -> Result<Results, String> {
        let of = self.firsts.len();
        let gathering = self.done()?;
        let known = gathering.done();
        let known: BTreeSet<Address> = match &self.fresh {
            Some(fresh) => known.intersection(fresh).copied().collect(),
            None => known,
        };
        if !known.is_empty() && !self.command.quiet {
            note(&format!("{}: {} of {of} runs were done already", self.experiment.name, known.len()));
        }
        let mut to_do: Vec<usize> = self.firsts.iter().filter(|(a, _)| !known.contains(a)).map(|(_, p)| *p).collect();
        to_do.sort_unstable();
        let gathering = if to_do.is_empty() {
            gathering
        } else {
            let before = gathering.into_lines();
            self.train(&to_do)?;
            let ended: BTreeSet<Address> = to_do.into_iter().map(|place| self.addresses[place]).collect();
            let mut gathering = Gathering::with(&self.store, before)?;
            gathering.measure(self.experiment, &self.cells, &ended)?;
            gathering
        };
        let gathered = gathering.gathered()?;
        self.store.save_records(&gathered.lines).map_err(|e| e.to_string())?;
        let done = match &self.fresh {
            Some(_) => self.store.fresh().map_err(|e| e.to_string())?.unwrap_or_default().len(),
            None => gathered.done,
        };
        if self.stop.load(Ordering::Relaxed) {
            self.store.note(&Event::Interrupted { done, of }).map_err(|e| e.to_string())?;
        } else if self.fresh.is_some() {
            self.store.note(&Event::Ended { of }).map_err(|e| e.to_string())?;
        }
        let hash = gathered.hash.clone();
        self.store.seal(hash.as_deref()).map_err(|e| e.to_string())?;
        Ok(Results { records: gathered.into_records(), done, of, hash })
    }

    /// Runs that are stored and have shown what is asked, measured anew where they have to be. A damaged file is set aside.
    fn done(&self) -> Result<Gathering<'_>, String> {
        let mut gathering = Gathering::of(&self.store)?;
        gathering.measure(self.experiment, &self.cells, &BTreeSet::new())?;
        for (address, why) in &gathering.damaged {
            let aside = self.store.set_aside(address, why).map_err(|e| e.to_string())?;
            complain(&format!("{why}: it is `{}` now", aside.display()));
        }
        Ok(gathering)
    }

    fn watch(&self, cell: &Cell<'_>) -> Watch {
        experiment::watch(self.experiment, cell.pipeline)
    }

    /// Trains the cells of these places, and stores each when it is done. What is stored does not stay in memory, however many runs
    /// there are.
    fn train(&self, places: &[usize]) -> Result<(), String> {
        let cells: Vec<Cell<'_>> = places.iter().map(|&place| self.cells[place].clone()).collect();
        let started = Event::Started { to_do: cells.len(), of: self.firsts.len(), threads: self.options.threads };
        self.store.note(&started).map_err(|e| e.to_string())?;
        let progress = Progress::new(&self.experiment.name, cells.len(), self.command.quiet);
        let committer = Committer::new(&self.store);
        let keeper = Keeper { session: self, progress, committer: &committer, lost: Mutex::default() };
        let mut told = |stored: Result<&[Finished], StoreError>| match stored {
            Ok(group) => group.iter().for_each(|run| keeper.progress.ended(&run.record)),
            Err(why) => keeper.lose(why),
        };
        let trained = std::thread::scope(|scope| {
            scope.spawn(|| committer.run(&mut told));
            let trained = experiment::each(self.experiment, &cells, self.options, self.stop, &keeper, &|_| ());
            committer.close();
            trained
        });
        let Keeper { progress, lost, .. } = keeper;
        progress.finish(trained?.len(), self.options.threads);
        lost.into_inner().unwrap_or_default().map_or(Ok(()), |why| Err(why.to_string()))
    }

    /// Why a run that is to show what is asked cannot go on from a checkpoint, which was to show what is `seen`.
    fn unfit(&self, checkpoint: &Checkpoint, seen: Option<Watch>, asked: &Watch) -> Option<String> {
        if !seen.is_some_and(|seen| seen.covers_epochs(asked)) {
            return Some("has not shown all epochs that are asked for now".into());
        }
        let of = &checkpoint.state.instructions;
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

/// Everything is to be trained anew: the runs that are done since that was said, if the program was stopped on its way.
fn begin_anew(store: &Store, firsts: &BTreeMap<Address, usize>, command: &Run) -> Result<BTreeSet<Address>, String> {
    let of = firsts.len();
    if let Some(done) = store.fresh().map_err(|e| e.to_string())? {
        let done: BTreeSet<Address> = done.into_iter().filter(|address| firsts.contains_key(address)).collect();
        if !command.quiet {
            note(&format!("goes on with what `--fresh` began: {} of {of} runs are trained anew", done.len()));
        }
        return Ok(done);
    }
    store.drop_checkpoints(&|address| firsts.contains_key(address));
    store.note(&Event::Fresh { of }).map_err(|e| e.to_string())?;
    Ok(BTreeSet::new())
}

/// Stores what is heard, and shows it.
struct Keeper<'k> {
    session: &'k Session<'k>,
    progress: Progress,
    committer: &'k Committer<'k>,
    /// Why the runs were stopped.
    lost: Mutex<Option<StoreError>>,
}

impl Keeper<'_> {
    /// What cannot be stored need not be trained.
    fn lose(&self, why: StoreError) {
        self.session.stop.store(true, Ordering::Relaxed);
        self.lost.lock().expect("no one panics while holding it").get_or_insert(why);
    }

    fn keep(&self, news: News<'_>) -> Result<(), StoreError> {
        let session = self.session;
        match news {
            News::Steps { .. } | News::Remark(_) => Ok(()),
            News::Checkpoint(cell, checkpoint) => {
                let watched = session.watched(session.place_of(cell));
                session.store.save_checkpoint(&session.recipes.recipe(cell), &watched, checkpoint)?;
                test_hooks::kept_checkpoint(session.stop);
                Ok(())
            }
            News::Done(record, artifacts) => {
                let place = session.place(record);
                let recipe = || session.recipes.recipe(&session.cells[place]);
                self.committer.add(match record.failure {
                    None => session.store.finished(&recipe(), record, artifacts, &session.watched(place))?,
                    Some(_) => session.store.failed(&session.addresses[place], record)?,
                });
                Ok(())
            }
        }
    }
}

impl Listener for Keeper<'_> {
    fn hear(&self, news: News<'_>) {
        self.progress.hear(news);
        if let Err(why) = self.keep(news) {
            self.lose(why);
        }
    }

    fn checkpoint(&self, cell: &Cell<'_>) -> Option<Checkpoint> {
        let session = self.session;
        test_hooks::begins(cell, session.stop);
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
            let own = session.addresses[session.place_of(cell)];
            session.store.drop_checkpoints(&|address| *address == own);
            return None;
        }
        checkpoint.evaluated.retain(|seen| asked.asks_for(seen));
        Some(checkpoint)
    }

    fn done(&self, cell: &Cell<'_>) -> Option<(RunRecord, Artifacts)> {
        let session = self.session;
        let address = &session.addresses[session.place_of(cell)];
        if !session.store.has(address) || session.fresh.as_ref().is_some_and(|done| !done.contains(address)) {
            return None;
        }
        // What cannot be read is trained again, and what others are to begin from with other bits.
        let mut stored = session.store.stored(address).ok()?;
        let computed = &stored.record().instructions;
        if !computed.is_empty() && *computed != session.options.computed_with() {
            return None;
        }
        stored.artifacts(Wanted::Weights).ok().map(|artifacts| (stored.record().clone(), artifacts))
    }

    fn place(&self, span: Span) -> Option<String> {
        let sources = &self.session.program.sources;
        let at = sources.position(span.source, span.start);
        Some(format!("{}:{}:{}", sources.get(span.source).name, at.line, at.column))
    }
}
