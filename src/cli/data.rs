//! `mhm data`: what is in a dataset, or in a file of data.

mod synth;

use super::config;
use super::files;
use super::load::{folder, roots};
use super::output::{Color, Ended, Outcome, print};
use super::render::{Format, Renderer, terminal_width};
use crate::builtin::dataset::SplitRule;
use crate::data::formats::FORMATS;
use crate::data::{DataSpec, describe, headers, inspect};
use crate::experiment::spec;
use crate::seed::Seed;
use crate::suggest::nearest;
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use synth::Synth;

const EXAMPLES: &str = "\
Examples:
  mhm data digits.npz              arrays, types and shapes, from headers alone
  mhm data visual_feature.h5       the same of an HDF5 file, however large
  mhm data moons.mhm               modalities, splits and class counts of its datasets
  mhm data ave.mhm                 declared shapes beside those in the files, from headers alone where files are large
  mhm data moons.mhm moons_a       of one of them
  mhm data synth ave data/ave      write learnable data laid out as the authors' files are";

/// Show modalities, shapes, splits and class counts
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Data {
    #[command(subcommand)]
    make: Option<Make>,
    #[arg(required = true, help = readable())]
    file: Option<String>,
    /// One dataset of a .mhm file (default: every dataset and every pipeline's)
    name: Option<String>,
    /// Folder that relative data paths start from, and that files must lie in (default: the working directory, then the
    /// folder of the .mhm file); several times: the first that has the file
    #[arg(long, value_name = "DIR", value_parser = folder)]
    data: Vec<PathBuf>,
    /// Seed of generated points and drawn splits
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Read large files, too, for statistics and class counts (more than 256 MB are left alone otherwise)
    #[arg(long)]
    statistics: bool,
}

/// What may be named.
fn readable() -> String {
    let endings: Vec<String> = FORMATS.iter().map(|format| format.format().ending()).collect();
    format!("A .mhm file, or a file of data ({})", endings.join(", "))
}

/// Bytes of a dataset that are read without being asked for.
const SMALL: u64 = 256_000_000;

#[derive(Debug, Subcommand)]
enum Make {
    Synth(Synth),
}

pub fn run(command: &Data, color: Color) -> Ended {
    match (&command.make, &command.file) {
        (Some(Make::Synth(command)), _) => synth::run(command),
        (None, Some(file)) => show(command, file, color),
        (None, None) => Err("name a file, or what to write: `mhm data --help`".into()),
    }
}

fn show(command: &Data, file: &str, color: Color) -> Ended {
    if !file.ends_with(".mhm") {
        let found = inspect(Path::new(file)).map_err(|e| e.to_string())?;
        print(&found.to_string());
        return Ok(Outcome::Clean);
    }
    let input = files::read(file)?;
    let (program, checked, diagnostics) = config::check(&input)?;
    let errors: Vec<_> = diagnostics.iter().filter(|d| d.is_error()).collect();
    if !errors.is_empty() {
        let renderer = Renderer { format: Format::Full, color: color.is_on(), width: terminal_width() };
        errors.iter().for_each(|d| print(&renderer.render(&program.sources, d)));
        return Ok(Outcome::Findings);
    }
    let arms = checked.experiments.iter().flat_map(|e| e.arms.iter().map(|a| &a.pipeline));
    let used = checked.pipelines.iter().chain(arms).map(|p| &p.data);
    let mut datasets: Vec<(String, String)> = vec![];
    for dataset in checked.datasets.iter().chain(used) {
        let spec = spec(dataset, &roots(&command.data, file)).unasked();
        let key = format!("{spec:?}");
        if datasets.iter().all(|(_, seen)| *seen != key) {
            let wanted = command.name.as_ref().is_none_or(|name| *name == dataset.name);
            if wanted {
                print(&shown(&spec, command)?);
            }
            datasets.push((dataset.name.clone(), key));
        }
    }
    if let Some(name) = command.name.as_ref().filter(|n| datasets.iter().all(|(d, _)| d != *n)) {
        let known: Vec<&str> = datasets.iter().map(|(d, _)| d.as_str()).collect();
        let hint = nearest(name, known.iter().copied())
            .map_or(format!("it has: {}", known.join(", ")), |n| format!("did you mean `{n}`?"));
        return Err(format!("`{}` has no dataset `{name}`; {hint}", file));
    }
    if datasets.is_empty() {
        return Err(format!("`{}` declares and uses no dataset whose parameters all have defaults", file));
    }
    Ok(Outcome::Clean)
}

/// Files beside their declaration, then statistics.
fn shown(spec: &DataSpec, command: &Data) -> Result<String, String> {
    let seed = Seed(command.seed);
    let headers = headers(spec, seed).map_err(|e| e.to_string())?;
    let large = headers.as_ref().is_some_and(|headers| headers.bytes > SMALL);
    let files = headers.map_or(String::new(), |headers| format!("files of {}\n{headers}\n", spec.name));
    if large && !command.statistics {
        return Ok(format!("{files}  its values were not read: add --statistics for means and class counts\n\n"));
    }
    let mut described = describe(spec, seed).map_err(|e| e.to_string())?;
    let deal = spec
        .splits
        .iter()
        .find_map(|split| if let SplitRule::Part { deal, .. } = &split.rule { Some(deal) } else { None });
    if let Some(deal) = deal {
        described.name += &format!(", where part 1 of `cross {deal}` is tested");
    }
    Ok(format!("{files}{described}\n"))
}
