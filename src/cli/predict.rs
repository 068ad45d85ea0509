//! `mhm predict`: what an exported model makes of samples.

mod events;
mod lines;
mod losses;
mod proba;
mod samples;
pub mod stored;
pub mod table;
mod write;

use super::destination::Force;
use super::exported;
use super::folder::Runs;
use super::instructions;
use super::load::folder;
use super::output::{Color, Ended, Outcome, print};
use crate::builtin::dataset::Contents;
use crate::data::formats;
use crate::tensor::{Instructions, Using};
use clap::Args;
use samples::Samples;
use std::path::{Path, PathBuf};
use write::{Form, Writer, Written};

const EXAMPLES: &str = "\
Examples:
  mhm predict moons.mhm points.csv -o out.csv              columns `first`, or `first[0]`, `first[1]`, …
  mhm predict moons.mhm points.npz -o out.npz              arrays by the modalities' names
  mhm predict digits.mhm digits.npz --split test -o -      arrays as the dataset of the model has them
  mhm predict moons.mhm moons.mhm --split test -o out.csv  a split of a dataset
  mhm predict spot.mhm thumos.mhm --split test -o out.json events that are found, as the ActivityNet benchmark has them
  mhm predict moons.mhm points.csv --id clip --proba -o -  with the column `clip`, and a probability a class
  mhm predict table_2 --split test -o out.csv              what every run of an experiment predicted
  mhm predict table_2 --split test --where method=MHM --seed 3 -o out.json

The table has a line a sample: its number, what `--id` names, its class where there are classes, and every output (probabilities of
classes, numbers as they are). Samples are raw, and prepared as those that the model was trained on.

A number counts the rows of a file from 0. Of a dataset whose splits have files or arrays of their own, `sample` counts through all
of them, and `row` is the row in those of the sample's split: `row` 3 of `test` is row 3 of `test_audio`.

Of an experiment that was run, the table has a line a sample and run: the values of the arm, the seed, the sample's number,
its groups, what is true, the class and every output as the run stored them, and the error: 1 for a wrong
class, prediction minus truth for numbers. Classes that have names have them beside their numbers. `loss` is what the sample
alone would cost, where the loss of the run is the mean of that. A name that is taken gets a `_`.";

/// What may be predicted.
fn readable() -> String {
    let endings: Vec<String> = formats::FORMATS.iter().map(|format| format.format().ending()).collect();
    format!("Samples: a file of arrays or a table ({}), or a .mhm file with a dataset", endings.join(", "))
}

/// Predict with an exported model
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Predict {
    /// The .mhm file of a model that `mhm export` wrote; or an experiment that was run, or its folder, without samples
    #[arg(value_name = "MODEL|RUN")]
    model: String,
    #[arg(help = readable())]
    data: Option<PathBuf>,
    /// Where predictions go: a .csv or .npz file, a .json file for events or of a run, or `-` for a table on standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Probabilities of every class, under the class, in place of an output's numbers: one number for two classes is spelt out
    #[arg(long)]
    proba: bool,
    /// Columns that say which sample it is: of a table, arrays of a file; groups of a dataset, or `name` where a file names samples
    #[arg(long, value_name = "COLUMN")]
    id: Vec<String>,
    #[command(flatten)]
    force: Force,
    /// Of which split (needed with a .mhm file or a run; of a file of arrays those of this split, such as `test_first`)
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
    /// Seed of generated points and drawn splits (default: the one that the model was trained with); of a run: its seed
    #[arg(long)]
    seed: Option<u64>,
    /// Runs of the arms with these values: --where 'method=MHM, task=moons'
    #[arg(long = "where", value_name = "AXIS=VALUE, …")]
    only: Option<String>,
    /// Of `cross`, the part that it was tested on, from 1
    #[arg(long)]
    part: Option<usize>,
    /// Of several runs of a seed, this one
    #[arg(long)]
    repeat: Option<u64>,
    #[command(flatten)]
    runs: Runs,
    /// Folder that relative data paths of a .mhm file start from
    #[arg(long = "data", value_name = "DIR", value_parser = folder)]
    root: Vec<PathBuf>,
}

impl Predict {
    fn form(&self) -> Form {
        if self.proba { Form::Probabilities } else { Form::Outputs }
    }
}

/// An option that decides nothing of what is asked for, and why.
fn idle(command: &Predict) -> Option<String> {
    let Predict {
        data, output, split, dataset, duration, detect, seed, root, only, part, repeat, runs, id, proba, ..
    } = command;
    let ending = |path: &Path| path.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
    let of_program = [("--dataset", dataset.is_some()), ("--data", !root.is_empty()), ("--seed", seed.is_some())];
    let of_split = [("--split", split.is_some())];
    let of_events = [("--detect", detect.is_some()), ("--duration", duration.is_some())];
    let of_runs = [
        ("--where", only.is_some()),
        ("--part", part.is_some()),
        ("--repeat", repeat.is_some()),
        ("--runs", !runs.typed().is_empty()),
    ];
    let said =
        |options: &[(&'static str, bool)]| options.iter().find(|(_, is_said)| *is_said).map(|(option, _)| *option);
    let Some(data) = data else {
        let of_samples = [("--id", !id.is_empty())];
        let option = said(&of_program[..2]).or(said(&of_events)).or(said(&of_samples))?;
        return Some(format!("`{option}` decides nothing here: what runs predicted is stored"));
    };
    let one_table = formats::of_file(data).is_some_and(|found| found.format().contents != Contents::NamedArrays);
    let (data, file) = (ending(data), data.display());
    let why = if let Some(option) = said(&of_runs) {
        (option, format!("it is for what runs predicted, and `{file}` is predicted with one model"))
    } else if let Some(option) = said(&of_program).filter(|_| data != "mhm") {
        (option, format!("it is for datasets of a `.mhm` file, and `{file}` is a file of samples"))
    } else if let Some(option) = said(&of_split).filter(|_| one_table) {
        (option, format!("`{file}` has no splits: all its samples are predicted"))
    } else if let Some(option) =
        said(&[("--id", !id.is_empty()), ("--proba", *proba)]).filter(|_| ending(output) == "json")
    {
        (option, "a `.json` file has the events that are found: name a .csv or .npz file with `-o`".into())
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
    match &command.data {
        Some(data) => with_model(command, data, color),
        None if Path::new(&command.model).is_file() => Err(format!(
            "`{0}` is a model: say the samples, too, as in `mhm predict {0} samples.csv -o -`",
            command.model
        )),
        None => stored::run(command),
    }
}

fn with_model(command: &Predict, data: &Path, color: Color) -> Ended {
    let Some(exported) = exported::open(&command.model, color)? else { return Ok(Outcome::Findings) };
    let _used = computing_with(&exported.model.about.instructions);
    let model = &exported.model;
    let samples = match Samples::find(command, data, (&exported.pipeline, model), color)? {
        Some(samples) => samples,
        None => return Ok(Outcome::Findings),
    };
    if std::fs::canonicalize(&command.output).is_ok_and(|to| std::fs::canonicalize(data).is_ok_and(|d| d == to)) {
        return Err(format!("`{}` holds the samples: name another file with `-o`", command.output.display()));
    }
    let count = if command.output.extension().is_some_and(|e| e == "json") {
        events::write(command, model, &samples)?
    } else {
        let outputs = model.outputs.clone();
        let written = Written::of(&outputs, command.form(), (&samples.numbers, &samples.ids))?;
        let mut writer = Writer::open(&command.output, written, command.force)?;
        samples.each(model.together(), &mut |values, count| writer.batch(model.predict(&values, count)))?;
        writer.finish()?
    };
    if let Some(to) = command.output.to_str().filter(|to| *to != "-") {
        print(&format!("{to}: predictions of {count} samples\n"));
    }
    Ok(Outcome::Clean)
}

/// Computes with what computed the model's run, to the bits that the run predicted.
fn computing_with(word: &str) -> Option<Using> {
    instructions::of_a_model(word).map(Instructions::begin)
}
