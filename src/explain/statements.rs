//! Finds the page of a statement by a word. Owns what such a page adds to a page: its form, and an example that may be
//! another page's.

use super::pages::{Page, statements};

/// Begins the last paragraph of a page whose example stands on another.
pub const AS_IN: &str = "\n\nAs in [";

/// What a statement means, with defaults.
pub fn meaning(page: &Page) -> &'static str {
    page.text.split(AS_IN).next().unwrap_or_default()
}

/// A whole program that has the statement.
pub fn example(page: &Page) -> &'static str {
    let other = || {
        let (word, _) = page.text.split_once(AS_IN)?.1.split_once(']')?;
        of(word).find_map(|page| page.block("mhm"))
    };
    page.block("mhm").or_else(other).unwrap_or_default()
}

/// The folder of a page: where its statement stands.
pub fn folder(page: &Page) -> &'static str {
    page.path.rsplit('/').nth(1).unwrap_or_default()
}

/// The statements that have this word; `test_loss` is a `SPLIT_loss`.
pub fn of(word: &str) -> impl Iterator<Item = Page> {
    let general = measure(word).unwrap_or(word).to_string();
    statements().filter(move |page| page.words().any(|word| word == general))
}

/// The form of a measure's name, whatever its split is called; `None` of what has a page by its own name.
fn measure(word: &str) -> Option<&'static str> {
    if statements().any(|page| page.words().any(|w| w == word)) || crate::builtin::find(word).next().is_some() {
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
