//! `mhm new`: a pipeline to start from, as a file that runs at once.

use super::destination::said;
use super::output::{Ended, Outcome, print};
use clap::{Args, ValueEnum};
use std::fs::File;
use std::io::Write;
use std::path::Path;

const EXAMPLES: &str = "\
Examples:
  mhm new moons                  moons.mhm: two moons, end-to-end learning against MHM, 6 seeds
  mhm new digits --from files    digits.mhm: the same for modalities in an .npz file of your own";

/// Write a pipeline to start from
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct New {
    /// What to call it; the file is NAME.mhm (an existing file is never overwritten)
    name: String,
    /// What it learns from
    #[arg(long, value_enum, default_value_t = Start::Toy)]
    from: Start,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Start {
    /// A toy problem of the library: runs at once
    Toy,
    /// Arrays of your own in an .npz file
    Files,
}

impl Start {
    /// The text of the file; its items have names that begin with `name`.
    pub fn text(self, name: &str) -> String {
        let template = match self {
            Start::Toy => include_str!("new/toy.mhm"),
            Start::Files => include_str!("new/files.mhm"),
        };
        template.replace("NAME", name)
    }
}

pub fn run(command: &New) -> Ended {
    let path = command.name.strip_suffix(".mhm").unwrap_or(&command.name);
    let file = format!("{path}.mhm");
    let name = Path::new(path).file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let name = as_name(&name).ok_or(format!("`{}` is no name: use letters, digits and `_`", command.name))?;
    let mut out = File::create_new(&file).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => format!("`{file}` exists already; it stays as it is"),
        _ => format!("cannot write `{file}`: {}", said(&e)),
    })?;
    out.write_all(command.from.text(&name).as_bytes()).map_err(|e| format!("cannot write `{file}`: {e}"))?;
    print(&format!("wrote {file}\n\nnext:\n  mhm check {file}\n  mhm run {file}\n"));
    Ok(Outcome::Clean)
}

/// A name of the language: `my-moons` becomes `my_moons`.
fn as_name(text: &str) -> Option<String> {
    let name: String = text.chars().map(|c| if c == '-' || c == ' ' { '_' } else { c }).collect();
    let sound = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    sound.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::as_name;

    #[test]
    fn names_are_words_of_the_language() {
        assert_eq!(as_name("my-moons").as_deref(), Some("my_moons"));
        assert_eq!(as_name("2moons"), None);
        assert_eq!(as_name(""), None);
    }
}
