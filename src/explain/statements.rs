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
    let general = measure(word).unwrap_or(word);
    statements().filter(move |s| s.words.contains(&general))
}

/// The form of a measure's name, whatever its split is called; `None` of what has a page by its own name.
fn measure(word: &str) -> Option<&'static str> {
    if statements().any(|s| s.words.contains(&word)) || crate::builtin::find(word).next().is_some() {
        return None;
    }
    if word.contains("_without_") {
        return Some("SPLIT_METRIC_without_MODALITY");
    }
    if word.contains("_noisy_") {
        return Some("SPLIT_METRIC_noisy_MODALITY");
    }
    word.match_indices('_').find_map(|(at, _)| match &word[at + 1..] {
        "loss" => Some("SPLIT_loss"),
        "gap" => Some("SPLIT_gap"),
        "gs" => Some("SPLIT_gs"),
        "gs_harnessed" => Some("SPLIT_gs_harnessed"),
        "missing" => Some("SPLIT_missing"),
        "hitting" => Some("SPLIT_hitting"),
        metric if crate::builtin::find(metric).any(|row| row.kind.noun() == "metric") => Some("SPLIT_METRIC"),
        _ => None,
    })
}
