//! One experiment from what is done already to what all of it came to. Owns their order; prints no table.

use super::Run;
use super::directory::{RunDirectory, Stopped, set_aside};
use super::grid::Grid;
use super::progress::Progress;
use super::recorder::{Recorder, pause};
use super::sharing::{Sharing, Tries};
use crate::check::names::Program;
use crate::cli::gather::Gathering;
use crate::cli::output::note;
use crate::experiment::{self, Cell, Options};
use crate::record::{Address, RunRecord};
use crate::report::count;
use crate::store::{Committer, Event, Finished};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// An experiment on its way.
pub struct Training<'t> {
    pub grid: &'t Grid<'t>,
    pub directory: &'t mut RunDirectory,
    pub program: &'t Program,
    pub command: &'t Run,
    pub options: &'t Options,
    pub stop: &'t AtomicBool,
    /// Runs that this command tried before, and that failed: they are not tried again.
    pub failed: &'t BTreeSet<Address>,
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
        let (grid, of) = (self.grid, self.grid.distinct());
        let gathering = self.done()?;
        let done: BTreeSet<Address> =
            gathering.done().into_iter().filter(|address| self.directory.counts(address)).collect();
        if !done.is_empty() && !self.command.quiet {
            note(&format!("{}: {} of {of} runs were done already", grid.experiment.name, done.len()));
        }
        let missing = grid.missing(&done.union(self.failed).copied().collect());
        let gathering = if missing.is_empty() {
            gathering
        } else {
            let before = gathering.into_lines();
            self.train(&missing)?;
            let ended: BTreeSet<Address> = missing.iter().map(|cell| grid.address(cell)).collect();
            let mut gathering = Gathering::with(&self.directory.store, before)?;
            gathering.measure(grid.experiment, &grid.cells, &ended)?;
            gathering
        };
        let gathered = gathering.gathered()?;
        let store = &mut self.directory.store;
        store.save_records(&gathered.lines).map_err(|e| e.to_string())?;
        let stopped = if self.stop.load(Ordering::Relaxed) { Stopped::Yes } else { Stopped::No };
        let done = self.directory.done(gathered.done)?;
        if stopped == Stopped::Yes || rest == Rest::Nothing {
            self.directory.note_end(stopped, done, of)?;
        }
        let hash = gathered.hash.clone();
        self.directory.store.seal(hash.as_deref()).map_err(|e| e.to_string())?;
        Ok(Results { records: gathered.into_records(), done, of, hash })
    }

    /// Trains what nobody else does, and waits for what others do; how many came to their end here.
    fn each(&self, cells: &[Cell<'_>], recorder: &Recorder<'_>) -> Result<usize, String> {
        let train = |cells: &[Cell<'_>]| {
            experiment::each(self.grid.experiment, cells, self.options, self.stop, recorder, &|_| ())
        };
        let mut trained = train(cells)?.len();
        let mut is_told = self.command.quiet;
        while !self.stop.load(Ordering::Relaxed) {
            let left = recorder.sharing.left().map_err(|e| e.to_string())?;
            if left.is_empty() {
                break;
            }
            if !std::mem::replace(&mut is_told, true) {
                let name = &self.grid.experiment.name;
                note(&format!("{name}: waits for {} that others train", count(left.len(), "run")));
            }
            pause();
            recorder.sharing.again(&left);
            let is_left = |cell: &&Cell<'_>| left.contains(&self.grid.address(cell));
            trained += train(&cells.iter().filter(is_left).cloned().collect::<Vec<_>>())?.len();
        }
        Ok(trained)
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

    /// Trains these cells, and stores each when it is done. What is stored does not stay in memory, however many runs there are.
    fn train(&self, cells: &[Cell<'_>]) -> Result<(), String> {
        let Self { grid, directory, program, command, options, stop, failed: _ } = self;
        let name = &grid.experiment.name;
        let started = Event::Started { to_do: cells.len(), of: grid.distinct(), threads: options.threads };
        directory.store.note(&started).map_err(|e| e.to_string())?;
        let order = cells.iter().map(|cell| grid.address(cell)).collect();
        let sharing =
            Sharing::new(&directory.store, &directory.presence, order, Tries::Any).map_err(|e| e.to_string())?;
        let fence = |run: &Finished| sharing.keep(run);
        let committer = Committer::new(&directory.store, &fence);
        let progress = Progress::new(name, cells.len());
        let recorder = Recorder {
            grid,
            directory,
            program,
            options,
            stop,
            progress: if command.quiet { progress.quiet() } else { progress },
            committer: &committer,
            sharing: &sharing,
            lost: Mutex::default(),
        };
        let trained = std::thread::scope(|scope| {
            scope.spawn(|| committer.run(&mut |stored| recorder.stored(stored)));
            let trained = self.each(cells, &recorder);
            committer.close();
            trained
        });
        let Recorder { progress, lost, .. } = recorder;
        progress.finish(trained?, options.threads);
        lost.into_inner().unwrap_or_default().map_or(Ok(()), |why| Err(why.to_string()))
    }
}
