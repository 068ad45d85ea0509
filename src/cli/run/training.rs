//! One experiment from what is done already to what all of it came to. Owns their order; prints no table.

use super::Run;
use super::directory::{RunDirectory, Stopped, set_aside};
use super::grid::Grid;
use super::log::Logs;
use super::progress::{Progress, Told};
use super::recorder::{Recorder, pause};
use super::sharing::{Sharing, Tries};
use crate::check::names::Program;
use crate::cli::gather::{Gathered, Gathering};
use crate::cli::live::View;
use crate::cli::output::note;
use crate::cli::render::terminal_width;
use crate::experiment::{self, Cell, Options};
use crate::record::{Address, RunRecord};
use crate::report::count;
use crate::store::{Committer, Event, Finished, RecordLine, Store};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long it is waited at least and at most until it is looked again at what others do.
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(5);

/// How often what runs is shown.
const SHOWN: Duration = Duration::from_secs(1);

/// Runs of others that are asked for at a time.
const ASKED: usize = 16;

/// An experiment on its way.
pub struct Training<'t> {
    pub grid: &'t Grid<'t>,
    pub directory: &'t mut RunDirectory,
    pub program: &'t Program,
    pub manner: Manner,
    pub options: &'t Options,
    pub stop: &'t AtomicBool,
    /// What others read.
    pub logs: &'t Logs,
    /// Runs that this command tried before, and that failed: they are not tried again.
    pub failed: &'t BTreeSet<Address>,
}

/// How an experiment is trained among others.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    pub told: Told,
    pub tries: Tries,
    pub waits: Waits,
}

/// What is waited for that others train.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// All of it: what it comes to is shown.
    Done,
    /// Whose owner may be gone.
    Unsure,
}

impl Manner {
    /// As the command line has it.
    pub fn of(command: &Run) -> Self {
        let told = match (command.quiet, command.live) {
            (true, _) => Told::Failures,
            (false, true) => Told::Live,
            (false, false) => Told::Progress,
        };
        Self { told, tries: Tries::Any, waits: Waits::Done }
    }
}

/// Whether other runs of the folder are trained after these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    More,
    Nothing,
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

impl Training<'_> {
    /// Trains what is not done, and gathers the records of everything.
    pub fn run(&mut self, rest: Rest) -> Result<Results, String> {
        let results = self.results(rest);
        self.in_place().and(results)
    }

    /// Whatever else went wrong, or did not: what is stored in a folder that is gone is lost.
    fn in_place(&self) -> Result<(), String> {
        self.directory.store.in_place().map_err(|why| why.to_string())
    }

    fn results(&mut self, rest: Rest) -> Result<Results, String> {
        self.logs.claim(self.directory.store.manifest(), self.directory.store.folder())?;
        let (grid, of) = (self.grid, self.grid.distinct());
        let gathering = self.done()?;
        let done: BTreeSet<Address> =
            gathering.done().into_iter().filter(|address| self.directory.counts(address)).collect();
        if !done.is_empty() && self.manner.told != Told::Failures {
            note(&format!("{}: {} of {of} runs were done already", grid.experiment.name, done.len()));
        }
        let missing = grid.missing(&done.union(self.failed).copied().collect());
        let gathered = if missing.is_empty() {
            let gathered = gathering.gathered()?;
            self.keep(&gathered)?;
            gathered
        } else {
            let before = gathering.into_lines();
            self.train(&missing)?;
            self.gather(before, &missing.iter().map(|cell| grid.address(cell)).collect())?
        };
        let stopped = if self.stop.load(Ordering::Relaxed) { Stopped::Yes } else { Stopped::No };
        let done = self.directory.done(gathered.done)?;
        if stopped == Stopped::Yes || rest == Rest::Nothing {
            self.directory.note_end(stopped, done, of)?;
        }
        let hash = gathered.hash.clone();
        Ok(Results { records: gathered.into_records(), done, of, hash })
    }

    /// Trains what nobody else does, and waits for what others do; how many came to their end here.
    fn each(&self, cells: &[Cell<'_>], recorder: &Recorder<'_>) -> Result<usize, String> {
        let train = |cells: &[Cell<'_>]| {
            experiment::each(self.grid.experiment, cells, self.options, self.stop, recorder, &|_| ())
        };
        let mut trained = train(cells)?.len();
        let mut is_told = self.manner.told == Told::Failures;
        let mut wait = Duration::ZERO;
        let mut round = 0;
        while !self.stop.load(Ordering::Relaxed) {
            let left = recorder.sharing.left().map_err(|e| e.to_string())?;
            // A few at a time: many programs may wait for many runs.
            let all = left.len();
            let few = left.iter().cycle().skip(round * ASKED % all.max(1)).take(ASKED.min(all)).copied();
            let left: BTreeSet<Address> = few.collect();
            round += 1;
            let left = match self.manner.waits {
                Waits::Done => left,
                Waits::Unsure => recorder.sharing.unsure(&left).map_err(|e| e.to_string())?,
            };
            if left.is_empty() {
                break;
            }
            if !std::mem::replace(&mut is_told, true) {
                let name = &self.grid.experiment.name;
                note(&format!("{name}: waits for {} that others train", count(all, "run")));
            }
            // The longer it lasts the less often others' claims are tried.
            wait = (wait * 3 / 2 + PAUSE).min(LONGEST);
            pause(wait, self.stop);
            recorder.sharing.again(&left);
            let is_left = |cell: &&Cell<'_>| left.contains(&self.grid.address(cell));
            trained += train(&cells.iter().filter(is_left).cloned().collect::<Vec<_>>())?.len();
        }
        Ok(trained)
    }

    /// For a worker among others: trains what nobody else does, and gathers the records where nothing is left. How many runs are neither
    /// done nor failed.
    pub fn work(&mut self) -> Result<usize, String> {
        let left = self.rest();
        self.in_place().and(left)
    }

    fn rest(&mut self) -> Result<usize, String> {
        let grid = self.grid;
        let done = |store: &Store| store.addresses().map_err(|e| e.to_string());
        let not = |done: BTreeSet<Address>| done.union(self.failed).copied().collect::<BTreeSet<Address>>();
        let mut missing = grid.missing(&not(done(&self.directory.store)?));
        // Workers that begin in other places ask for each other's runs last.
        let nonce = self.directory.presence.claims.nonce();
        let start = usize::from_str_radix(nonce.get(..8).unwrap_or("0"), 16).unwrap_or(0);
        if !missing.is_empty() {
            let start = start % missing.len();
            missing.rotate_left(start);
            self.train(&missing)?;
        }
        self.directory.store.refresh().map_err(|e| e.to_string())?;
        let failed = self.directory.store.failures().map_err(|e| e.to_string())?;
        let over: BTreeSet<Address> = not(done(&self.directory.store)?).into_iter().chain(failed.into_keys()).collect();
        let left = grid.missing(&over).len();
        if left == 0 {
            let before = self.directory.store.records().map_err(|e| e.to_string())?;
            let records = self.gather(before, &BTreeSet::new())?.into_records();
            self.finish_logs(&records);
        }
        Ok(left)
    }

    /// What logs have of all runs together, and runs that no log has.
    pub fn finish_logs(&self, records: &[RunRecord]) {
        let placed: Vec<_> = records.iter().map(|record| (self.grid.address(self.grid.cell(record)), record)).collect();
        self.logs.logging(self.directory.store.manifest()).finish(&placed);
    }

    /// The records of everything that is stored, written for whoever asks later.
    fn gather(&mut self, before: Vec<RecordLine>, ended: &BTreeSet<Address>) -> Result<Gathered, String> {
        let mut gathering = Gathering::with(&self.directory.store, before)?;
        gathering.measure(self.grid.experiment, &self.grid.cells, ended)?;
        let gathered = gathering.gathered()?;
        self.keep(&gathered)?;
        Ok(gathered)
    }

    fn keep(&mut self, gathered: &Gathered) -> Result<(), String> {
        let store = &mut self.directory.store;
        if !store.is_current() {
            let (name, folder) = (&self.grid.experiment.name, store.folder().display());
            note(&format!(
                "{name}: another command has made `{folder}` one of other runs meanwhile; the same command again shows all of these"
            ));
            return Ok(());
        }
        store.save_records(&gathered.lines).map_err(|e| e.to_string())?;
        store.seal(gathered.hash.as_deref()).map_err(|e| e.to_string())
    }

    /// Runs that are stored and have shown what is asked, measured anew where they have to be. A damaged file is set aside.
    fn done(&self) -> Result<Gathering<'_>, String> {
        let store = &self.directory.store;
        let mut gathering = Gathering::of(store)?;
        gathering.measure(self.grid.experiment, &self.grid.cells, &BTreeSet::new())?;
        for (address, why) in &gathering.damaged {
            let aside = store.set_aside(address, why).map_err(|e| e.to_string())?;
            set_aside(why, &aside);
        }
        Ok(gathering)
    }

    /// What runs now, until all is over.
    fn show(&self, progress: &Progress, over: &AtomicBool) {
        let mut view = View::new(self.directory.store.manifest());
        let store = Store::open(self.directory.store.folder()).ok();
        while !over.load(Ordering::Relaxed) {
            let doing = self.directory.presence.doing.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let tables = store
                .iter()
                .filter(|store| store.refresh().is_ok())
                .map(|store| view.tables(store, terminal_width()).to_string());
            let tables: String = tables.collect();
            progress.show(&format!("{}{tables}", view.running(&doing.runs)));
            pause(SHOWN, over);
        }
    }

    /// Ends the runs where their folder is gone, until nobody is left who could say that all is over.
    fn look_after(&self, recorder: &Recorder<'_>, over: &Receiver<()>) {
        while over.recv_timeout(SHOWN) == Err(RecvTimeoutError::Timeout) {
            self.directory.store.in_place().unwrap_or_else(|why| recorder.lose(why));
        }
    }

    /// Trains these cells, and stores each when it is done. What is stored does not stay in memory, however many runs there are.
    fn train(&self, cells: &[Cell<'_>]) -> Result<(), String> {
        let Self { grid, directory, program, manner, options, stop, logs, failed: _ } = self;
        let name = &grid.experiment.name;
        let started = Event::Started { to_do: cells.len(), of: grid.distinct(), threads: options.threads };
        directory.store.note(&started).map_err(|e| e.to_string())?;
        let order = cells.iter().map(|cell| grid.address(cell)).collect();
        let sharing =
            Sharing::new(&directory.store, &directory.presence, order, manner.tries).map_err(|e| e.to_string())?;
        let fence = |run: &Finished| sharing.keep(run);
        let committer = Committer::new(&directory.store, &fence);
        let progress = Progress::new(name, cells.len());
        let recorder = Recorder {
            grid,
            directory,
            program,
            options,
            stop,
            progress: progress.telling(manner.told),
            logging: logs.logging(directory.store.manifest()),
            committer: &committer,
            sharing: &sharing,
            lost: Mutex::default(),
        };
        let trained = std::thread::scope(|scope| {
            scope.spawn(|| committer.run(&mut |stored| recorder.stored(stored)));
            let over = AtomicBool::new(false);
            let (end, ended) = mpsc::channel();
            std::thread::scope(|inner| {
                let own = &recorder;
                inner.spawn(move || self.look_after(own, &ended));
                if manner.told == Told::Live && recorder.progress.is_drawn() {
                    inner.spawn(|| self.show(&recorder.progress, &over));
                }
                let trained = self.each(cells, &recorder);
                over.store(true, Ordering::Relaxed);
                drop(end);
                committer.close();
                trained
            })
        });
        let Recorder { progress, lost, .. } = recorder;
        progress.finish(trained?, options.threads);
        lost.into_inner().unwrap_or_default().map_or(Ok(()), |why| Err(why.to_string()))
    }
}
