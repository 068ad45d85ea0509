//! `mhm run`: trains what a file declares and prints its tables.

mod memory;
mod progress;

use super::load::{Chosen, Loaded, load};
use super::output::{Color, Ended, Outcome, complain, print};
use super::render::terminal_width;
use crate::experiment::{self, Cell, DeviceKind, Options};
use crate::hir::Experiment;
use crate::measure;
use crate::record::{MeasureInfo, RunRecord};
use crate::report::{Axis, Style, comparison, table};
use crate::train::Verify;
use clap::{Args, ValueEnum};
use progress::Progress;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
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
    /// Write every run's measures to this file, by experiment: RON where it ends in .ron, else JSON
    #[arg(long, value_name = "FILE")]
    records: Option<PathBuf>,
    /// Run although the plan needs more memory than there is
    #[arg(long)]
    force: bool,
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
    let options = Options { roots: command.chosen.roots(), threads, device, verify: Verify::Off };
    if !command.force {
        memory::enough(&experiments, threads)?;
    }
    // Found out now, not after hours.
    let part = command.records.as_deref().map(Part::open).transpose()?;
    let mut outcome = Outcome::Clean;
    let mut all: BTreeMap<String, Vec<RunRecord>> = BTreeMap::new();
    for mut experiment in experiments {
        if let Some(seeds) = command.seeds {
            experiment.seeds = (0..seeds).collect();
        }
        let cells = experiment::cells(&experiment);
        let records = one(command, &experiment, &cells, &options, &stop)?;
        show(command, &experiment, &records, color);
        let total = cells.len();
        if failures(&records) > 0 {
            outcome = outcome.max(Outcome::Findings);
        }
        let done = records.len();
        all.insert(experiment.name.clone(), records);
        if stop.load(Ordering::Relaxed) {
            complain(&format!(
                "interrupted: {done} of {total} runs of `{}` are done and shown above; the others are lost",
                experiment.name
            ));
            outcome = Outcome::Interrupted;
            break;
        }
    }
    if let Some(part) = part {
        part.keep(&all)?;
    }
    Ok(outcome)
}

/// The file of records while runs are going on: `NAME.part`, so that an older file stays whole until the new one is.
struct Part<'p> {
    path: &'p Path,
    part: PathBuf,
    file: std::fs::File,
}

impl<'p> Part<'p> {
    fn open(path: &'p Path) -> Result<Self, String> {
        let cannot = |why: String| format!("cannot write `{}`: {why}", path.display());
        if path.is_dir() {
            return Err(cannot("it is a folder".into()));
        }
        let part = PathBuf::from(format!("{}.part", path.display()));
        let file = std::fs::File::create(&part).map_err(|e| cannot(e.to_string()))?;
        Ok(Self { path, part, file })
    }

    fn keep(self, records: &BTreeMap<String, Vec<RunRecord>>) -> Result<(), String> {
        let cannot = |why: String| format!("cannot write `{}`: {why}", self.path.display());
        let text = match self.path.extension() {
            Some(ending) if ending == "ron" => ron::ser::to_string_pretty(records, ron::ser::PrettyConfig::default())
                .map_err(|e| cannot(e.to_string()))?,
            _ => serde_json::to_string_pretty(records).map_err(|e| cannot(e.to_string()))?,
        };
        writeln!(&self.file, "{text}").map_err(|e| cannot(e.to_string()))?;
        self.file.sync_all().map_err(|e| cannot(e.to_string()))?;
        std::fs::rename(&self.part, self.path).map_err(|e| cannot(e.to_string()))
    }
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

fn one(
    command: &Run,
    experiment: &Experiment,
    cells: &[Cell<'_>],
    options: &Options,
    stop: &AtomicBool,
) -> Result<Vec<RunRecord>, String> {
    let progress = Progress::new(&experiment.name, cells.len(), command.quiet);
    let records = experiment::run(experiment, cells, options, stop, &|news| progress.hear(news))?;
    progress.finish(&records, options.threads);
    Ok(records)
}

fn failures(records: &[RunRecord]) -> usize {
    records.iter().filter(|r| r.failure.is_some()).count()
}

fn show(command: &Run, experiment: &Experiment, records: &[RunRecord], color: Color) {
    let axes: Vec<Axis> =
        experiment.axes.iter().map(|a| Axis { name: a.name.clone(), values: a.values.clone() }).collect();
    let style = if color.is_on() { Style::Ansi } else { Style::Plain };
    let failed = failures(records);
    if failed > 0 && failed == records.len() {
        return print(&format!("\n{}: no run came to an end, so there is no table\n", experiment.name));
    }
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
    if failed > 0 {
        print(&format!("\n{failed} of {} runs failed; the tables leave them out\n", records.len()));
    }
}

/// The tables an experiment declares; without one, a table of everything measured.
fn declarations(experiment: &Experiment, records: &[RunRecord]) -> Vec<table::Declaration> {
    let Some(arm) = experiment.arms.first() else { return vec![] };
    let declare = |title: String, t: &crate::hir::Table| table::Declaration {
        title,
        measures: measure::infos(&t.measures, &arm.pipeline),
        rows: t.rows.clone(),
        columns: t.columns.clone(),
        cells: t.cells.clone(),
    };
    if !experiment.tables.is_empty() {
        return experiment.tables.iter().map(|t| declare(experiment.name.clone(), t)).collect();
    }
    let mut measures: Vec<String> = records.iter().flat_map(|r| r.measures.keys().cloned()).collect();
    // The paper's word for it is there already.
    measures.retain(|m| m != "test_gap");
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
