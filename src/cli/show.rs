//! `mhm show`: any noun of the path of data, printed.

use super::files;
use super::load::{Chosen, Loaded, load};
use super::output::{Color, Ended, Outcome, print};
use super::render::{Format, Renderer, terminal_width};
use crate::graph::lower;
use crate::hir::{Experiment, Pipeline};
use crate::plan::schedule;
use crate::source::SourceMap;
use clap::{Args, Subcommand};
use std::collections::BTreeSet;

const EXAMPLES: &str = "\
Examples:
  mhm show ast moons.mhm                  the tree of a file
  mhm show pipeline moons.mhm             names resolved, sizes known
  mhm show graph moons.mhm table          what is computed, for every arm of an experiment";

/// Print what the program sees at one stage
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, disable_help_subcommand = true)]
pub struct Show {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The tree of a file as written
    #[command(after_help = EXAMPLES)]
    Ast {
        /// A file, or `-` for standard input
        file: String,
    },
    /// The checked pipeline of every arm, and what the experiment shows of them
    #[command(after_help = EXAMPLES)]
    Pipeline(Chosen),
    /// The phases of every arm, loops unrolled (`mhm plan` adds sizes and costs)
    #[command(after_help = EXAMPLES)]
    Plan(Chosen),
    /// The graph of every arm
    #[command(after_help = EXAMPLES)]
    Graph(Chosen),
}

pub fn run(command: &Show, color: Color) -> Ended {
    match &command.what {
        What::Ast { file } => ast(file, color),
        What::Pipeline(chosen) => each(chosen, color, |p| p.to_string(), Experiment::to_string),
        What::Plan(chosen) => each(chosen, color, |p| schedule(p).to_string(), |_| String::new()),
        What::Graph(chosen) => each(chosen, color, |p| lower(p).to_string(), |_| String::new()),
    }
}

fn ast(file: &str, color: Color) -> Ended {
    let input = files::read(file)?;
    let mut sources = SourceMap::default();
    let id = sources.add(&input.name, &input.text);
    let (tree, diagnostics) = crate::syntax::parse(&sources, id);
    print(&crate::syntax::print(&tree));
    let renderer = Renderer { format: Format::Full, color: color.is_on(), width: terminal_width() };
    diagnostics.iter().for_each(|d| print(&renderer.render(&sources, d)));
    Ok(if diagnostics.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

/// Every arm, then every reference, each once; then what the experiment makes of them, unless it is a pipeline alone.
fn each(
    chosen: &Chosen,
    color: Color,
    text: impl Fn(&Pipeline) -> String,
    whole: impl Fn(&Experiment) -> String,
) -> Ended {
    let experiments = match load(chosen, color)? {
        Loaded::Experiments(experiments, _) => experiments,
        Loaded::Wrong => return Ok(Outcome::Findings),
    };
    for experiment in &experiments {
        for arm in &experiment.arms {
            let values: Vec<&str> = experiment.axes.iter().zip(&arm.at).map(|(a, &i)| a.values[i].as_str()).collect();
            if !values.is_empty() {
                print(&format!("// {}: {}\n", experiment.name, values.join(", ")));
            }
            print(&format!("{}\n", text(&arm.pipeline)));
        }
        for reference in &experiment.references {
            let texts: BTreeSet<String> = reference.pipelines.iter().map(&text).collect();
            texts
                .iter()
                .for_each(|text| print(&format!("// {}: reference {}\n{text}\n", experiment.name, reference.name)));
        }
        if experiment.arms.iter().any(|arm| arm.pipeline.span != experiment.span) {
            print(&whole(experiment));
        }
    }
    Ok(Outcome::Clean)
}
