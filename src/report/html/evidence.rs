//! Comparisons in a page: what is claimed in words, the intervals as pictures, the numbers on demand.

use super::about::minus;
use super::{pictures, tables};
use crate::report::contents::{Compared, Contents};
use maud::{Markup, html};

pub fn comparisons(compared: &[Compared]) -> Markup {
    html! { @for one in compared { (comparison(one)) } }
}

/// What was chosen, pictures of what was tried, and all of it in numbers.
pub fn choosing(contents: &Contents) -> Markup {
    html! {
        (tables::listing(&contents.chosen, "chosen"))
        @if !contents.equal.rows.is_empty() { (tables::listing(&contents.equal, "equal-settings")) }
        (pictures::panels(&contents.searches))
        details { summary { (contents.trials.title) } (tables::listing(&contents.trials, "trials")) }
    }
}

fn comparison(compared: &Compared) -> Markup {
    let Compared { name, comparison, forests } = compared;
    // Over several cells, in how many of them; of one, the summary says it all.
    let power = comparison.power();
    let several = comparison.differences.iter().any(|d| d.setting != comparison.differences[0].setting);
    html! {
        h3 { "By " (comparison.axis) }
        @if comparison.differences.is_empty() { p { "Nothing to compare." } } @else {
            @if several { (sentences(comparison.summaries())) }
            @for captioned in forests {
                @if forests.len() > 1 { h4 { (captioned.caption) } }
                (pictures::grid(&captioned.pictures))
            }
            ul .footer { @for note in comparison.notes() { li { (note) } } }
            details { summary { "Every difference in words" } (sentences(comparison.sentences())) }
            details { summary { "Every difference in numbers" } (tables::listing(&comparison.listing(), name)) }
            @if !power.rows.is_empty() {
                details { summary { "How many seeds would show it" } (tables::listing(&power, &format!("{name}-power"))) }
            }
        }
    }
}

/// As many as are read.
fn sentences(all: Vec<String>) -> Markup {
    let left = all.len().saturating_sub(tables::ROWS);
    html! {
        ul { @for sentence in all.iter().take(tables::ROWS) { li { (minus(sentence)) } } }
        @if left > 0 { p .soft { (left) " more are in the table." } }
    }
}
