//! Comparisons in a page: what is claimed in words, the intervals as pictures, the numbers on demand.

use super::about::minus;
use super::{pictures, tables};
use crate::record::MeasureInfo;
use crate::report::contents::{Compared, Contents};
use crate::report::listing::Listing;
use crate::report::names;
use crate::report::svg::Captioned;
use maud::{Markup, html};

pub fn comparisons(contents: &Contents) -> Markup {
    html! { @for one in &contents.comparisons { (comparison(one, &contents.names)) } }
}

/// What was chosen, pictures of what was tried, and all of it in numbers.
pub fn choosing(contents: &Contents) -> Markup {
    let listing = |listing: &Listing, file: &str| tables::listing(&listing.for_people(&contents.names), file);
    html! {
        (listing(&contents.chosen, "chosen"))
        @if !contents.equal.rows.is_empty() { (listing(&contents.equal, "equal-settings")) }
        (pictures::panels(&contents.searches))
        details { summary { (contents.trials.title) } (listing(&contents.trials, "trials")) }
    }
}

fn comparison(compared: &Compared, names: &[MeasureInfo]) -> Markup {
    let Compared { name, comparison, forests, others } = compared;
    // Over several cells, in how many of them; of one, the summary says it all.
    let power = comparison.power().for_people(names);
    let several = comparison.differences.iter().any(|d| d.setting != comparison.differences[0].setting);
    html! {
        h3 { "By " (comparison.axis) }
        @if comparison.differences.is_empty() { p { "Nothing to compare." } } @else {
            @if several { (sentences(said(comparison.only(|d| comparison.is_chief(&d.measure.name)).summaries(), names))) }
            (drawn(forests))
            ul .footer { @for note in said(comparison.notes(), names) { li { (note) } } }
            @if !others.is_empty() { details { summary { "Other measures" } (drawn(others)) } }
            details { summary { "Every difference in words" } (sentences(comparison.sentences())) }
            details { summary { "Every difference in numbers" } (tables::listing(&comparison.listing().for_people(names), name)) }
            @if !power.rows.is_empty() {
                details { summary { "How many seeds would show it" } (tables::listing(&power, &format!("{name}-power"))) }
            }
        }
    }
}

/// Pictures that stand beside each other where each is alone under its caption.
fn drawn(forests: &[Captioned]) -> Markup {
    html! {
        @if forests.len() > 1 && forests.iter().all(|captioned| captioned.pictures.len() == 1) {
            (pictures::panels(forests))
        } @else {
            @for captioned in forests {
                @if forests.len() > 1 { h4 { (captioned.caption) } }
                (pictures::grid(&captioned.pictures))
            }
        }
    }
}

/// With measures called as people call them.
fn said(texts: Vec<String>, measures: &[MeasureInfo]) -> Vec<String> {
    texts.iter().map(|text| names::said(text, measures)).collect()
}

/// As many as are read.
fn sentences(all: Vec<String>) -> Markup {
    let left = all.len().saturating_sub(tables::ROWS);
    html! {
        ul { @for sentence in all.iter().take(tables::ROWS) { li { (minus(sentence)) } } }
        @if left > 0 { p .soft { (left) " more are in the table." } }
    }
}
