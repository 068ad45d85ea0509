//! `mhm show`: any noun of the path of data, printed.

use super::files;
use super::output::{Color, Ended, Outcome, print};
use super::render::{Format, Renderer, terminal_width};
use crate::source::SourceMap;
use clap::{Args, Subcommand};

const EXAMPLES: &str = "\
Examples:
  mhm show ast pipelines/moons.mhm        the tree of a file as written";

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
}

pub fn run(command: &Show, color: Color) -> Ended {
    match &command.what {
        What::Ast { file } => ast(file, color),
    }
}

fn ast(file: &str, color: Color) -> Ended {
    let input = files::read(file)?;
    let mut sources = SourceMap::default();
    let id = sources.add(&input.name, &input.text, false);
    let (tree, diagnostics) = crate::syntax::parse(&sources, id);
    print(&crate::syntax::print(&tree));
    let renderer = Renderer { format: Format::Full, color: color.is_on(), width: terminal_width() };
    diagnostics.iter().for_each(|d| print(&renderer.render(&sources, d)));
    Ok(if diagnostics.is_empty() { Outcome::Clean } else { Outcome::Findings })
}
