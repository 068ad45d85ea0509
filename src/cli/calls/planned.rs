//! What would train on what, and what it costs. Owns nothing that `mhm plan` has not.

use super::{Call, Input, Refused, asked};
use crate::cli::plan::{self, Plan};

/// A plan for a person and for a program.
pub struct Planned {
    pub text: String,
    /// As `mhm plan --json` writes it.
    pub json: String,
}

/// Plans a file, or the text in its place, with options of `mhm plan`.
///
/// # Errors
/// What is wrong with the text, the options or the data.
pub fn plan(words: &[String], text: Option<Input>) -> Result<Planned, Refused> {
    let _call = Call::begin();
    let mut command: Plan = asked::read(words)?;
    let (sound, experiments) = asked::experiments(&mut command.chosen, text)?;
    let plan::Planned { text, sheets } = plan::planned_all(&command, experiments, &sound.program)?;
    Ok(Planned { text, json: plan::json(&sheets)? })
}
