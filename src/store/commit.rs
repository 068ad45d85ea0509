//! Runs that came to an end, put on the disk in groups: those that ended while the ones before them were flushed, or a moment ago. Owns
//! when; nothing is said to be done before it is on the disk.

use super::names::second_name;
use super::{Event, Store, StoreError, cell, explain};
use crate::record::{Address, Artifacts, Recipe, RunRecord};
use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How long a run waits for others that it can share a flush with.
const MOMENT: Duration = Duration::from_millis(200);

/// Bytes that are flushed without waiting, and those that may wait: whoever brings more has to wait himself.
const ENOUGH: usize = 8 << 20;
const MOST: usize = 64 << 20;

/// A run that came to an end.
#[derive(Debug)]
pub struct Finished {
    pub address: Address,
    pub record: RunRecord,
    /// Its file; nothing of a run that failed.
    file: Option<Vec<u8>>,
    event: String,
}

impl Finished {
    fn bytes(&self) -> usize {
        self.file.as_ref().map_or(0, Vec::len)
    }
}

impl Store {
    /// A run that is done, on its way to the disk.
    pub fn finished(
        &self,
        recipe: &Recipe,
        record: &RunRecord,
        artifacts: &Artifacts,
        watched: &str,
    ) -> Result<Finished, StoreError> {
        let address = recipe.address();
        let encoded = cell::encode(recipe, record, artifacts, watched);
        let file = encoded.map_err(|e| StoreError::damaged(&self.path(&address), e))?;
        let brief = super::Brief { seconds: record.seconds, instructions: record.instructions.clone() };
        let event = self.event_line(&Event::Done { address, brief })?;
        Ok(Finished { address, record: short(record), file: Some(file), event })
    }

    /// One that failed: the next time it is tried again.
    pub fn failed(&self, address: &Address, record: &RunRecord) -> Result<Finished, StoreError> {
        let event = self.event_line(&Event::Failed {
            address: *address,
            record: Box::new(short(record)),
            submission: self.log.submission,
            job: self.log.job.clone(),
        })?;
        Ok(Finished { address: *address, record: short(record), file: None, event })
    }

    /// Puts them on the disk together, and says so in the events.
    pub fn commit(&self, runs: &[Finished]) -> Result<(), StoreError> {
        self.in_place()?;
        let files = runs.iter().filter_map(|run| Some((run.address, run.file.as_deref()?)));
        let files: Vec<(Address, &[u8])> = files.collect();
        if !files.is_empty() {
            self.cells()?.write(&files)?;
        }
        let events: Vec<String> = runs.iter().map(|run| run.event.clone()).collect();
        self.note_all(&events)?;
        // What is done needs none; one that stays is swept the next time.
        let done: BTreeSet<Address> = files.iter().map(|(address, _)| *address).collect();
        self.drop_checkpoints(&|address| done.contains(address));
        Ok(())
    }

    /// Holds a run against what somebody else stored of it.
    ///
    /// # Errors
    /// They came to other bits: both are there, and who computed each with what.
    pub fn compare(&self, run: &Finished) -> Result<(), StoreError> {
        let Some(bytes) = &run.file else { return Ok(()) };
        let path = self.path(&run.address);
        let own = cell::Cell::open(Cursor::new(bytes), bytes.len() as u64).and_then(|mut cell| cell.digest());
        let own = own.map_err(|trouble| explain(&path, trouble))?;
        let mut stored = self.stored(&run.address)?;
        let other = stored.digest()?;
        if own == other {
            return Ok(());
        }
        let name = second_name(&run.address);
        let cells = self.cells()?.folder();
        cells.write(&name, bytes).map_err(|e| StoreError::refused(&cells.path().join(&name), &e))?;
        let with = |word: &str| if word.is_empty() { "unknown instructions".to_string() } else { word.into() };
        Err(StoreError::unequal(
            &path,
            format!(
                "run {} came to {other} there ({}), and to {own} here ({}), which is in `{}`",
                run.address,
                with(&stored.record().instructions),
                with(&run.record.instructions),
                cells.path().join(name).display()
            ),
        ))
    }

    /// Says that whoever trained a run is gone.
    pub fn lost(&self, address: &Address, who: &str) -> Result<(), StoreError> {
        self.note(&Event::Lost { address: *address, who: who.into(), submission: self.log.submission })
    }

    /// Stores a run that is done.
    pub fn save(
        &self,
        recipe: &Recipe,
        record: &RunRecord,
        artifacts: &Artifacts,
        watched: &str,
    ) -> Result<(), StoreError> {
        self.commit(&[self.finished(recipe, record, artifacts, watched)?])
    }
}

/// Curves are in the run's file: a line of events is for overviews.
fn short(record: &RunRecord) -> RunRecord {
    RunRecord { epochs: vec![], ..record.clone() }
}

/// Whether a run is to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    Yes,
    /// Somebody else stored the same, or is about to.
    No,
}

/// Asked of every run when it is about to be stored.
type Fence<'s> = dyn Fn(&Finished) -> Result<Keep, StoreError> + Sync + 's;

/// Takes runs from those who train and puts them on the disk for them.
pub struct Committer<'s> {
    store: &'s Store,
    fence: &'s Fence<'s>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<Finished>,
    /// Of those, and of the ones that are being flushed.
    bytes: usize,
    /// No more will come.
    closed: bool,
    /// Whatever comes is dropped: it could not be stored.
    lost: bool,
}

/// Hears which runs are on the disk, or why they are not.
type Told<'t> = dyn FnMut(Result<&[Finished], StoreError>) + 't;

impl<'s> Committer<'s> {
    pub fn new(store: &'s Store, fence: &'s Fence<'s>) -> Self {
        Self { store, fence, state: Mutex::default(), changed: Condvar::new() }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a run over, and waits where there is no room for more.
    pub fn add(&self, run: Finished) {
        let full = |state: &mut State| state.bytes >= MOST && !state.lost;
        let mut state = self.changed.wait_while(self.state(), full).unwrap_or_else(PoisonError::into_inner);
        if !state.lost {
            state.bytes += run.bytes();
            state.waiting.push(run);
            self.changed.notify_all();
        }
    }

    /// No run comes after this.
    pub fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    /// Until it is closed and nothing waits any more: groups go to the disk, each told when it is there. The first that cannot be
    /// stored is told, and nothing is from then on.
    pub fn run(&self, told: &mut Told<'_>) {
        while let Some(group) = self.next() {
            let group = self.kept(group, told);
            match self.store.commit(&group) {
                // What there is room for is stored.
                Err(_) if group.len() > 1 => group.iter().for_each(|run| self.one(run, told)),
                stored => self.told(&group, stored, told),
            }
        }
    }

    /// Those of a group that are to be stored; the others are told as they are.
    fn kept(&self, group: Vec<Finished>, told: &mut Told<'_>) -> Vec<Finished> {
        let mut kept = vec![];
        for run in group {
            match (self.fence)(&run) {
                Ok(Keep::Yes) => kept.push(run),
                Ok(Keep::No) => self.told(&[run], Ok(()), told),
                Err(why) => self.told(&[run], Err(why), told),
            }
        }
        kept
    }

    fn one(&self, run: &Finished, told: &mut Told<'_>) {
        let run = std::slice::from_ref(run);
        let stored = if self.state().lost { return } else { self.store.commit(run) };
        self.told(run, stored, told);
    }

    fn told(&self, runs: &[Finished], stored: Result<(), StoreError>, told: &mut Told<'_>) {
        let mut state = self.state();
        state.bytes = state.bytes.saturating_sub(runs.iter().map(Finished::bytes).sum());
        state.lost |= stored.is_err();
        drop(state);
        self.changed.notify_all();
        told(stored.map(|()| runs));
    }

    /// The next group; `None` where none will come.
    fn next(&self) -> Option<Vec<Finished>> {
        let nothing = |state: &mut State| state.waiting.is_empty() && !state.closed;
        let state = self.changed.wait_while(self.state(), nothing).unwrap_or_else(PoisonError::into_inner);
        let more = |state: &mut State| state.bytes < ENOUGH && !state.closed;
        let waited = self.changed.wait_timeout_while(state, MOMENT, more).unwrap_or_else(PoisonError::into_inner);
        let mut state = waited.0;
        if state.lost {
            state.waiting.clear();
        }
        (!state.waiting.is_empty()).then(|| std::mem::take(&mut state.waiting))
    }
}
