//! What a reader has to know of cross-validation: how samples were dealt and tested, what values are of, and by which interval they
//! are told apart. Owns the words and their sources.

use super::{Results, count, listed};
use crate::record::MeasureInfo;
use crate::record::manifest::{Cross, Manifest};

/// A paragraph each; nothing where test samples do not go round.
pub fn method(manifest: &Manifest) -> Vec<String> {
    let Some(cross) = &manifest.cross else { return vec![] };
    vec![dealt(manifest, cross), values(), interval(manifest, cross)]
}

/// How test samples went round.
fn dealt(manifest: &Manifest, cross: &Cross) -> String {
    let (deal, seeds) = (&cross.deal, count(manifest.seeds.len(), "seed"));
    let repeats = match manifest.repeats {
        0 | 1 => String::new(),
        n => format!(", and trained {n} times on the same samples with other weights; a value is the mean of these"),
    };
    let parts = count(cross.parts, "part");
    if cross.is_fixed() {
        return format!(
            "Test samples went round (`cross {deal}`): each of the {parts} is one group, was the test split of every arm once for each of \
             {seeds}{repeats}, and the others were shared out to the other splits."
        );
    }
    format!(
        "Test samples went round (`cross {deal}`): for each of {seeds} all samples were dealt to {parts}, as equal in size and classes as \
         groups that stay together allow. Each part was the test split of every arm once{repeats}, and the others were shared out to the \
         other splits."
    )
}

/// What a number is of.
fn values() -> String {
    "Measures of `test` are of the test samples of all parts of a seed together, each once. What a part adds to one is its jackknife value \
     (R. Miller, Biometrika 61 (1974) 1–15): the part's own where a measure is a mean over equally many samples a part. Gaps, measures of \
     other splits and curves over epochs are means over the parts."
        .into()
}

/// By which interval values are told apart.
fn interval(manifest: &Manifest, cross: &Cross) -> String {
    let k = cross.parts;
    let (values, mean) = match cross.is_fixed() {
        true => (k, ", each the mean over the seeds"),
        false => (k * manifest.seeds.len(), ""),
    };
    let holm = match manifest.compare.is_empty() {
        true => "",
        false => " p of comparisons is Holm-corrected (S. Holm, Scandinavian Journal of Statistics 6 (1979) 65–70).",
    };
    format!(
        "Parts share training samples, so their values are not independent. Intervals and p are those of the corrected resampled t (C. Nadeau \
         and Y. Bengio, Machine Learning 52 (2003) 239–281; of several rounds, R. Bouckaert and E. Frank, PAKDD (2004) 3–12): of J values with \
         standard deviation s from k parts, mean ± t(0.975, J − 1) · s · √(1/J + 1/(k − 1)); here J is {values}{mean}, and k is {k}.{holm}"
    )
}

/// Names of those of these measures that are of all test parts together.
pub fn pooled<'m>(results: &Results<'_>, measures: impl Iterator<Item = &'m MeasureInfo>) -> Vec<String> {
    let is_pooled = |name: &String| results.all().any(|run| run.pooled.measures.contains_key(name));
    measures.map(|measure| measure.name.clone()).filter(is_pooled).collect()
}

/// "test_accuracy and test_f1: of the test samples of all parts of a seed together, …".
pub fn note(pooled: &[String]) -> Option<String> {
    (!pooled.is_empty()).then(|| {
        format!(
            "{}: of the test samples of all parts of a seed together, each once; parts differ by their jackknife values.",
            listed(pooled)
        )
    })
}
