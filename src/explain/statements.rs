//! A page for every statement and construct of the language, in the order of a program. Owns what such a page is; tests
//! hold the words against the grammar and check every example.

mod dataset;
mod experiment;
mod items;
mod network;
mod pipeline;
mod schedule;

/// What a statement says.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    /// The word it begins with, then words inside it that are asked for, too.
    pub words: &'static [&'static str],
    /// Where it may stand.
    pub place: &'static str,
    /// How it is written, a form a line; capitals stand for what is yours, `[ ]` for what may be left away.
    pub form: &'static str,
    /// What it means, with defaults.
    pub meaning: &'static str,
    /// A whole program that has it.
    pub example: &'static str,
}

/// Every statement.
pub fn statements() -> impl Iterator<Item = &'static Statement> {
    let areas = [
        items::STATEMENTS,
        network::STATEMENTS,
        schedule::STATEMENTS,
        dataset::STATEMENTS,
        pipeline::STATEMENTS,
        experiment::STATEMENTS,
    ];
    areas.into_iter().flatten()
}

/// The statements that have this word; `test_loss` is a `SPLIT_loss`.
pub fn of(word: &str) -> impl Iterator<Item = &'static Statement> {
    let splits = ["train", "validation", "test", "fresh"];
    let measure = word.split_once('_').filter(|(split, _)| splits.contains(split)).and_then(|(_, what)| measure(what));
    let general = measure.unwrap_or(word);
    statements().filter(move |s| s.words.contains(&general))
}

/// The form of a measure's name without its split.
fn measure(what: &str) -> Option<&'static str> {
    Some(match what {
        "loss" => "SPLIT_loss",
        "gap" => "SPLIT_gap",
        "gs" => "SPLIT_gs",
        "gs_harnessed" => "SPLIT_gs_harnessed",
        "missing" => "SPLIT_missing",
        "hitting" => "SPLIT_hitting",
        _ if what.contains("_without_") => "SPLIT_METRIC_without_MODALITY",
        _ if what.contains("_noisy_") => "SPLIT_METRIC_noisy_MODALITY",
        metric if crate::builtin::find(metric).any(|row| row.kind.noun() == "metric") => "SPLIT_METRIC",
        _ => return None,
    })
}
