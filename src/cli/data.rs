//! `mhm data`: what a dataset, or a file of arrays, holds.

use super::files;
use super::output::{Color, Ended, Outcome, print};
use super::render::{Format, Renderer, terminal_width};
use crate::data::{describe, inspect};
use crate::experiment::spec;
use crate::hir::Dataset;
use crate::seed::Seed;
use crate::suggest::nearest;
use clap::Args;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  mhm data pipelines/digits.mhm             every dataset of a file: shapes, statistics, splits, classes
  mhm data pipelines/digits.mhm digits      one of them
  mhm data samples.npz                      the arrays of an .npz, .npy or .csv file
  mhm data stdlib/dataset/TwoMoons.mhm --seed 7   as seed 7 draws it";

/// Show what a dataset or a file of arrays holds
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Data {
    /// A .mhm file, or a file of arrays (.npz, .npy, .csv)
    file: String,
    /// One dataset of the file (default: every one whose parameters have defaults)
    name: Option<String>,
    /// What generators and random splits draw from
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Folder that relative data paths start from
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
}

pub fn run(command: &Data, color: Color) -> Ended {
    if !command.file.ends_with(".mhm") && command.file != files::STDIN {
        let found = inspect(Path::new(&command.file)).map_err(|e| e.to_string())?;
        print(&found.to_string());
        return Ok(Outcome::Clean);
    }
    let input = files::read(&command.file)?;
    let (program, checked, diagnostics) = files::check(&input);
    let chosen = choose(&command.file, command.name.as_deref(), &checked.datasets);
    let errors: Vec<_> = diagnostics.iter().filter(|d| d.is_error()).collect();
    // What is wrong elsewhere in the file does not keep a sound dataset from being shown.
    if let (Err(_), false) = (&chosen, errors.is_empty()) {
        let renderer = Renderer { format: Format::Full, color: color.is_on(), width: terminal_width() };
        errors.iter().for_each(|d| print(&renderer.render(&program.sources, d)));
        return Ok(Outcome::Findings);
    }
    for dataset in chosen? {
        let description = describe(&spec(dataset, &command.data), Seed(command.seed)).map_err(|e| e.to_string())?;
        print(&description.to_string());
    }
    Ok(Outcome::Clean)
}

fn choose<'d>(file: &str, name: Option<&str>, datasets: &'d [Dataset]) -> Result<Vec<&'d Dataset>, String> {
    if datasets.is_empty() {
        return Err(format!("`{file}` has no dataset whose parameters all have defaults"));
    }
    let Some(name) = name else { return Ok(datasets.iter().collect()) };
    if let Some(found) = datasets.iter().find(|d| d.name == name) {
        return Ok(vec![found]);
    }
    let known: Vec<&str> = datasets.iter().map(|d| d.name.as_str()).collect();
    Err(match nearest(name, known.iter().copied()) {
        Some(near) => format!("`{file}` has no dataset `{name}`; did you mean `{near}`?"),
        None => format!("`{file}` has no dataset `{name}`; it has: {}", known.join(", ")),
    })
}
