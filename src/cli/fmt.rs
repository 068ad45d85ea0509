//! `mhm fmt`: the one way to lay a file out. Owns no text; the layout is `syntax::format`.

use super::files::{Input, STDIN};
use super::named::{Configured, Links, Named, named};
use super::output::{Color, Ended, Outcome, complain, note, print};
use super::render::{Format, Renderer, terminal_width};
use super::rewrite;
use crate::source::SourceMap;
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  mhm fmt                         lay out every .mhm file below this folder
  mhm fmt --check pipelines       change nothing; exit code 1 where a file is laid out otherwise
  mhm fmt --diff moons.mhm        change nothing; show what would change
  mhm fmt link.mhm                lay out the file that a link leads to; the link stays
  cat moons.mhm | mhm fmt -       standard input to standard output";

/// Lay files out in the one way there is
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Fmt {
    /// Files, folders (every .mhm file below), or `-` for standard input (default: `roots` of mhm.toml, else this folder)
    #[arg(value_name = "FILE")]
    files: Vec<String>,
    /// Change nothing; name the files that are laid out otherwise
    #[arg(long)]
    check: bool,
    /// Change nothing; show what would change
    #[arg(long)]
    diff: bool,
    #[command(flatten)]
    links: Links,
    #[command(flatten)]
    configured: Configured,
}

pub fn run(command: &Fmt, color: Color) -> Ended {
    let files = named(&command.files, command.links, &command.configured).map_err(|why| why.to_string())?;
    let mut outcome = Outcome::Clean;
    for file in &files {
        let ended = file.read().and_then(|input| one(command, file, &input, color));
        outcome = outcome.max(ended.unwrap_or_else(|why| {
            complain(&why);
            Outcome::CannotRun
        }));
    }
    Ok(outcome)
}

fn one(command: &Fmt, file: &Named, input: &Input, color: Color) -> Ended {
    let formatted = match crate::syntax::format(&input.text) {
        Ok(formatted) => formatted,
        Err(diagnostics) => {
            let mut sources = SourceMap::default();
            sources.add(&input.name, &input.text);
            let renderer = Renderer { format: Format::Full, color: color.is_on(), width: terminal_width() };
            diagnostics.iter().for_each(|d| note(&format!("{}\n", renderer.render(&sources, d).trim_end())));
            return Ok(Outcome::Findings);
        }
    };
    let changed = formatted != input.text;
    if command.diff {
        print(&rewrite::difference(&input.name, "laid out", &input.text, &formatted, color));
    } else if command.check && changed {
        print(&format!("{}: laid out otherwise\n", input.name));
    } else if !command.check && file.name == STDIN {
        print(&formatted);
    } else if !command.check && changed {
        file.replace(&formatted)?;
    }
    let asked = command.check || command.diff;
    Ok(if changed && asked { Outcome::Findings } else { Outcome::Clean })
}
