//! `mhm watch`: what an experiment is at now, from another terminal, until it is done or nobody goes on with it. Reads what `mhm status`
//! reads; off a terminal a line a minute.

use super::folder::{Runs, again};
use super::live::View;
use super::output::{Ended, Heard, Outcome, begin_anew, complain, tell};
use super::queue;
use super::render::terminal_width;
use super::run::{recorder, stop};
use super::status::workers::{self, Hands};
use super::status::{self, Short};
use crate::report::count;
use crate::search::searched;
use crate::store::{Store, StoreError};
use clap::Args;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  mhm watch table_2           what it is at, drawn again every second until it is done; Ctrl-C ends it
  mhm watch table_2 --once    as it is now
  mhm watch table_2 | cat     a line a minute, and one at the end

Exit codes: 0 all runs are done, or you ended it, or --once found somebody at work, 1 some runs failed, or nobody trains those that are to do, 2 the folder is gone";

/// Watch an experiment that runs: phases, losses, tables as they fill
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Watch {
    /// An experiment, or its folder of results
    run: String,
    #[command(flatten)]
    runs: Runs,
    /// Show it once, and end
    #[arg(long)]
    once: bool,
}

/// How often it is looked at, where Slurm is asked for its queue, too, and how often it is said where nothing is drawn.
const LOOK: Duration = Duration::from_secs(1);
const ASK: Duration = Duration::from_secs(5);
const SAID: Duration = Duration::from_secs(60);

/// Looks for what follows the trials of a search.
const FOLLOWS: u32 = 5;

/// Looks that find nobody before it counts as left: somebody may be about to come.
const PATIENCE: u32 = 2;

pub fn run(command: &Watch) -> Ended {
    let stop = stop::flag()?;
    let mut store = command.runs.find_or_trials(&command.run)?;
    loop {
        let outcome = watch(command, &store, &stop)?;
        match next(&store, &stop).filter(|_| outcome == Outcome::Clean && !command.once) {
            Some(next) => store = next,
            None => return Ok(outcome),
        }
    }
}

/// What follows the trials of a search: more of them, or the runs that they chose the settings of.
fn next(store: &Store, stop: &AtomicBool) -> Option<Store> {
    let name = searched(&store.manifest().experiment)?;
    let folder = store.folder().parent()?.join(name);
    let mut looks = 0;
    while looks < FOLLOWS && !stop.load(Ordering::Relaxed) {
        if let Ok(runs) = Store::open(&folder) {
            return Some(runs);
        }
        let trials = Store::open(store.folder()).ok()?;
        if status::short(&trials).is_ok_and(|short| short.to_do > 0) {
            return Some(trials);
        }
        recorder::pause(LOOK, stop);
        looks += 1;
    }
    None
}

/// Until it is over, or nobody looks.
fn watch(command: &Watch, store: &Store, stop: &AtomicBool) -> Ended {
    let mut view = View::new(store.manifest());
    let drawn = std::io::stdout().is_terminal();
    let pause = if queue::submissions(store).is_empty() { LOOK } else { ASK };
    let (mut since, mut alone, mut said) = (SAID, 0, String::new());
    loop {
        let hands = hands(store).map_err(|e| e.to_string())?;
        alone = if let Hands::None(_) = hands { alone + 1 } else { 0 };
        let is_left = alone >= PATIENCE;
        if drawn || command.once || since >= SAID || is_left {
            since = Duration::ZERO;
            let short = status::short(store).map_err(|e| e.to_string())?;
            let text = if drawn || command.once {
                text(store, &mut view).map_err(|e| e.to_string())?
            } else {
                format!("{}\n", short.line)
            };
            if drawn && !command.once {
                begin_anew();
            }
            // The same line twice says nothing.
            let heard = if drawn || text != said { tell(&text) } else { Heard::Yes };
            said = text;
            if heard == Heard::No {
                return Ok(Outcome::Clean);
            }
            if short.to_do + short.failed == 0 || is_left || command.once && alone > 0 {
                return Ok(ended(store, &short, &hands));
            }
            if command.once {
                return Ok(Outcome::Clean);
            }
        }
        recorder::pause(pause, stop);
        since += pause;
        if stop.load(Ordering::Relaxed) {
            return Ok(Outcome::Clean);
        }
    }
}

/// Who is there, after a look at what is new.
fn hands(store: &Store) -> Result<Hands, StoreError> {
    store.in_place()?;
    store.refresh()?;
    workers::hands(store)
}

/// Says why nothing more is to be seen.
fn ended(store: &Store, short: &Short, hands: &Hands) -> Outcome {
    let manifest = store.manifest();
    let (name, command) = (&manifest.experiment, again(store));
    if short.to_do > 0 {
        let gone = match hands {
            Hands::None(gone) if !gone.is_empty() => format!("{} ended without leaving, and ", gone.join(", ")),
            Hands::None(_) | Hands::Some | Hands::Unknown => String::new(),
        };
        let left = count(short.to_do, "run");
        complain(&format!("{name}: {gone}nobody trains the {left} that are to do; `{command}` goes on"));
    } else if short.failed > 0 {
        let failed = count(short.failed, "run");
        complain(&format!("{name}: {failed} failed: `mhm status` says why, `{command}` tries again"));
    } else {
        return Outcome::Clean;
    }
    Outcome::Findings
}

/// How far it is, what runs now, and the tables of what is done.
fn text(store: &Store, view: &mut View) -> Result<String, StoreError> {
    let running = view.running(&workers::underway(store)?);
    let running = if running.is_empty() { running } else { format!("\n{running}") };
    Ok(format!("{}{running}{}", status::text(store)?, view.tables(store, terminal_width())))
}
