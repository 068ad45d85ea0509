//! `mhm predict`: what an exported model makes of samples.

mod events;
mod samples;
mod write;

use super::destination::Force;
use super::exported;
use super::instructions;
use super::load::folder;
use super::output::{Color, Ended, Outcome, note, print};
use crate::tensor::{Instructions, Using};
use clap::Args;
use samples::Samples;
use std::path::PathBuf;
use write::Writer;

const EXAMPLES: &str = "\
Examples:
  mhm predict moons.mhm points.csv -o out.csv              columns `first`, or `first[0]`, `first[1]`, …
  mhm predict moons.mhm points.npz -o out.npz              arrays by the modalities' names
  mhm predict digits.mhm digits.npz --split test -o -      arrays as the dataset of the model has them
  mhm predict moons.mhm moons.mhm --split test -o out.csv  a split of a dataset
  mhm predict spot.mhm thumos.mhm --split test -o out.json events that are found, as the ActivityNet benchmark has them

The table has a line a sample: its number, its class where there are classes, and every output (probabilities of
classes, numbers as they are). Samples are raw, and prepared as those that the model was trained on.";

/// Predict with an exported model
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Predict {
    /// The .mhm file of a model that `mhm export` wrote
    model: String,
    /// Samples: a file of arrays or a table (.npz, .npy, .h5, .mat, .pkl, .csv, .parquet), or a .mhm file with a dataset
    data: PathBuf,
    /// Where predictions go: a .csv or .npz file, a .json file for events, or `-` for a table on standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    force: Force,
    /// Of which split (needed with a .mhm file; of a file of arrays those of this split, such as `test_first`)
    #[arg(long)]
    split: Option<String>,
    /// One of several datasets of a .mhm file
    #[arg(long, value_name = "NAME")]
    dataset: Option<String>,
    /// Seconds that a sample's steps span, for events (default: as a dataset's target of events says)
    #[arg(long, value_name = "SECONDS")]
    duration: Option<f64>,
    /// Which `detect` of the model finds events, where it has several
    #[arg(long, value_name = "NAME")]
    detect: Option<String>,
    /// Seed of generated points and drawn splits (default: the one that the model was trained with)
    #[arg(long)]
    seed: Option<u64>,
    /// Folder that relative data paths of a .mhm file start from
    #[arg(long = "data", value_name = "DIR", value_parser = folder)]
    root: Vec<PathBuf>,
}

/// An option that decides nothing of what is asked for, and why.
fn idle(command: &Predict) -> Option<String> {
    let Predict { data, output, split, dataset, duration, detect, seed, root, .. } = command;
    let ending =
        |path: &std::path::Path| path.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
    let (data, file) = (ending(data), data.display());
    let of_program = [("--dataset", dataset.is_some()), ("--seed", seed.is_some()), ("--data", !root.is_empty())];
    let of_split = [("--split", split.is_some())];
    let of_events = [("--detect", detect.is_some()), ("--duration", duration.is_some())];
    let said =
        |options: &[(&'static str, bool)]| options.iter().find(|(_, is_said)| *is_said).map(|(option, _)| *option);
    let why = if let Some(option) = said(&of_program).filter(|_| data != "mhm") {
        (option, format!("it is for datasets of a `.mhm` file, and `{file}` is a file of samples"))
    } else if let Some(option) = said(&of_split).filter(|_| matches!(data.as_str(), "csv" | "npy" | "parquet")) {
        (option, format!("`{file}` has no splits: all its samples are predicted"))
    } else {
        let option = said(&of_events).filter(|_| ending(output) != "json")?;
        (option, "it is for events, which are written into a `.json` file: name one with `-o`".into())
    };
    Some(format!("`{}` decides nothing here: {}", why.0, why.1))
}

pub fn run(command: &Predict, color: Color) -> Ended {
    if let Some(why) = idle(command) {
        return Err(why);
    }
    let Some(mut exported) = exported::open(&command.model, color)? else { return Ok(Outcome::Findings) };
    let _used = computing_with(&exported.model.about.instructions);
    let model = &mut exported.model;
    let samples = match Samples::find(command, &exported.pipeline, model, color)? {
        Some(samples) => samples,
        None => return Ok(Outcome::Findings),
    };
    if std::fs::canonicalize(&command.output)
        .is_ok_and(|to| std::fs::canonicalize(&command.data).is_ok_and(|d| d == to))
    {
        return Err(format!("`{}` holds the samples: name another file with `-o`", command.output.display()));
    }
    let count = if command.output.extension().is_some_and(|e| e == "json") {
        events::write(command, model, &samples)?
    } else {
        let mut writer = Writer::open(&command.output, &model.outputs, command.force)?;
        samples.each(model.together(), &mut |values, count| writer.batch(&model.predict(values, count)))?;
        writer.finish()?
    };
    if let Some(to) = command.output.to_str().filter(|to| *to != "-") {
        print(&format!("{to}: predictions of {count} samples\n"));
    }
    Ok(Outcome::Clean)
}

/// Computes with what computed the model's run, to the bits that the run predicted.
fn computing_with(word: &str) -> Option<Using> {
    let stored = instructions::stored(word);
    if stored.is_none() && !word.is_empty() {
        let here = instructions::listed(", ");
        note(&format!(
            "the model's run was computed with {word}, this machine has {here}: the last digits may be others"
        ));
    }
    stored.map(Instructions::begin)
}
