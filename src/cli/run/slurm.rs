//! `mhm run --on slurm`: everything is checked here and frozen, then workers on other machines train it. Owns what is submitted: what is
//! missing, and not waited for already.

pub mod resources;
mod script;

use super::Run;
use super::directory::RunDirectory;
use super::grid::Grid;
use super::log::Logs;
use super::recorder::pause;
use crate::check::names::Program;
use crate::cli::config::{Config, Slurm};
use crate::cli::output::{Outcome, complain, note, print};
use crate::cli::queue::{self, FROZEN, Frozen, Submission, Task};
use crate::experiment::{self, Options, Recipes};
use crate::hir::Experiment;
use crate::record::Address;
use crate::record::manifest::Searched;
use crate::report::count;
use crate::store::{Claims, Event, Store};
use clap::{Args, ValueEnum};
use resources::Resources;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Where runs are trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Place {
    Slurm,
}

/// Options of a cluster.
#[derive(Clone, Debug, Args)]
pub struct Cluster {
    /// Train on a cluster: submit what is missing, and come back
    #[arg(long, value_enum, value_name = "WHERE", conflicts_with_all = ["fresh", "records"])]
    pub on: Option<Place>,
    /// Print the script that would be submitted, and submit nothing
    #[arg(long, requires = "on")]
    dry_run: bool,
    /// Wait until everything is done, and print the tables
    #[arg(long, requires = "on")]
    wait: bool,
    /// An option for sbatch, passed on as it is: --sbatch=--partition=gpu --sbatch=--mem=8G; what `[slurm]` of mhm.toml lists
    /// comes first
    #[arg(long, requires = "on", value_name = "OPTION", allow_hyphen_values = true)]
    sbatch: Vec<String>,
    /// Tasks that share the runs (default: each has ten minutes to do, by the plan)
    #[arg(long, requires = "on", value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    tasks: Option<u64>,
    /// At most so many tasks at a time
    #[arg(long, requires = "on", value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    throttle: Option<u64>,
    /// How often a run is tried again whose worker was lost: killed for its memory, or with its node (default: 3)
    #[arg(long, requires = "on", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    tries: Option<u32>,
    /// Seconds without a beat after which a worker counts as gone
    #[arg(long, hide = true, requires = "on", default_value_t = super::presence::LEASE)]
    lease: u64,
}

impl Cluster {
    /// Whether nothing is to be written.
    pub fn is_dry(&self) -> bool {
        self.dry_run
    }
}

/// How far runs are that others train.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// All are done.
    Done,
    /// Not all, and this command is at its end.
    Left(Outcome),
}

/// Submits what is missing of an experiment, and waits for it where that is asked for. `searches` chose what its arms are.
pub fn train(
    command: &Run,
    experiment: &Experiment,
    searches: &[Searched],
    program: &Program,
    (options, logs): (&Options, &Logs),
    stop: &AtomicBool,
) -> Result<Elsewhere, String> {
    let config = Config::near(Path::new(&command.chosen.file))?.slurm;
    if command.cluster.dry_run {
        return dry_run(command, experiment, options, &config).map(Elsewhere::Left);
    }
    let (directory, grid) = RunDirectory::open(command, options, experiment, program, searches)?;
    let (store, claims) = (&directory.store, &directory.presence.claims);
    if !claims.submits().map_err(|e| e.to_string())? {
        return Err(format!("another command submits runs of `{}` right now: try again in a moment", experiment.name));
    }
    logs.claim(store.manifest(), store.folder())?;
    let cells = grid.missing(&done(store, &grid)?);
    let name = &experiment.name;
    if cells.is_empty() {
        note(&format!("{name}: all {} are done", count(grid.distinct(), "run")));
        return Ok(Elsewhere::Done);
    }
    let resources = Resources::of(command, &config, store, &grid, &cells, options)?;
    let before = queue::submissions(store);
    let tasks = queue::tasks(&before).unwrap_or_default();
    let wanted = resources.tasks.saturating_sub(tasks.len());
    if wanted == 0 {
        note(&format!("{name}: {} to do, for which {} there already", count(cells.len(), "run"), queued(&tasks)));
        let before = queue::frozen(store)?.map_or(vec![], |frozen| frozen.logs);
        if before != words(command)? {
            note(&format!(
                "{name}: they log as they were submitted; `mhm cancel {name}`, and submit again, to log otherwise"
            ));
        }
    } else {
        // Whoever waits in the queue takes what is newest.
        freeze(command, &config, store, options)?;
        let resources = Resources { tasks: wanted, ..resources };
        let job = send(command, &config, store, claims, &resources, cells.len(), name)?;
        note(&format!(
            "{name}: {} to do in {} of job {job}: {resources}",
            count(cells.len(), "run"),
            count(wanted, "task")
        ));
        note(&format!(
            "`mhm status {name}` says how far they are, `mhm cancel {name}` ends them, the same command again submits what is missing"
        ));
    }
    drop((cells, directory));
    if command.cluster.wait { follow(command, name, &grid, stop) } else { Ok(Elsewhere::Left(Outcome::Clean)) }
}

/// "2 tasks (1 waiting) are".
fn queued(tasks: &[Task]) -> String {
    let waiting = tasks.iter().filter(|task| task.waits()).count();
    let verb = if tasks.len() == 1 { "is" } else { "are" };
    format!("{} ({waiting} waiting) {verb}", count(tasks.len(), "task"))
}

/// What is stored counts as done, if it has shown what is asked now.
fn done(store: &Store, grid: &Grid<'_>) -> Result<BTreeSet<Address>, String> {
    let done = store.addresses().map_err(|e| e.to_string())?;
    Ok(done.into_iter().filter(|address| grid.has(address)).collect())
}

fn dry_run(command: &Run, experiment: &Experiment, options: &Options, config: &Slurm) -> Result<Outcome, String> {
    let folder = command.runs.join(&experiment.name);
    let cells = experiment::cells(experiment);
    let recipes = Recipes::of(&cells, options);
    let grid = Grid::new(experiment, cells, recipes);
    let store = Store::open(&folder).ok();
    let done = store.as_ref().map_or(Ok(BTreeSet::new()), |store| done(store, &grid))?;
    let cells = grid.missing(&done);
    let resources = match &store {
        Some(store) => Resources::of(command, config, store, &grid, &cells, options)?,
        None => Resources::guessed(command, config, &grid, &cells, options)?,
    };
    note(&format!(
        "{}: {} to do in {}: {resources}",
        experiment.name,
        count(cells.len(), "run"),
        count(resources.tasks, "task")
    ));
    print(&script::text(command, config, &folder, &experiment.name, &resources)?);
    Ok(Outcome::Clean)
}

/// Says what workers have to find.
fn freeze(command: &Run, config: &Slurm, store: &Store, options: &Options) -> Result<(), String> {
    let before = queue::frozen(store).ok().flatten();
    let frozen = Frozen {
        submission: before.map_or(0, |before| before.submission) + 1,
        build: queue::build()?,
        program: store.manifest().program.clone(),
        instructions: options.computed_with(),
        asked: options.instructions.is_some(),
        roots: options.roots.clone(),
        checkpoint: options.checkpoint.to_string(),
        tries: tries(command, config),
        lease: command.cluster.lease,
        logs: words(command)?,
    };
    let jobs = store.make_jobs().map_err(|e| e.to_string())?;
    queue::write(&jobs, FROZEN, &serde_json::to_string_pretty(&frozen).map_err(|e| e.to_string())?)
}

/// As workers are given `--log`, wherever they begin.
fn words(command: &Run) -> Result<Vec<String>, String> {
    let absolute = |folder: &String| {
        let path = std::path::absolute(folder).map_err(|e| format!("cannot find `{folder}`: {e}"))?;
        path.into_os_string().into_string().map_err(|_| format!("`{folder}` is no text: name another folder"))
    };
    let log = |pair: &[String]| Ok([pair[0].clone(), absolute(&pair[1])?]);
    let logs: Vec<[String; 2]> = command.log.chunks_exact(2).map(log).collect::<Result<_, String>>()?;
    Ok(logs.concat())
}

fn tries(command: &Run, config: &Slurm) -> u32 {
    command.cluster.tries.or(config.tries).unwrap_or(3)
}

/// Hands a job array to Slurm; its number.
fn send(
    command: &Run,
    config: &Slurm,
    store: &Store,
    claims: &Claims,
    resources: &Resources,
    runs: usize,
    name: &str,
) -> Result<u64, String> {
    let jobs = store.make_jobs().map_err(|e| e.to_string())?;
    let text = script::text(command, config, store.folder(), name, resources)?;
    queue::write(&jobs, "submitted.sh", &text)?;
    // Data may have been long to read.
    claims.beat(&crate::store::Doing::default()).map_err(|e| e.to_string())?;
    let path = jobs.path().join("submitted.sh");
    let said = queue::asked("sbatch", &["--parsable", &path.to_string_lossy()])?;
    let job = said.trim().split(';').next().and_then(|job| job.parse().ok());
    let job: u64 =
        job.ok_or_else(|| format!("`sbatch` answered `{}`, which is no number of a job", queue::brief(&said)))?;
    let submission = Submission { job, tasks: resources.tasks, runs };
    let text = serde_json::to_string(&submission).map_err(|e| e.to_string())?;
    queue::write(&jobs, &queue::file(&job.to_string()), &text)?;
    Ok(job)
}

/// How often the queue is looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Looks on that many times where nothing of a job is in the queue: Slurm may be slow to begin a task again.
const PATIENCE: u32 = 3;

/// Waits until everything is done or nobody works on it any more.
fn follow(command: &Run, name: &str, grid: &Grid<'_>, stop: &AtomicBool) -> Result<Elsewhere, String> {
    let (mut shown, mut idle) = (None, 0);
    loop {
        let store = Store::open(&command.runs.join(name)).map_err(|e| e.to_string())?;
        let submission = queue::frozen(&store)?.map_or(0, |frozen| frozen.submission);
        let failed = failed(&store, submission)?;
        let done = done(&store, grid)?;
        let left = grid.missing(&done.union(&failed).copied().collect()).len();
        let tasks = queue::tasks(&queue::submissions(&store));
        if left == 0 && failed.iter().all(|address| done.contains(address)) {
            return Ok(Elsewhere::Done);
        }
        if left == 0 {
            complain(&format!("{name}: {} failed; `mhm status {name}` says why", count(failed.len(), "run")));
            return Ok(Elsewhere::Left(Outcome::Findings));
        }
        let now = (done.len(), tasks.as_ref().map(|tasks| queued(tasks)));
        if shown.as_ref() != Some(&now) && !command.quiet {
            let queue = now.1.clone().unwrap_or_else(|| "nobody knows what is".into());
            note(&format!("{name}: {} of {} are done; {queue} in the queue", now.0, count(grid.distinct(), "run")));
        }
        shown = Some(now);
        idle = if tasks.is_some_and(|tasks| tasks.is_empty()) { idle + 1 } else { 0 };
        if idle > PATIENCE {
            let folder = store.folder().display();
            complain(&format!(
                "{name}: no task is left in the queue, and {left} runs are not done; the logs in `{folder}/slurm` say why, and the same command \
                 submits them again"
            ));
            return Ok(Elsewhere::Left(Outcome::Findings));
        }
        pause(LOOK, stop);
        if stop.load(Ordering::Relaxed) {
            complain(&format!(
                "the tasks go on; `mhm status {name}` says how far they are, `mhm cancel {name}` ends them"
            ));
            return Ok(Elsewhere::Left(Outcome::Interrupted));
        }
    }
}

/// Runs that failed since they were submitted.
pub fn failed(store: &Store, of: u32) -> Result<BTreeSet<Address>, String> {
    let failed = store.events().map_err(|e| e.to_string())?.into_iter().filter_map(|event| match event {
        Event::Failed { address, submission, .. } if submission == of => Some(address),
        _ => None,
    });
    Ok(failed.collect())
}
