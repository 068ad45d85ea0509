//! `mhm run`: trains what a file declares and is not done yet, stores it, and prints its tables.

mod before;
mod bundle;
pub mod directory;
pub mod grid;
pub mod log;
pub mod origin;
pub mod presence;
pub mod progress;
pub mod recorder;
mod records;
mod search;
pub mod sharing;
pub mod slurm;
pub mod stop;
mod tables;
pub mod training;

use super::destination::Force;
use super::instructions::Asked;
use super::load::{Chosen, Loaded, load};
use super::memory;
use super::output::{Color, Ended, Outcome, complain, note, print};
use crate::check::names::Program;
use crate::experiment::{self, DeviceKind, Every, Options};
use crate::hir::{Experiment, MAX_RUNS, Rungs};
use crate::record::RunRecord;
use crate::record::manifest::Searched;
use crate::store::Store;
use clap::{Args, ValueEnum};
use directory::RunDirectory;
use log::Logs;
use search::Settled;
use slurm::{Cluster, Elsewhere, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use tables::Show;
use training::{Manner, Rest, Results, Training};

const EXAMPLES: &str = "\
Examples:
  mhm run moons.mhm                            every experiment of the file
  mhm run moons.mhm table --seeds 5            one of them, with seeds 0 to 4
  mhm run digits.mhm digits --set 'path=\"digits.npz\"'
  mhm run moons.mhm --format markdown          tables to paste
  mhm run moons.mhm --fresh                    again, also what is done already
  mhm run moons.mhm --records runs.json        every run's measures, for other tools
  mhm run moons.mhm --log tensorboard logs     as it goes, for `tensorboard --logdir logs`; or `jsonl`, `mlflow`
  mhm run moons.mhm table --on slurm           submit what is missing to a cluster; the same again submits what is missing then

What is done is kept in `runs/EXPERIMENT` and never trained twice: stop with Ctrl-C, go on with the same command.
SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 and SIGXCPU, which batch systems send before a job's time is over, stop it, too.

Exit codes: 0 all runs done, 1 mistakes in the file, failed runs or a log that was lost, 2 could not run, 130 interrupted";

/// Train what a file declares, and print its tables
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Run {
    #[command(flatten)]
    pub chosen: Chosen,
    /// Run seeds 0 to N - 1 in place of those declared
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    seeds: Option<u64>,
    /// Threads, which train side by side or share one training (default: one per processor); of a cluster, processors of a task
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    threads: Option<u64>,
    /// Where to train; cuda needs a build with `--features cuda`, and the project has not run it on a GPU yet
    #[arg(long, value_enum, default_value_t = On::Cpu)]
    device: On,
    #[command(flatten)]
    cluster: Cluster,
    #[command(flatten)]
    instructions: Asked,
    /// How tables are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write every run's measures to this file, by experiment: RON where it ends in .ron, else JSON
    #[arg(long, value_name = "FILE")]
    records: Option<PathBuf>,
    /// Folder of results: one folder an experiment
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
    /// Train everything, also what is done already
    #[arg(long)]
    fresh: bool,
    /// Leave a place to go on from every `30s`, `5m` or `1h`, after every `phase` or `step`, or only on `stop`; of times the
    /// first that takes less than 1 % of the run
    #[arg(long, value_name = "EVERY", default_value_t = Every::default())]
    checkpoint: Every,
    /// Run although the plan needs more memory than there is, and let `--records` replace a file that mhm did not write
    #[arg(long)]
    pub force: bool,
    /// Write what happens to runs for other programs, too: event files of `tensorboard`, lines of `jsonl`, or the files of `mlflow`,
    /// into this folder; may be given several times
    #[arg(long, num_args = 2, value_names = ["KIND", "DIR"])]
    log: Vec<String>,
    /// Show on a terminal what runs now, how losses go, and tables as they fill; `mhm watch` does from another
    #[arg(long, conflicts_with = "quiet")]
    live: bool,
    /// No progress on standard error
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum On {
    Cpu,
    Cuda,
    /// What CUDA runs, on the CPU: for tests.
    #[value(hide = true)]
    Plain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Markdown,
    Csv,
}

pub fn run(command: &Run, color: Color) -> Ended {
    let (experiments, program) = match load(&command.chosen, color)? {
        Loaded::Experiments(experiments, program) => (experiments, program),
        Loaded::Wrong => return Ok(Outcome::Findings),
    };
    let stop = stop::flag()?;
    trained(command, experiments, &program, &stop, color)
}

/// Trains experiments of a program until all is done or `stop` says so, and shows what came of them.
pub fn trained(
    command: &Run,
    experiments: Vec<Experiment>,
    program: &Program,
    stop: &AtomicBool,
    color: Color,
) -> Ended {
    let options = options(command)?;
    let mut experiments = experiments;
    for experiment in &mut experiments {
        experiment::parted(experiment, &options.roots)?;
    }
    if !command.force && command.cluster.on.is_none() {
        memory::enough(&experiments, options.threads, &options.roots)?;
        let searches: Vec<Experiment> = experiments.iter().filter_map(|own| own.search(&Rungs::first(own))).collect();
        memory::enough(&searches, options.threads, &options.roots)?;
    }
    // Found out now, not after hours.
    let force = Force { force: command.force };
    let to = command.records.as_deref().map(|path| records::claim(path, force)).transpose()?;
    log::checked(&command.log)?;
    let logs = if command.cluster.is_dry() { Logs::default() } else { Logs::of(&command.log)? };
    if command.live && !std::io::stderr().is_terminal() {
        note(
            "`--live` draws on a terminal, and standard error is none here; `mhm watch` shows the same from another terminal",
        );
    }
    let mut outcome = Outcome::Clean;
    let mut all: BTreeMap<String, Vec<RunRecord>> = BTreeMap::new();
    let show = Show { format: command.format, color, experiments: experiments.len() };
    for (i, mut experiment) in experiments.into_iter().enumerate() {
        if i > 0 && command.format == Format::Csv {
            print("\n");
        }
        if let Some(seeds) = command.seeds {
            experiment.seeds = (0..seeds).collect();
            if let Some(runs) = experiment.excess() {
                return Err(format!("`{}` has {runs} runs; at most {MAX_RUNS} are made", experiment.name));
            }
        }
        let name = experiment.name.clone();
        let ended = match search::settle(command, experiment, program, &options, stop, &logs)? {
            Settled::Ended(ended) => ended,
            Settled::Chosen(experiment, searches) => {
                let (experiment, with) = (&*experiment, (&options, &logs));
                match elsewhere(command, experiment, &searches, program, with, stop)? {
                    Elsewhere::Left(ended) => ended,
                    Elsewhere::Done => {
                        let (ended, records) = one(command, experiment, &searches, program, with, stop, show)?;
                        all.insert(name, records);
                        ended
                    }
                }
            }
        };
        outcome = outcome.max(ended);
        if outcome == Outcome::Interrupted {
            break;
        }
    }
    if let Some(to) = to {
        records::write(&to, &all)?;
    }
    Ok(if logs.are_whole() { outcome } else { outcome.max(Outcome::Findings) })
}

fn options(command: &Run) -> Result<Options, String> {
    let all = || std::thread::available_parallelism().map_or(1, usize::from);
    let device = match command.device {
        On::Cpu => DeviceKind::Cpu,
        On::Cuda => DeviceKind::Cuda(0),
        On::Plain => DeviceKind::Plain,
    };
    device.open()?;
    let threads = command.threads.map_or_else(all, |n| n as usize);
    let instructions = command.instructions.here()?;
    if instructions.is_some() && command.device != On::Cpu {
        return Err("`--instructions` chooses among our own kernels, which run with `--device cpu` alone".into());
    }
    let (checkpoint, plain) = (command.checkpoint, Options::plain(command.chosen.roots()));
    Ok(Options { threads, device, instructions, checkpoint, ..plain })
}

/// Has an experiment trained by others, where that is asked for; what is done then is gathered as if it had been trained here.
fn elsewhere(
    command: &Run,
    experiment: &Experiment,
    searches: &[Searched],
    program: &Program,
    with: (&Options, &Logs),
    stop: &AtomicBool,
) -> Result<Elsewhere, String> {
    match command.cluster.on {
        None => Ok(Elsewhere::Done),
        Some(Place::Slurm) => slurm::train(command, experiment, searches, program, with, stop),
    }
}

/// Trains one experiment and shows what came of it.
fn one(
    command: &Run,
    experiment: &Experiment,
    searches: &[Searched],
    program: &Program,
    (options, logs): (&Options, &Logs),
    stop: &AtomicBool,
    show: Show,
) -> Result<(Outcome, Vec<RunRecord>), String> {
    let (mut directory, grid) = RunDirectory::open(command, options, experiment, program, searches)?;
    let failed = &BTreeSet::new();
    let mut training = Training {
        grid: &grid,
        directory: &mut directory,
        program,
        manner: Manner::of(command),
        options,
        stop,
        logs,
        failed,
    };
    let Results { records, done, of, hash } = training.run(Rest::Nothing)?;
    training.finish_logs(&records);
    let store = &directory.store;
    show.results(store.manifest(), &records);
    let folder = store.folder().display();
    if stop.load(Ordering::Relaxed) {
        interrupted(store, &experiment.name, done, of);
        return Ok((Outcome::Interrupted, records));
    }
    if !command.quiet {
        let shown = if command.runs == *"runs" { experiment.name.clone() } else { folder.to_string() };
        note(&format!("results in {folder}; `mhm report {shown}` draws them"));
        if let Some(hash) = hash {
            note(&format!("all of them have the hash {hash}; `mhm verify {shown} --is HASH` checks it"));
        }
    }
    let failed = records.iter().any(|record| record.failure.is_some());
    Ok((if failed { Outcome::Findings } else { Outcome::Clean }, records))
}

/// Says how far the runs of an experiment are that were stopped.
fn interrupted(store: &Store, name: &str, done: usize, of: usize) {
    let folder = store.folder().display();
    let begun = match store.begun().len() {
        0 => String::new(),
        begun => format!(", {begun} stand at a checkpoint"),
    };
    complain(&format!(
        "interrupted: {done} of {of} runs of `{name}` are done and kept in `{folder}`{begun}; the same command goes on"
    ));
}
