//! `mhm check`: every mistake of every file named.

use super::files;
use super::output::{Color, Ended, Outcome, complain, print};
use super::render::{Format, Renderer, summary};
use crate::diagnostic::{Diagnostic, Severity};
use clap::{Args, ValueEnum};
use std::collections::BTreeSet;

const EXAMPLES: &str = "\
Examples:
  mhm check pipelines/moons.mhm           one file, and all it uses
  mhm check .                             every .mhm file below this folder
  mhm check --format short .              one line each, for editors and grep
  mhm check --deny warnings pipelines     exit code 1 for a warning, too
  cat moons.mhm | mhm check -             standard input";

/// Find every mistake before any data is read
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Check {
    /// Files, folders (every .mhm file below), or `-` for standard input
    #[arg(default_value = ".", value_name = "FILE")]
    files: Vec<String>,
    /// How findings are written
    #[arg(long, value_enum, default_value_t = Format::Full)]
    format: Format,
    /// Make the exit code 1 for warnings, too
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
    /// Say nothing where nothing is wrong
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

pub fn run(command: &Check, color: Color) -> Ended {
    let names = files::named(&command.files)?;
    let renderer = Renderer { format: command.format, color: color.is_on(), width: super::render::terminal_width() };
    let mut tally = Tally::default();
    let mut unread = false;
    for name in &names {
        match files::read(name) {
            Err(why) => {
                complain(&why);
                unread = true;
            }
            Ok(input) => {
                let (program, _, diagnostics) = files::check(&input);
                for diagnostic in tally.fresh(&program.sources, diagnostics) {
                    print(&renderer.render(&program.sources, &diagnostic));
                }
                tally.last = input.name;
            }
        }
    }
    conclude(command, &tally, names.len() - usize::from(unread), renderer.format);
    let denied = command.deny == Some(Deny::Warnings) && tally.warnings > 0;
    Ok(match (unread, tally.errors > 0 || denied) {
        (true, _) => Outcome::CannotRun,
        (false, true) => Outcome::Findings,
        (false, false) => Outcome::Clean,
    })
}

fn conclude(command: &Check, tally: &Tally, read: usize, format: Format) {
    match summary(tally.errors, tally.warnings) {
        _ if format == Format::Json || read == 0 => {}
        Some(found) => print(&format!("{found}\n")),
        None if command.quiet => {}
        None if read == 1 => print(&format!("{}: no problems\n", tally.last)),
        None => print(&format!("{read} files: no problems\n")),
    }
}

/// What was found so far. A mistake in a file that several others use counts once.
#[derive(Default)]
struct Tally {
    errors: usize,
    warnings: usize,
    /// The last file read.
    last: String,
    seen: BTreeSet<(String, u32, &'static str)>,
}

impl Tally {
    fn fresh(&mut self, sources: &crate::source::SourceMap, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut fresh = diagnostics;
        fresh.retain(|d| {
            let place = d.span();
            self.seen.insert((sources.get(place.source).name.clone(), place.start, d.code))
        });
        for diagnostic in &fresh {
            match diagnostic.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
            }
        }
        fresh
    }
}
