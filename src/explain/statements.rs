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
    let measure = word.split_once('_').filter(|(split, _)| ["train", "validation", "test"].contains(split));
    let general = match measure {
        Some((_, "loss")) => "SPLIT_loss",
        Some((_, "gap")) => "SPLIT_gap",
        Some((_, metric)) if crate::builtin::find(metric).any(|row| row.kind.noun() == "metric") => "SPLIT_METRIC",
        Some(_) | None => word,
    };
    statements().filter(move |s| s.words.contains(&general))
}
