//! What is asked for, in the words of the command line: one list of options, one check of their values. Owns how these words are read.

use super::{Input, Refused};
use crate::cli::load::{Chosen, Sound, examine};
use crate::hir::Experiment;
use clap::{Args, Command};

/// Options and names as `mhm COMMAND` takes them.
///
/// # Errors
/// What `mhm COMMAND` says of them, without what is said of its help.
pub fn read<A: Args>(words: &[String]) -> Result<A, String> {
    let command = A::augment_args(Command::new("mhm").no_binary_name(true).disable_help_flag(true));
    let found = command.try_get_matches_from(words).and_then(|found| A::from_arg_matches(&found));
    found.map_err(|error| {
        let text = error.to_string();
        let said = text.split("\n\nUsage:").next().unwrap_or_default().split("\n\nFor more").next().unwrap_or_default();
        said.trim_start_matches("error: ").trim().to_string()
    })
}

/// The experiments that are meant, with what they are declared in.
pub fn experiments(chosen: &mut Chosen, text: Option<Input>) -> Result<(Sound, Vec<Experiment>), Refused> {
    chosen.text = text;
    let (sound, checked, _) = examine(chosen)??;
    let experiments = sound.pick(chosen, checked)?;
    Ok((sound, experiments))
}
