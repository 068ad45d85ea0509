//! `mhm plan`: what would train on what, and what it costs.

mod assume;
mod grouped;
mod power;
mod searched;
mod why;

use super::columns::columns;
use super::folder::Runs;
use super::instructions::Asked;
use super::load::{Chosen, Loaded, load};
use super::output::{Color, Ended, Outcome, print};
use crate::check::names::Program;
use crate::cost::sheet::{Basis, Seconds, Sheet, Titles, count, duration, scaled, sheet};
use crate::cost::{CPU, H200, cost, guess};
use crate::data::folds::Folds;
use crate::data::{DataError, test_parts};
use crate::experiment::{Cell, Options, Recipes, Shared, calibrate, cells, looks, parted, spec, watch};
use crate::graph::lower;
use crate::hir::{Candidates, Cross, Deal, Experiment, Pipeline, Rungs};
use crate::plan::schedule;
use crate::record::Turn;
use crate::report::count as plural;
use crate::search::of_the_data;
use crate::seed::Seed;
use crate::split::SplitName;
use crate::tensor::{Device, Instructions};
use crate::train::{Job, Watch, can_fold, folds};
use assume::Assumed;
use clap::Args;
use searched::Trials;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

const EXAMPLES: &str = "\
Examples:
  mhm plan moons.mhm                 phases and totals of every arm
  mhm plan moons.mhm --calibrate     with times from a few real steps
  mhm plan moons.mhm --why           which runs are done, which are not, and what made the difference
  mhm plan moons.mhm table --json    for other tools
  mhm plan ave.mhm --assume=train=3339,test=804    without the data: so many samples, and an H200's time
  mhm plan wear.mhm --assume=subject=12            so many parts of `cross each subject`, too";

/// Show what will train on what, and what it costs
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Plan {
    #[command(flatten)]
    pub chosen: Chosen,
    /// Run a few real steps of every phase to predict the time
    #[arg(long)]
    calibrate: bool,
    /// Which runs are done and which are to do; of these, what decides them and is another than in the runs that are stored
    #[arg(long, conflicts_with_all = ["calibrate", "json", "all"])]
    why: bool,
    /// Plan without the data, with so many samples a split (default: train=1000, 100 in any other) and groups of `cross each` (10)
    #[arg(long, value_name = "SPLIT=N, …", num_args = 0..=1, require_equals = true, default_missing_value = "", conflicts_with_all = ["calibrate", "why"])]
    assume: Option<String>,
    #[command(flatten)]
    instructions: Asked,
    #[command(flatten)]
    runs: Runs,
    /// One JSON document
    #[arg(long)]
    json: bool,
    /// Phases of every arm, also where another arm has the same network and schedule
    #[arg(long)]
    all: bool,
}

pub fn run(command: &Plan, color: Color) -> Ended {
    let (experiments, program) = match load(&command.chosen, color)? {
        Loaded::Experiments(experiments, program) => (experiments, program),
        Loaded::Wrong => return Ok(Outcome::Findings),
    };
    let Planned { text, sheets } = planned_all(command, experiments, &program)?;
    if command.json {
        print(&json(&sheets)?)
    } else {
        print(&text)
    }
    Ok(Outcome::Clean)
}

/// What would run.
pub struct Planned {
    /// For a person.
    pub text: String,
    /// Of every arm, reference and trial.
    pub sheets: Vec<Sheet>,
}

/// One JSON document.
pub fn json(sheets: &[Sheet]) -> Result<String, String> {
    serde_json::to_string_pretty(sheets).map(|text| text + "\n").map_err(|e| format!("cannot write JSON: {e}"))
}

/// What experiments of a program would run, or which runs are done and which are not, and why.
pub fn planned_all(command: &Plan, mut experiments: Vec<Experiment>, program: &Program) -> Result<Planned, String> {
    let options = options(command)?;
    for experiment in &mut experiments {
        match &command.assume {
            Some(text) => assume::parted(experiment, text)?,
            None => parted(experiment, &options.roots)?,
        }
    }
    if command.why {
        return Ok(Planned { text: why(command, program, &experiments, &options)?, sheets: vec![] });
    }
    let _used = options.instructions.map(Instructions::begin);
    let shared = Shared::default();
    let (mut said, mut all) = (String::new(), vec![]);
    for experiment in &experiments {
        let subjects = subjects(experiment, &options);
        let sheets = subjects.iter().map(|s| one(command, experiment, s, &shared)).collect::<Result<Vec<_>, _>>()?;
        let trials = trials(command, experiment, &subjects, &sheets, &shared)?;
        if !command.json {
            said += &text(command, experiment, &subjects, &sheets, &trials);
            said += &power::text(experiment, &command.runs.runs.join(&experiment.name), &options);
        }
        all.extend(sheets);
        all.extend(trials.into_iter().flat_map(|own| own.sheets).flatten());
    }
    Ok(Planned { text: said, sheets: all })
}

fn options(command: &Plan) -> Result<Options, String> {
    Ok(Options { instructions: command.instructions.here()?, ..Options::plain(command.chosen.roots()) })
}

/// What a sheet is about: an arm, or a reference of some arms.
struct Subject<'e> {
    cell: Cell<'e>,
    /// Whether an arm before it is the same in all that decides its runs.
    again: bool,
}

/// Every arm, and every reference once.
fn subjects<'e>(experiment: &'e Experiment, options: &Options) -> Vec<Subject<'e>> {
    let mut cells = cells(experiment);
    let seed = experiment.seeds.first().copied();
    let first =
        Turn { seed: seed.unwrap_or_default(), part: experiment.parts().into_iter().next().flatten(), repeat: 0 };
    cells.retain(|cell| cell.turn == first);
    let mut known = BTreeSet::new();
    let recipes = Recipes::of(&cells, options);
    let subjects = cells.into_iter().map(|cell| Subject { again: !known.insert(recipes.address(&cell)), cell });
    subjects.filter(|subject| !subject.again || !subject.cell.arm.is_reference()).collect()
}

fn why(command: &Plan, program: &Program, experiments: &[Experiment], options: &Options) -> Result<String, String> {
    let one = |experiment| why::all(program, experiment, &command.runs.runs, options);
    Ok(experiments.iter().map(one).collect::<Result<Vec<_>, _>>()?.join("\n"))
}

fn one(command: &Plan, experiment: &Experiment, subject: &Subject<'_>, shared: &Shared) -> Result<Sheet, String> {
    let Cell { arm, pipeline, turn } = &subject.cell;
    let name = if arm.0.is_empty() { experiment.name.clone() } else { arm.to_string() };
    planned(command, &name, (pipeline, &watch(experiment, pipeline)), Seed(turn.seed), shared)
}

/// The sheets of everything that is tried; where arms were measured, times are guessed in proportion to those.
fn trials(
    command: &Plan,
    experiment: &Experiment,
    subjects: &[Subject<'_>],
    sheets: &[Sheet],
    shared: &Shared,
) -> Result<Vec<Trials>, String> {
    let Some(first) = experiment.searches.first().and_then(|search| search.seeds.first()) else { return Ok(vec![]) };
    // Of cross-validation, the data of the first round.
    let first = &of_the_data(experiment.scopes().first().map_or(*first, |scope| scope.tuning_seed(*first)));
    // Trials share their data, which stay loaded meanwhile.
    let mut held = vec![];
    let guessed = Plan { calibrate: false, ..command.clone() };
    let Some(judged) = experiment.search(&Rungs::first(experiment)) else { return Ok(vec![]) };
    let mut all = vec![];
    for (mut own, Candidates { arm, pipelines, .. }) in Trials::of(experiment) {
        if command.assume.is_none()
            && let Some(first_trial) = pipelines.first()
        {
            let spec = spec(&first_trial.data, &command.chosen.roots());
            held.push(shared.load(&spec, Seed(*first)).map_err(|e| missing(&e))?);
        }
        for rung in &own.rungs {
            let mut sheets = vec![];
            for (trial, pipeline) in pipelines.iter().enumerate() {
                let halt = rung.halt.map_or(String::new(), |halt| format!(", {}", halt.at));
                let name = format!("{}, trial {}{halt}", own.name, trial + 1);
                let halting = pipeline.halting(rung.halt);
                let watched = (&halting, &watch(&judged, &halting));
                sheets.push(planned(&guessed, &name, watched, Seed(*first), shared)?);
            }
            own.sheets.push(sheets);
        }
        // The arm is what the first trial is.
        let place = subjects.iter().position(|s| std::ptr::eq(s.cell.pipeline, &experiment.arms[*arm].pipeline));
        let measured = place.map(|place| sheets[place].seconds).filter(|seconds| seconds.basis == Basis::Measured);
        let guess = own.sheets.last().and_then(|sheets| sheets.first()).map(|sheet| sheet.seconds.value);
        if let Some((measured, guess)) = measured.zip(guess) {
            own.sheets
                .iter_mut()
                .flatten()
                .for_each(|sheet| sheet.seconds.value *= measured.value / guess.max(f64::MIN_POSITIVE));
        }
        all.push(own);
    }
    Ok(all)
}

/// The sheet of one pipeline that is watched so, and of those that it starts from.
fn planned(
    command: &Plan,
    name: &str,
    (pipeline, watch): (&Pipeline, &Watch),
    seed: Seed,
    shared: &Shared,
) -> Result<Sheet, String> {
    let (plan, graph) = (schedule(pipeline), lower(pipeline));
    let data = match &command.assume {
        Some(_) => None,
        None => Some(shared.load(&spec(&pipeline.data, &command.chosen.roots()), seed).map_err(|e| missing(&e))?),
    };
    let splits = match (&command.assume, &data) {
        (Some(text), _) => Assumed::read(text)?.splits(pipeline)?,
        (None, Some(data)) => data.splits.clone(),
        (None, None) => unreachable!("data that is not assumed was loaded"),
    };
    let train = splits.get(&SplitName::TRAIN).cloned().unwrap_or_default();
    let mut grouped = vec![];
    let folds = match &data {
        Some(data) => {
            can_fold(&plan, data).map_err(|e| e.to_string())?;
            let folds = folds(&plan, data, seed);
            let spec = spec(&pipeline.data, &command.chosen.roots());
            let parts = test_parts(&spec, seed).map_err(|e| missing(&e))?;
            grouped = grouped::lines(&spec, data, &parts, plan.folds.as_ref(), &folds);
            folds
        }
        None => Folds::draw(&train, plan.folds.map_or(1, |f| f.count), None, &mut seed.stream("folds")),
    };
    let sizes: Vec<usize> = plan.phases.iter().map(|p| p.on.evaluate(&splits, &folds).len()).collect();
    let figures = cost(&plan, &graph, &sizes, train.len());
    let looks = looks(watch, (&plan, &graph, &figures), (&splits, &folds));
    let seconds = match data.filter(|_| command.calibrate) {
        Some(data) => {
            let (device, stop) = (Device::cpu(), AtomicBool::new(false));
            let job = Job { graph: &graph, plan: &plan, data: &data, seed, device: &device, begin: &[], stop: &stop };
            let value = calibrate(&job, &figures, looks).map_err(|error| error.to_string())?;
            Seconds { value, basis: Basis::Measured }
        }
        None => Seconds { value: guess(&figures, looks, (&graph, &plan), &CPU), basis: Basis::Guessed },
    };
    let titles = Titles { name, network: &pipeline.network.name, schedule: &pipeline.schedule.name };
    let mut sheet = sheet(&plan, &figures, train.len(), titles, seconds);
    sheet.grouped = grouped;
    if command.assume.is_some() {
        sheet.assumed = splits.iter().map(|(split, ids)| (split.to_string(), ids.len())).collect();
        sheet.h200_seconds = Some(guess(&figures, looks, (&graph, &plan), &H200));
    }
    for start in &pipeline.starts {
        let module = &pipeline.network.module(start.module).name;
        let other = planned(command, &start.pipeline.name, (&start.pipeline, &Watch::default()), seed, shared)?;
        sheet.starts.push((module.clone(), other));
    }
    Ok(sheet)
}

fn missing(error: &DataError) -> String {
    format!("{error}\n`--assume train=N,…` plans without the data")
}

/// Phases once for every network and schedule, totals for every arm.
fn text(
    command: &Plan,
    experiment: &Experiment,
    subjects: &[Subject<'_>],
    sheets: &[Sheet],
    trials: &[Trials],
) -> String {
    let parts = experiment.cross.as_ref().map_or(1, Cross::count);
    let (arms, runs) = (experiment.arms.len(), experiment.seeds.len() * parts.max(1) * experiment.repeats as usize);
    let mut said = vec![plural(arms, "arm"), plural(experiment.seeds.len(), "seed")];
    if let Some(cross) = &experiment.cross {
        let assumed = match (&command.assume, &cross.deal) {
            (Some(_), Deal::Each(_)) => ", as many as assumed",
            _ => "",
        };
        said.push(format!("{} in turn (cross {}{assumed})", plural(parts, "test part"), cross.deal));
    }
    if experiment.repeats > 1 {
        said.push(format!("{} repeats of each", experiment.repeats));
    }
    if sheets.len() > arms {
        said.push(plural(sheets.len() - arms, "reference"));
    }
    let mut text = format!("{}: {}\n", experiment.name, said.join(", "));
    let mut shown: Vec<(&str, &str, usize)> = vec![];
    for (sheet, subject) in sheets.iter().zip(subjects) {
        let key = (sheet.network.as_str(), sheet.schedule.as_str(), sheet.weights);
        if command.all || !shown.contains(&key) {
            text += &format!("\n{sheet}{}", searched::first_trial(experiment, subject.cell.pipeline));
            shown.push(key);
        }
    }
    if sheets.len() > 1 {
        text += &totals(sheets);
    }
    if !trials.is_empty() {
        let is_chosen = |s: &Subject<'_>| experiment.is_chosen(s.cell.pipeline);
        let others = sheets.iter().zip(subjects).filter(|(_, s)| !s.again && !is_chosen(s));
        let others: Vec<f64> = others.map(|(sheet, _)| sheet.seconds.value).collect();
        return text + &searched::text(experiment, trials) + &searched::sum(trials, runs, &others);
    }
    let distinct = || sheets.iter().zip(subjects).filter(|(_, subject)| !subject.again).map(|(sheet, _)| sheet);
    let mut seconds: f64 = distinct().map(|s| s.seconds.value).sum::<f64>() * runs as f64;
    // What arms start from is trained once a seed for all of them.
    let mut begun: Vec<(&str, u64)> = vec![];
    for (_, other) in distinct().flat_map(Sheet::all_starts) {
        if !begun.contains(&(other.name.as_str(), other.flops)) {
            begun.push((&other.name, other.flops));
            seconds += other.seconds.value * runs as f64;
        }
    }
    text + &format!("\n{} in all: {} on one thread\n", plural(distinct().count() * runs, "run"), duration(seconds))
}

fn totals(sheets: &[Sheet]) -> String {
    let row = |s: &Sheet| {
        let (flops, peak) = (scaled(s.flops as f64, ""), scaled(s.peak_bytes as f64, "B"));
        vec![s.name.clone(), count(s.updates), count(s.samples_seen), flops, peak, duration(s.seconds.value)]
    };
    let heading = ["arm", "updates", "samples seen", "FLOPs", "peak memory", "time"].map(String::from).to_vec();
    let rows: Vec<Vec<String>> = std::iter::once(heading).chain(sheets.iter().map(row)).collect();
    format!("\n{}", columns(&rows, 5))
}
