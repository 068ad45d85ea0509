//! Stores runs and their checkpoints as they come from training, and gives back what was stored of them before. Owns what stops
//! the training: what cannot be stored need not be trained.

use super::directory::{RunDirectory, set_aside};
use super::grid::Grid;
use super::log::Logging;
use super::progress::Progress;
use super::sharing::{Asked, Sharing};
use crate::check::names::Program;
use crate::cli::instructions::listed;
use crate::cli::output::complain;
use crate::cli::test_hooks;
use crate::experiment::{Cell, Listener, News, Options};
use crate::record::checkpoint::Checkpoint;
use crate::record::{Artifacts, RunRecord};
use crate::span::Span;
use crate::store::{Committer, Finished, StoreError, Wanted};
use crate::tensor::Instructions;
use crate::train::Watch;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub struct Recorder<'r> {
    pub grid: &'r Grid<'r>,
    pub directory: &'r RunDirectory,
    pub program: &'r Program,
    pub options: &'r Options,
    pub stop: &'r AtomicBool,
    pub progress: Progress,
    pub logging: Logging<'r>,
    pub committer: &'r Committer<'r>,
    pub sharing: &'r Sharing<'r>,
    /// Why the runs were stopped.
    pub lost: Mutex<Option<StoreError>>,
}

impl Recorder<'_> {
    /// Runs are on the disk, or why they are not.
    pub fn stored(&self, runs: Result<&[Finished], StoreError>) {
        match runs {
            Ok(group) => {
                for run in group {
                    self.progress.ended(&run.address, &run.record);
                    if let Err(why) = self.sharing.release(&run.address) {
                        self.lose(why);
                    }
                }
            }
            Err(why) => self.lose(why),
        }
    }

    pub fn lose(&self, why: StoreError) {
        self.stop.store(true, Ordering::Relaxed);
        self.lost.lock().expect("no one panics while holding it").get_or_insert(why);
    }

    fn store(&self, news: News<'_>) -> Result<(), StoreError> {
        let (grid, store) = (self.grid, &self.directory.store);
        match news {
            News::Remark(_) => Ok(()),
            News::Steps { cell, phase, share, loss, .. } => {
                self.sharing.advance(&grid.address(cell), &phase.name, share, loss);
                Ok(())
            }
            // Another goes on with it, and has its own.
            News::Checkpoint(cell, _) | News::Halted(cell, _) if !self.sharing.holds(&grid.address(cell))? => Ok(()),
            News::Checkpoint(cell, checkpoint) => {
                store.save_checkpoint(&grid.recipe(cell), &grid.watched(cell), checkpoint)?;
                test_hooks::kept_checkpoint(self.stop);
                Ok(())
            }
            // Where the run that goes on looks for where it was stopped.
            News::Halted(cell, checkpoint) => {
                store.save_checkpoint(&grid.recipe_after(cell), &grid.watched(cell), checkpoint)
            }
            News::Done(record, artifacts) => {
                let cell = grid.cell(record);
                self.committer.add(match record.failure {
                    None => store.finished(&grid.recipe(cell), record, artifacts, &grid.watched(cell))?,
                    Some(_) => store.failed(&grid.address(cell), record)?,
                });
                Ok(())
            }
        }
    }

    /// What was stored of a run, if others can begin from it.
    fn stored_before(&self, cell: &Cell<'_>) -> Option<(RunRecord, Artifacts)> {
        let address = self.grid.address(cell);
        if !self.directory.counts(&address) {
            return None;
        }
        // What cannot be read is trained again, and what others are to begin from with other bits.
        let mut stored = self.directory.store.stored(&address).ok()?;
        let computed = &stored.record().instructions;
        if !computed.is_empty() && *computed != self.options.computed_with() {
            return None;
        }
        stored.artifacts(Wanted::Weights).ok().map(|artifacts| (stored.record().clone(), artifacts))
    }

    /// Why a run of which `asked` is to be evaluated cannot resume from a checkpoint, of which `seen` was.
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
}

/// The record of a run that is not tried again.
fn given_up(cell: &Cell<'_>, why: String) -> RunRecord {
    RunRecord { arm: cell.arm.as_ref().clone(), failure: Some(why), ..RunRecord::default() }.of_turn(cell.turn)
}

/// Until it is looked again at what others do.
#[expect(clippy::disallowed_methods, reason = "another program is waited for")]
pub fn pause(time: Duration, stop: &AtomicBool) {
    let mut left = time;
    while !left.is_zero() && !stop.load(Ordering::Relaxed) {
        let part = left.min(PART);
        std::thread::sleep(part);
        left -= part;
    }
}

/// How long it may take to hear that the program is to end.
const PART: Duration = Duration::from_millis(200);

impl Listener for Recorder<'_> {
    fn hear(&self, news: News<'_>) {
        self.progress.hear(news);
        match news {
            News::Steps { cell, .. } | News::Checkpoint(cell, _) | News::Halted(cell, _) => {
                self.logging.hear(self.grid.address(cell), news);
            }
            News::Done(record, _) => self.logging.hear(self.grid.address(self.grid.cell(record)), news),
            News::Remark(_) => {}
        }
        if let Err(why) = self.store(news) {
            self.lose(why);
        }
    }

    fn claims(&self, cell: &Cell<'_>) -> bool {
        match self.sharing.ask(&self.grid.address(cell)) {
            Ok(Asked::Ours) => true,
            Ok(Asked::Theirs) => false,
            Ok(Asked::GivenUp(why)) => {
                self.hear(News::Done(&given_up(cell, why), &Artifacts::default()));
                false
            }
            Err(why) => {
                self.lose(why);
                false
            }
        }
    }

    fn checkpoint(&self, cell: &Cell<'_>) -> Option<Checkpoint> {
        test_hooks::begins(cell, self.stop);
        let store = &self.directory.store;
        let found = store.checkpoint(&self.grid.recipe(cell), &mut set_aside);
        let (watched, mut checkpoint) = found.unwrap_or_else(|why| {
            self.lose(why);
            None
        })?;
        let asked = self.grid.watch(cell);
        if let Some(why) = self.unfit(&checkpoint, ron::from_str(&watched).ok(), &asked) {
            self.forgets(cell, &why);
            return None;
        }
        checkpoint.evaluated.retain(|seen| asked.asks_for(seen));
        Some(checkpoint)
    }

    fn forgets(&self, cell: &Cell<'_>, why: &str) -> bool {
        let (store, Cell { arm, turn, .. }) = (&self.directory.store, cell);
        let name = if arm.0.is_empty() { String::new() } else { format!("{arm}, ") };
        complain(&format!("{name}{}: begins anew, its checkpoint {why}", turn.named()));
        let own = self.grid.address(cell);
        store.drop_checkpoints(&|address| *address == own);
        matches!(store.checkpoint(&self.grid.recipe(cell), &mut |_, _| ()), Ok(None))
    }

    /// Where another trains it, that is waited for.
    fn done(&self, cell: &Cell<'_>) -> Option<(RunRecord, Artifacts)> {
        let address = self.grid.address(cell);
        loop {
            let done = self.stored_before(cell);
            if done.is_some() || self.stop.load(Ordering::Relaxed) {
                return done;
            }
            match self.sharing.ask(&address) {
                // It may have been stored before it was claimed.
                Ok(Asked::Ours) => return self.stored_before(cell),
                Ok(Asked::Theirs) => {
                    self.sharing.again(&BTreeSet::from([address]));
                    pause(Duration::from_secs(1), self.stop);
                    self.directory.store.refresh().unwrap_or_else(|why| self.lose(why));
                }
                Ok(Asked::GivenUp(why)) => return Some((given_up(cell, why), Artifacts::default())),
                Err(why) => self.lose(why),
            }
        }
    }

    fn place(&self, span: Span) -> Option<String> {
        let sources = &self.program.sources;
        let at = sources.position(span.source, span.start);
        Some(format!("{}:{}:{}", sources.get(span.source).name, at.line, at.column))
    }
}
