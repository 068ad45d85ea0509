//! `mhm explain`: the manual of statements, codes, builtins and library items.

use super::output::{Ended, Outcome, print};
use crate::explain::{self, Answer};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

const EXAMPLES: &str = "\
Examples:
  mhm explain                       everything there is, one line each
  mhm explain phase                 a word of the language: where it stands, what it means, an example
  mhm explain shape-mismatch        what a message means, with a failing and a mended program
  mhm explain linear                a builtin: what it does, what it takes, an example
  mhm explain Mhm                   an item of the library: what it is, its parameters, its text
  mhm explain mhm.toml              a file of a project: what can stand in it
  mhm explain --list --format json  everything there is, for other tools";

/// Explain a word of the language, a code, a builtin or an item of the library
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Explain {
    /// A word of the language (`phase`), a code (`fold-overlap` or `mhm::fold-overlap`), a builtin (`linear`) or a library item (`Mhm`)
    #[arg(conflicts_with_all = ["json", "list"])]
    what: Option<String>,
    /// Everything there is, which is also what is told where nothing is named
    #[arg(long)]
    list: bool,
    /// How the list is written
    #[arg(long, value_enum, default_value_t = Form::Text, requires = "list")]
    format: Form,
    /// The same as `--list --format json`
    #[arg(long, conflicts_with = "list")]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// One line each
    Text,
    /// One JSON document: of each its name, what it is, one sentence
    Json,
}

pub fn run(command: &Explain) -> Ended {
    let Some(what) = &command.what else {
        if command.json || command.format == Form::Json {
            let list: Vec<Value> = explain::list()
                .into_iter()
                .map(|entry| json!({ "name": entry.name, "kind": entry.kind, "summary": entry.summary }))
                .collect();
            print(&format!("{:#}\n", Value::from(list)));
            return Ok(Outcome::Clean);
        }
        print(&explain::overview());
        return Ok(Outcome::Clean);
    };
    match explain::of(what) {
        Answer::Page(page) => {
            print(&page);
            Ok(Outcome::Clean)
        }
        Answer::Unknown(near) if !near.is_empty() => {
            Err(format!("nothing is called `{what}`; did you mean `{}`?", near.join("` or `")))
        }
        Answer::Unknown(_) => Err(format!("nothing is called `{what}`; `mhm explain` lists everything there is")),
    }
}
