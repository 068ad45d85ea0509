//! `mhm work`: what a job of a batch system runs. It trains runs of a folder that nobody else trains, until none is left. Owns what a
//! worker has to find as it was when the runs were submitted.

use super::memory;
use super::output::{Ended, Outcome, complain, note};
use super::queue::{self, Frozen};
use super::run::directory::RunDirectory;
use super::run::grid::Grid;
use super::run::log::Logs;
use super::run::presence::{Presence, owner};
use super::run::progress::Told;
use super::run::sharing::Tries;
use super::run::slurm::failed;
use super::run::stop;
use super::run::training::{Manner, Training, Waits};
use super::snapshot;
use crate::experiment::{self, Every, Options, Recipes, UNREADABLE};
use crate::record::Address;
use crate::store::Store;
use crate::tensor::Instructions;
use clap::Args;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  mhm work runs/table_2        as the script does that `mhm run FILE table_2 --on slurm` submits

Exit codes: 0 nothing is left to do here, 1 some runs failed, 2 could not run, 130 told to end: runs stand at checkpoints";

/// Train runs that were submitted to a batch system
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Work {
    /// The folder of results
    folder: PathBuf,
    /// Trainings at a time (default: what Slurm gives the task, else one per processor)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    threads: Option<u64>,
}

/// How long runs may take to leave a checkpoint: Slurm sends its signal well before it kills.
const GRACE: Duration = Duration::from_secs(60);

pub fn run(command: &Work) -> Ended {
    let stop = stop::flag_within(GRACE)?;
    let submitted = Store::open(&command.folder).map_err(|e| e.to_string())?;
    let folder = command.folder.display();
    let frozen = queue::frozen(&submitted)?;
    let frozen =
        frozen.ok_or_else(|| format!("nothing of `{folder}` was submitted: `mhm run … --on slurm` does it"))?;
    let instructions = expected(&frozen)?;
    let presence = Presence::join(&command.folder, owner(frozen.lease))?;
    // Whoever it was left runs behind: how often is counted where they are taken over.
    presence.claims.bury().map_err(|e| e.to_string())?;
    let store = Store::work(&presence.claims, frozen.submission).map_err(|e| e.to_string())?;
    let (program, experiment) = snapshot::experiment(&store)?;
    let threads = threads(command);
    let checkpoint: Every = frozen.checkpoint.parse()?;
    let plain = Options::plain(frozen.roots.clone());
    let asked = Options { instructions: Some(instructions).filter(|_| frozen.asked), ..plain };
    let cells = experiment::cells(&experiment);
    let recipes = Recipes::of(&cells, &asked);
    // As it was where they were submitted, though this node may have better.
    let options = Options { threads, instructions: Some(instructions), checkpoint, ..asked };
    unchanged(&store, &recipes, cells.iter().map(|cell| recipes.address(cell)).collect())?;
    // As many at a time as there is memory for.
    let fits = |threads: &usize| memory::enough(std::slice::from_ref(&experiment), *threads, &options.roots).is_ok();
    let fitting = (1..=threads).rev().find(fits).unwrap_or(1);
    if fitting < threads {
        note(&format!("{fitting} trainings at a time, for more there is no memory"));
    }
    let options = Options { threads: fitting, ..options };
    let grid = Grid::new(&experiment, cells, recipes);
    let failed = failed(&store, frozen.submission)?;
    let mut directory = RunDirectory::of(store, presence);
    let tries = Tries::Most { tries: frozen.tries, submission: frozen.submission };
    let manner = Manner { told: Told::Runs, tries, waits: Waits::Unsure };
    let logs = Logs::of(&frozen.logs)
        .and_then(|logs| logs.claim(directory.store.manifest(), directory.store.folder()).map(|()| logs));
    let logs = logs.unwrap_or_else(|why| {
        complain(&format!("runs are not logged: {why}"));
        Logs::default()
    });
    let mut training = Training {
        grid: &grid,
        directory: &mut directory,
        program: &program,
        manner,
        options: &options,
        stop: &stop,
        logs: &logs,
        failed: &failed,
    };
    let left = training.work()?;
    if stop.load(Ordering::Relaxed) {
        complain(&format!(
            "told to end: {left} runs of `{folder}` are not done; what was begun stands at a checkpoint"
        ));
        return Ok(Outcome::Interrupted);
    }
    let own = training.directory.store.failures().map_err(|e| e.to_string())?;
    Ok(if own.keys().any(|address| grid.has(address)) { Outcome::Findings } else { Outcome::Clean })
}

fn threads(command: &Work) -> usize {
    let given = || std::env::var("SLURM_CPUS_PER_TASK").ok()?.parse::<usize>().ok().filter(|n| *n > 0);
    let all = || std::thread::available_parallelism().map_or(1, usize::from);
    command.threads.map(|n| n as usize).or_else(given).unwrap_or_else(all)
}

/// What to compute with, if this is the program that runs were submitted with, and this machine has it.
fn expected(frozen: &Frozen) -> Result<Instructions, String> {
    let build = queue::build()?;
    if build != frozen.build {
        return Err(format!(
            "this is another program than runs were submitted with: {} has the hash {}, and this one {build}; give all nodes \
             the same, or submit again with this one",
            frozen.program, frozen.build
        ));
    }
    let instructions: Instructions = frozen.instructions.parse()?;
    if !instructions.are_here() {
        return Err(format!(
            "runs were submitted to be computed with {instructions}, which this node has not: submit them with \
             `--instructions {}`, or to other nodes (`--sbatch '--constraint=…'`)",
            Instructions::best()
        ));
    }
    Ok(instructions)
}

/// Whether runs are those that were submitted: files of data decide them, too.
fn unchanged(store: &Store, recipes: &Recipes, found: BTreeSet<Address>) -> Result<(), String> {
    let manifest = store.manifest();
    let planned: BTreeSet<Address> =
        manifest.arms.iter().chain(&manifest.references).flat_map(|arm| arm.cells.iter().copied()).collect();
    if planned == found {
        return Ok(());
    }
    for (name, hash) in recipes.files() {
        match manifest.files.iter().find(|(known, _)| *known == name) {
            Some((_, then)) if *then == hash => {}
            Some(_) if hash == UNREADABLE => {
                return Err(format!("`{name}` cannot be read on this node: it has to be where it was submitted from"));
            }
            Some((_, then)) => {
                return Err(format!(
                    "`{name}` is another file than when runs were submitted: its blake3 was\n  {then}, and is\n  {hash} here; put \
                     it back, or submit again"
                ));
            }
            None => return Err(format!("`{name}` was not read when runs were submitted; submit again")),
        }
    }
    Err("the runs of the stored text are others than those that were submitted; submit again".into())
}
