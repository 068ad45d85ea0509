//! `mhm plan`: what would train on what, and what it costs.

use super::load::{Chosen, Loaded, load};
use super::output::{Color, Ended, Outcome, print};
use crate::cost::sheet::{Basis, Seconds, Sheet, Titles, count, duration, scaled, sheet};
use crate::cost::{cost, guess};
use crate::experiment::{Shared, calibrate, spec};
use crate::graph::lower;
use crate::hir::{Arm, Experiment};
use crate::plan::schedule;
use crate::report::count as plural;
use crate::seed::Seed;
use crate::tensor::Device;
use crate::train::{Job, folds};
use clap::Args;
use std::sync::atomic::AtomicBool;

const EXAMPLES: &str = "\
Examples:
  mhm plan moons.mhm                 phases and totals of every arm
  mhm plan moons.mhm --calibrate     with times from a few real steps
  mhm plan moons.mhm table --json    for other tools";

/// Show what will train on what, and what it costs
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Plan {
    #[command(flatten)]
    chosen: Chosen,
    /// Run a few real steps of every phase to predict the time
    #[arg(long)]
    calibrate: bool,
    /// One JSON document
    #[arg(long)]
    json: bool,
    /// Phases of every arm, also where another arm has the same network and schedule
    #[arg(long)]
    all: bool,
}

pub fn run(command: &Plan, color: Color) -> Ended {
    let experiments = match load(&command.chosen, color)? {
        Loaded::Experiments(experiments, _) => experiments,
        Loaded::Wrong => return Ok(Outcome::Findings),
    };
    let shared = Shared::default();
    let mut all = vec![];
    for experiment in &experiments {
        let sheets =
            experiment.arms.iter().map(|arm| one(command, experiment, arm, &shared)).collect::<Result<Vec<_>, _>>()?;
        if !command.json {
            print(&text(command, experiment, &sheets));
        }
        all.extend(sheets);
    }
    if command.json {
        let text = serde_json::to_string_pretty(&all).map_err(|e| format!("cannot write JSON: {e}"))?;
        print(&(text + "\n"));
    }
    Ok(Outcome::Clean)
}

fn one(command: &Plan, experiment: &Experiment, arm: &Arm, shared: &Shared) -> Result<Sheet, String> {
    let pipeline = &arm.pipeline;
    let seed = Seed(experiment.seeds.first().copied().unwrap_or(0));
    let data = shared.load(&spec(&pipeline.data, &command.chosen.roots()), seed).map_err(|e| e.to_string())?;
    let (plan, graph) = (schedule(pipeline), lower(pipeline));
    let train = data.split("train").unwrap_or(&[]);
    let folds = folds(&plan, &data, seed);
    let sizes: Vec<usize> = plan.phases.iter().map(|p| p.on.evaluate(&data.splits, &folds).len()).collect();
    let figures = cost(&plan, &graph, &sizes, train.len());
    let seconds = if command.calibrate {
        let device = Device::cpu();
        let job = Job { graph: &graph, plan: &plan, data: &data, seed, device: &device, stop: &AtomicBool::new(false) };
        Seconds { value: calibrate(&job, &figures), basis: Basis::Measured }
    } else {
        Seconds { value: guess(&figures, &graph, &plan), basis: Basis::Guessed }
    };
    let values: Vec<&str> = experiment.axes.iter().zip(&arm.at).map(|(axis, &i)| axis.values[i].as_str()).collect();
    let name = if values.is_empty() { experiment.name.clone() } else { values.join(", ") };
    let titles = Titles { name: &name, network: &pipeline.network.name, schedule: &pipeline.schedule.name };
    Ok(sheet(&plan, &figures, train.len(), titles, seconds))
}

/// Phases once for every network and schedule, totals for every arm.
fn text(command: &Plan, experiment: &Experiment, sheets: &[Sheet]) -> String {
    let (arms, seeds) = (plural(sheets.len(), "arm"), plural(experiment.seeds.len(), "seed"));
    let mut text = format!("{}: {arms}, {seeds}\n", experiment.name);
    let mut shown: Vec<(&str, &str, usize)> = vec![];
    for sheet in sheets {
        let key = (sheet.network.as_str(), sheet.schedule.as_str(), sheet.weights);
        if command.all || !shown.contains(&key) {
            text += &format!("\n{sheet}");
            shown.push(key);
        }
    }
    if sheets.len() > 1 {
        text += &totals(sheets);
    }
    let seconds: f64 = sheets.iter().map(|s| s.seconds.value).sum::<f64>() * experiment.seeds.len() as f64;
    let runs = plural(sheets.len() * experiment.seeds.len(), "run");
    text + &format!("\n{runs} in all: {} on one thread\n", duration(seconds))
}

fn totals(sheets: &[Sheet]) -> String {
    let mut rows = vec![["arm", "updates", "samples seen", "FLOPs", "peak memory", "time"].map(String::from)];
    for s in sheets {
        rows.push([
            s.name.clone(),
            count(s.updates),
            count(s.samples_seen),
            scaled(s.flops as f64, ""),
            scaled(s.peak_bytes as f64, "B"),
            duration(s.seconds.value),
        ]);
    }
    let widths: Vec<usize> = (0..6).map(|c| rows.iter().map(|r| r[c].chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::from("\n");
    for row in &rows {
        text += &format!("  {:<w$}", row[0], w = widths[0]);
        for c in 1..6 {
            text += &format!("  {:>w$}", row[c], w = widths[c]);
        }
        text.push('\n');
    }
    text
}
