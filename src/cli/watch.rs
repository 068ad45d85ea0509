//! `mhm watch`: what an experiment is at now, from another terminal, until it is done. Reads what `mhm status` reads; off a terminal a
//! line a minute.

use super::folder::Runs;
use super::live::View;
use super::output::{Ended, Heard, Outcome, begin_anew, tell};
use super::render::terminal_width;
use super::run::stop;
use super::status::{self, workers};
use crate::store::{Store, StoreError};
use clap::Args;
use std::io::IsTerminal;
use std::sync::atomic::Ordering;
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  mhm watch table_2           what it is at, drawn again every two seconds until it is done; Ctrl-C ends it
  mhm watch table_2 --once    as it is now
  mhm watch table_2 | cat     a line a minute";

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

/// How often it is drawn on a terminal, and said elsewhere.
const DRAWN: Duration = Duration::from_secs(2);
const SAID: Duration = Duration::from_secs(60);

pub fn run(command: &Watch) -> Ended {
    let store = command.runs.find(&command.run)?;
    let stop = stop::flag()?;
    let mut view = View::new(store.manifest());
    let drawn = std::io::stdout().is_terminal();
    loop {
        store.refresh().map_err(|e| e.to_string())?;
        let (line, is_going) = status::line(&store).map_err(|e| e.to_string())?;
        let heard = if drawn || command.once {
            let text = text(&store, &mut view).map_err(|e| e.to_string())?;
            if !command.once {
                begin_anew();
            }
            tell(&text)
        } else {
            tell(&format!("{line}\n"))
        };
        if command.once || !is_going || heard == Heard::No {
            return Ok(Outcome::Clean);
        }
        super::run::recorder::pause(if drawn { DRAWN } else { SAID }, &stop);
        if stop.load(Ordering::Relaxed) {
            return Ok(Outcome::Clean);
        }
    }
}

/// How far it is, what runs now, and the tables of what is done.
fn text(store: &Store, view: &mut View) -> Result<String, StoreError> {
    let running = view.running(&workers::underway(store)?);
    let running = if running.is_empty() { running } else { format!("\n{running}") };
    Ok(format!("{}{running}{}", status::text(store)?, view.tables(store, terminal_width())))
}
