//! `mhm fmt`: the one way to lay a file out. Owns files and differences; the layout is `syntax::format`.

use super::files::{self, Input, STDIN};
use super::output::{Color, Ended, Outcome, complain, print};
use super::render::{Format, Renderer, terminal_width};
use crate::source::SourceMap;
use clap::Args;
use similar::{ChangeTag, TextDiff};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  mhm fmt                         lay out every .mhm file below this folder
  mhm fmt --check pipelines       change nothing; exit code 1 where a file is laid out otherwise
  mhm fmt --diff moons.mhm        change nothing; show what would change
  cat moons.mhm | mhm fmt -       standard input to standard output";

/// Lay files out in the one way there is
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Fmt {
    /// Files, folders (every .mhm file below), or `-` for standard input
    #[arg(default_value = ".", value_name = "FILE")]
    files: Vec<String>,
    /// Change nothing; name the files that are laid out otherwise
    #[arg(long)]
    check: bool,
    /// Change nothing; show what would change
    #[arg(long)]
    diff: bool,
}

pub fn run(command: &Fmt, color: Color) -> Ended {
    let names = files::named(&command.files)?;
    let mut outcome = Outcome::Clean;
    for name in &names {
        let ended = files::read(name).and_then(|input| one(command, name, &input, color));
        outcome = outcome.max(ended.unwrap_or_else(|why| {
            complain(&why);
            Outcome::CannotRun
        }));
    }
    Ok(outcome)
}

fn one(command: &Fmt, name: &str, input: &Input, color: Color) -> Ended {
    let formatted = match crate::syntax::format(&input.text) {
        Ok(formatted) => formatted,
        Err(diagnostics) => {
            let mut sources = SourceMap::default();
            sources.add(&input.name, &input.text, false);
            let renderer = Renderer { format: Format::Full, color: color.is_on(), width: terminal_width() };
            diagnostics.iter().for_each(|d| eprint(&renderer.render(&sources, d)));
            return Ok(Outcome::Findings);
        }
    };
    let changed = formatted != input.text;
    if command.diff {
        print(&difference(&input.name, &input.text, &formatted, color));
    } else if command.check && changed {
        print(&format!("{}: laid out otherwise\n", input.name));
    } else if !command.check && name == STDIN {
        print(&formatted);
    } else if !command.check && changed {
        write(Path::new(name), &formatted).map_err(|e| format!("cannot write `{name}`: {e}"))?;
    }
    let asked = command.check || command.diff;
    Ok(if changed && asked { Outcome::Findings } else { Outcome::Clean })
}

fn eprint(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// A unified difference; empty where there is none.
fn difference(name: &str, before: &str, after: &str, color: Color) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut out = String::new();
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        if out.is_empty() {
            out += &format!("--- {name}\n+++ {name}, laid out\n");
        }
        out += &format!("{}\n", hunk.header());
        for change in hunk.iter_changes() {
            let (mark, paint) = match change.tag() {
                ChangeTag::Delete => ('-', "\x1b[31m"),
                ChangeTag::Insert => ('+', "\x1b[32m"),
                ChangeTag::Equal => (' ', ""),
            };
            let line = format!("{mark}{}", change.value().trim_end_matches('\n'));
            let painted = color.is_on() && !paint.is_empty();
            out += &if painted { format!("{paint}{line}\x1b[0m\n") } else { line + "\n" };
        }
    }
    out
}

/// Writes beside the file, then takes its place: whoever reads meanwhile sees the old text or the new one.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    // A link stays a link.
    let path = fs::canonicalize(path)?;
    let mut beside = path.clone().into_os_string();
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = fs::File::create_new(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::set_permissions(&beside, fs::metadata(&path)?.permissions()))
        .and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}
