//! `mhm run`: trains what a file declares and prints its tables.

use super::load::{Chosen, Loaded, load};
use super::output::{Color, Ended, Outcome, complain, print};
use super::render::terminal_width;
use crate::experiment::{self, DeviceKind, Options};
use crate::graph;
use crate::hir::Experiment;
use crate::record::{MeasureInfo, RunRecord};
use crate::report::{Axis, Style, comparison, table};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const EXAMPLES: &str = "\
Examples:
  mhm run moons.mhm                            every experiment of the file
  mhm run moons.mhm table --seeds 5            one of them, with seeds 0 to 4
  mhm run digits.mhm digits --set 'path=\"digits.npz\"'
  mhm run moons.mhm --format markdown          tables to paste
  mhm run moons.mhm --records runs.json        every run's measures, for other tools

Exit codes: 0 all runs done, 1 mistakes in the file or failed runs, 2 could not run, 130 interrupted";

/// Train what a file declares, and print its tables
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Run {
    #[command(flatten)]
    chosen: Chosen,
    /// Run seeds 0 to N - 1 in place of those declared
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    seeds: Option<u64>,
    /// Trainings at a time (default: one per processor)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    threads: Option<u64>,
    /// Where to train
    #[arg(long, value_enum, default_value_t = On::Cpu)]
    device: On,
    /// How tables are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write every run's measures to this file as JSON
    #[arg(long, value_name = "FILE")]
    records: Option<PathBuf>,
    /// No progress on standard error
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum On {
    Cpu,
    Cuda,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Markdown,
    Csv,
}

pub fn run(command: &Run, color: Color) -> Ended {
    let experiments = match load(&command.chosen, color)? {
        Loaded::Experiments(experiments) => experiments,
        Loaded::Wrong => return Ok(Outcome::Findings),
    };
    let stop = interruptible()?;
    let threads = command
        .threads
        .map(|n| n as usize)
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let device = if command.device == On::Cuda { DeviceKind::Cuda(0) } else { DeviceKind::Cpu };
    device.open()?;
    let options = Options { roots: command.chosen.roots(), threads, device };
    let mut outcome = Outcome::Clean;
    let mut all = vec![];
    for mut experiment in experiments {
        if let Some(seeds) = command.seeds {
            experiment.seeds = (0..seeds).collect();
        }
        let records = one(command, &experiment, &options, &stop)?;
        show(command, &experiment, &records, color);
        let total = experiment.seeds.len() * experiment.arms.len();
        if failures(&records) > 0 {
            outcome = outcome.max(Outcome::Findings);
        }
        let done = records.len();
        all.extend(records);
        if stop.load(Ordering::Relaxed) {
            complain(&format!(
                "interrupted: {done} of {total} runs of `{}` are done and shown above; the others are lost",
                experiment.name
            ));
            outcome = Outcome::Interrupted;
            break;
        }
    }
    if let Some(path) = &command.records {
        let text = serde_json::to_string_pretty(&all).map_err(|e| format!("cannot write records: {e}"))?;
        std::fs::write(path, text + "\n").map_err(|e| format!("cannot write `{}`: {e}", path.display()))?;
    }
    Ok(outcome)
}

/// A flag that Ctrl-C sets; a second one ends the program at once.
fn interruptible() -> Result<Arc<AtomicBool>, String> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })
    .map_err(|e| format!("cannot listen for Ctrl-C: {e}"))?;
    Ok(stop)
}

fn one(command: &Run, experiment: &Experiment, options: &Options, stop: &AtomicBool) -> Result<Vec<RunRecord>, String> {
    let total = (experiment.seeds.len() * experiment.arms.len()) as u64;
    let bar =
        if command.quiet || !std::io::stderr().is_terminal() { ProgressBar::hidden() } else { ProgressBar::new(total) };
    let style = ProgressStyle::with_template("{prefix} {bar:32} {pos}/{len} runs  {per_sec}  {msg}  {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_prefix(experiment.name.clone());
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    #[expect(clippy::disallowed_methods, reason = "a person is told how long it took")]
    let start = std::time::Instant::now();
    let steps = std::sync::atomic::AtomicU64::new(0);
    let records = experiment::run(experiment, options, stop, &|done| {
        let steps = steps.fetch_add(done.record.steps, Ordering::Relaxed) + done.record.steps;
        bar.set_message(format!("{:.0} steps/s", steps as f64 / start.elapsed().as_secs_f64()));
        bar.inc(1);
        if let Some(why) = &done.record.failure {
            bar.suspend(|| complain(&format!("{} seed {}: {why}", done.record.arm, done.record.seed)));
        }
    })?;
    bar.finish_and_clear();
    let steps = steps.into_inner();
    let seconds = start.elapsed().as_secs_f64();
    if !command.quiet {
        let threads = if options.threads == 1 { "1 thread".into() } else { format!("{} threads", options.threads) };
        eprintln!(
            "{}: {} of {total} runs, {steps} steps in {seconds:.1} s ({:.0} steps/s on {threads})",
            experiment.name,
            records.len(),
            steps as f64 / seconds.max(1e-9)
        );
    }
    Ok(records)
}

fn failures(records: &[RunRecord]) -> usize {
    records.iter().filter(|r| r.failure.is_some()).count()
}

fn show(command: &Run, experiment: &Experiment, records: &[RunRecord], color: Color) {
    let axes: Vec<Axis> =
        experiment.axes.iter().map(|a| Axis { name: a.name.clone(), values: a.values.clone() }).collect();
    let style = if color.is_on() { Style::Ansi } else { Style::Plain };
    let mut compared: Vec<MeasureInfo> = vec![];
    for declared in declarations(experiment, records) {
        for info in &declared.measures {
            if compared.iter().all(|c| c.name != info.name) {
                compared.push(info.clone());
            }
        }
        let grid = table::table(&declared, &axes, records);
        print(&match command.format {
            Format::Text => format!("\n{}", grid.text(terminal_width(), style)),
            Format::Markdown => format!("\n{}", grid.markdown()),
            Format::Csv => grid.csv(),
        });
    }
    if command.format == Format::Csv {
        return;
    }
    for axis in &experiment.compare {
        print(&format!("\n{}", comparison::compare(axis, &compared, &axes, records).text(style)));
    }
    let failed = failures(records);
    if failed > 0 {
        print(&format!("\n{failed} of {} runs failed; the tables leave them out\n", records.len()));
    }
}

/// The tables an experiment declares; without one, a table of everything measured.
fn declarations(experiment: &Experiment, records: &[RunRecord]) -> Vec<table::Declaration> {
    let Some(arm) = experiment.arms.first() else { return vec![] };
    let graph = graph::lower(&arm.pipeline);
    let declare = |title: String, t: &crate::hir::Table| table::Declaration {
        title,
        measures: experiment::infos(&t.measures, &graph),
        rows: t.rows.clone(),
        columns: t.columns.clone(),
        cells: t.cells.clone(),
    };
    if !experiment.tables.is_empty() {
        return experiment.tables.iter().map(|t| declare(experiment.name.clone(), t)).collect();
    }
    let mut measures: Vec<String> = records.iter().flat_map(|r| r.measures.keys().cloned()).collect();
    measures.sort();
    measures.dedup();
    let everything = crate::hir::Table {
        measures,
        rows: experiment.axes.iter().map(|a| a.name.clone()).collect(),
        columns: vec![],
        cells: vec![],
    };
    vec![declare(experiment.name.clone(), &everything)]
}
