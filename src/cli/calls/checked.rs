//! A text with all it uses, checked. Owns what is told of it: findings, and what it declares.

use super::Finding;
use crate::check::Checked;
use crate::cli::config;
use crate::cli::files::Input;
use crate::diagnostic::Diagnostic;

/// What was found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// In the order of their places.
    pub found: Vec<Finding>,
    /// How many of them are errors.
    pub errors: usize,
    /// What the text declares, by the word that declares it.
    pub declared: Vec<(&'static str, Vec<String>)>,
}

/// Loads a text with all it uses, checks and lints it, as `mhm check` does.
///
/// # Errors
/// What is wrong with the `mhm.toml` around it.
pub fn check(input: &Input) -> Result<Findings, String> {
    let (program, checked, diagnostics) = config::check(input)?;
    let found = diagnostics.iter().map(|diagnostic| Finding::of(&program.sources, diagnostic)).collect();
    let errors = diagnostics.iter().filter(|diagnostic| Diagnostic::is_error(diagnostic)).count();
    Ok(Findings { found, errors, declared: declared(&checked) })
}

fn declared(checked: &Checked) -> Vec<(&'static str, Vec<String>)> {
    let Checked { networks, datasets, schedules, pipelines, experiments, is_sound: _, unused: _ } = checked;
    vec![
        ("network", networks.iter().map(|item| item.name.clone()).collect()),
        ("dataset", datasets.iter().map(|item| item.name.clone()).collect()),
        ("schedule", schedules.iter().map(|item| item.name.clone()).collect()),
        ("pipeline", pipelines.iter().map(|item| item.name.clone()).collect()),
        ("experiment", experiments.iter().map(|item| item.name.clone()).collect()),
    ]
}
