//! What a report says of itself: its title, its summary in words, settings, and how to get its numbers again.

use super::{pictures, tables};
use crate::digits::duration;
use crate::record::ArmId;
use crate::report::contents::{Contents, Report};
use crate::report::listing::Listing;
use crate::report::table::Grid;
use crate::report::{Counts, cost, count, crossed, names};
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};

/// The title, the experiment's own words, and its size.
pub fn head(report: &Report) -> Markup {
    let manifest = &report.manifest;
    html! {
        p .kicker { "Experiment" }
        h1 { (manifest.experiment) }
        @for paragraph in manifest.doc.split("\n\n").filter(|p| !p.trim().is_empty()) { p .lead { (in_code(paragraph)) } }
        p .soft { (size(report)) }
    }
}

/// What stands between two grave accents, as code.
fn in_code(text: &str) -> Markup {
    html! {
        @for (i, part) in text.split('`').enumerate() {
            @if i % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// "24 arms, 30 seeds: 720 runs, 41.2 s of training."
fn size(report: &Report) -> String {
    let manifest = &report.manifest;
    let Counts { planned, done, failed, references, seconds } = report.counts();
    let repeats = if manifest.repeats > 1 { format!(" × {} repeats", manifest.repeats) } else { String::new() };
    let parts = manifest.cross.as_ref().map_or(String::new(), |cross| format!(" × {} parts", cross.parts));
    let references = match references {
        0 => String::new(),
        n => format!(" and {}", count(n, "reference")),
    };
    let failures = if failed > 0 { format!(", {failed} failed") } else { String::new() };
    let runs =
        if done == planned { count(planned, "run") } else { format!("{done} of {}{failures}", count(planned, "run")) };
    let time = if seconds > 0.0 { format!(", {} of training", duration(seconds)) } else { String::new() };
    let arms = count(manifest.arms.len(), "arm");
    format!("{arms}{references}, {}{parts}{repeats}: {runs}{time}.", count(manifest.seeds.len(), "seed"))
}

/// Claims of all that was found.
const CLAIMS: usize = 30;

/// What was found, in three sentences: of what the first comparison is chiefly about, of its other measures, and at what cost.
fn found(report: &Report, contents: &Contents) -> Vec<String> {
    let costs = cost::sentences(&report.manifest);
    match contents.comparisons.iter().map(|c| &c.comparison).find(|c| !c.differences.is_empty()) {
        Some(first) if first.is_too_small() => first
            .finding()
            .into_iter()
            .chain(contents.tables.first().and_then(Grid::leader))
            .chain(costs.into_iter().next())
            .collect(),
        Some(first) => first.finding().into_iter().chain(first.beside()).chain(costs.into_iter().next()).collect(),
        None => contents.tables.first().and_then(Grid::leader).into_iter().chain(costs).collect(),
    }
}

/// What was found in three sentences, and everything on demand.
pub fn summary(report: &Report, contents: &Contents) -> Markup {
    let mut claims: Vec<String> = contents.comparisons.iter().flat_map(|c| c.comparison.in_words()).collect();
    let left = claims.len().saturating_sub(CLAIMS);
    claims.truncate(CLAIMS);
    claims.extend((left > 0).then(|| format!("{left} more values are compared below.")));
    claims.extend(contents.won.iter().cloned());
    claims.extend(cost::sentences(&report.manifest));
    let found = found(report, contents);
    html! {
        @if !found.is_empty() || !claims.is_empty() {
            section .summary aria-label="Summary" {
                p { (minus(&found.join(" "))) }
                @if !claims.is_empty() {
                    details { summary { "All that was found, in words" } ul { @for claim in &claims { li { (minus(&names::said(claim, &contents.names))) } } } }
                }
            }
        }
    }
}

/// A hyphen before a number is a minus.
pub fn minus(text: &str) -> String {
    text.replace(" -", " −").replace("(-", "(−")
}

/// What differs between the arms, then what does not.
pub fn settings(report: &Report, contents: &Contents) -> Markup {
    let arms = report.manifest.arms.len() + report.counts().references;
    html! {
        @if arms > 1 && !contents.differing.heading.is_empty() {
            @if arms > 8 {
                details { summary { "What differs between the " (count(arms, "arm")) } (tables::listing(&contents.differing, "arms")) }
            } @else { (tables::listing(&contents.differing, "arms")) }
        }
        @if !contents.shared.is_empty() {
            h3 { @if arms > 1 { "The same in all arms" } @else { "The arm" } }
            (pairs(contents.shared.iter().map(|(key, value)| (key.as_str(), html! { code { (value) } }))))
        }
    }
}

/// Pictures, and what differs between those that share one.
pub fn networks(contents: &Contents) -> Markup {
    html! {
        (pictures::panels(&contents.networks))
        @if !contents.variants.rows.is_empty() {
            details open[contents.variants.rows.len() < 10] { summary { (contents.variants.title) } (tables::listing(&contents.variants, "networks")) }
        }
    }
}

fn pairs<'a>(pairs: impl Iterator<Item = (&'a str, Markup)>) -> Markup {
    html! { dl { @for (key, value) in pairs { div { dt { (key) } dd { (value) } } } } }
}

/// How test samples went round, and what of that an interval minds.
pub fn tested(report: &Report) -> Markup {
    html! { @for paragraph in crossed::method(&report.manifest) { p { (in_code(&paragraph)) } } }
}

/// The command, and everything that the numbers depend on.
pub fn again(report: &Report) -> Markup {
    let manifest = &report.manifest;
    let cross = manifest.cross.as_ref().map(|cross| {
        let names = if cross.groups.is_empty() { String::new() } else { format!(": {}", cross.groups.join(", ")) };
        ("test parts", html! { code { "cross " (cross.deal) } ", " (cross.parts) " in turn" (names) })
    });
    let facts = [
        ("program", html! { (manifest.program) }),
        ("device", html! { (manifest.device) }),
        ("instructions", html! { (instructions(report)) }),
        ("threads", html! { (manifest.threads) " (any number gives the same numbers)" }),
        (
            "seeds",
            html! { (ranges(&manifest.seeds)) @if manifest.repeats > 1 { ", " (manifest.repeats) " repeats each" } },
        ),
    ];
    html! {
        pre tabindex="0" role="region" aria-label="Command" { code { (manifest.command) } }
        (pairs(facts.into_iter().chain(cross)))
        @if let Some(hash) = &manifest.hash {
            p { "All runs together have the hash " code .hash { (hash) } ", of every arm, seed and repeat, what decides its run and \
                what that came to; " code { "mhm verify RUN --is HASH" } " computes it from the stored runs." }
        }
        @if !manifest.texts.is_empty() {
            details {
                summary { "Texts it was checked from, with their blake3 hashes" }
                div .scroll tabindex="0" role="region" aria-label="Texts" {
                    table {
                        caption .hidden { "Texts" }
                        thead { tr { th scope="col" { "text" } th scope="col" { "hash" } } }
                        tbody { @for (name, hash) in &manifest.texts {
                            tr { th scope="row" { code { (name) } } td { code .hash { (hash) } } }
                        } }
                    }
                }
            }
        }
        p .soft { "On another instruction set or device the last digits may differ." }
    }
}

/// Those of the machine, and what computed the runs: where that were several, which of them.
fn instructions(report: &Report) -> String {
    let mut by_word: BTreeMap<&str, BTreeMap<&ArmId, BTreeSet<u64>>> = BTreeMap::new();
    for record in report.records.iter().filter(|record| !record.instructions.is_empty()) {
        by_word.entry(&record.instructions).or_default().entry(&record.arm).or_default().insert(record.seed);
    }
    let of_arm = |(arm, seeds): (&&ArmId, &BTreeSet<u64>)| {
        let name = if arm.0.is_empty() { String::new() } else { format!("{arm}, ") };
        let seeds: Vec<u64> = seeds.iter().copied().collect();
        format!("{name}{} {}", if seeds.len() == 1 { "seed" } else { "seeds" }, ranges(&seeds))
    };
    let words: Vec<String> = match by_word.len() {
        1 => by_word.keys().map(|word| format!("the runs: {word}")).collect(),
        _ => by_word
            .iter()
            .map(|(word, arms)| format!("{word}: {}", arms.iter().map(of_arm).collect::<Vec<_>>().join(", ")))
            .collect(),
    };
    std::iter::once(report.manifest.instructions.clone()).chain(words).collect::<Vec<_>>().join("; ")
}

/// "0 to 29", "1, 3, 5 to 7".
fn ranges(seeds: &[u64]) -> String {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for &seed in seeds {
        match runs.last_mut() {
            Some((_, end)) if end.checked_add(1) == Some(seed) => *end = seed,
            Some(_) | None => runs.push((seed, seed)),
        }
    }
    let shown = |(first, last): &(u64, u64)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first} to {last}"),
    };
    runs.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// The files beside the page, and how a document takes them.
pub fn paper(contents: &Contents) -> Markup {
    let mut lines = vec!["\\usepackage{booktabs, graphicx}".to_string()];
    if !contents.tables.is_empty() {
        lines.push("\\input{tables/table-1}  % \\ref{tab:table-1}".into());
    }
    if let Some(picture) = contents.pictures().next() {
        lines.push(format!("\\includegraphics[width=\\columnwidth]{{figures/{}.pdf}}", picture.name));
    }
    html! {
        p { "Beside this page lie its tables (" code { "tables/" } ": LaTeX, Markdown, CSV) and its figures (" code { "figures/" } ": PDF, SVG; PNG with "
            code { "mhm report --png" } "), the points of curves and the counts of confusions as CSV." }
        pre tabindex="0" role="region" aria-label="LaTeX" { code { (lines.join("\n")) } }
    }
}

/// Runs that are missing, and those that failed.
pub fn notes(report: &Report, failures: &Listing) -> Markup {
    let Counts { planned, done, failed, .. } = report.counts();
    let missing = planned.saturating_sub(done + failed);
    html! {
        @if missing > 0 { p { (count(missing, "run")) " of " (planned) " not done yet: the numbers above are of those that are." } }
        @if !failures.rows.is_empty() { (tables::listing(failures, "failures")) }
    }
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn seeds_in_a_row_are_a_range() {
        assert_eq!(ranges(&[0, 1, 2, 3]), "0 to 3");
        assert_eq!(ranges(&[1, 3, 4, 9, u64::MAX]), "1, 3, 4, 9, 18446744073709551615");
        assert_eq!(ranges(&[]), "");
    }
}
