//! Pictures in a page: side by side where there is room, below one another where not.

use crate::report::svg::{Captioned, Fit, Picture};
use maud::{Markup, html};

/// Groups of small pictures.
pub fn panels(groups: &[Captioned]) -> Markup {
    let alone = groups.iter().all(|group| group.pictures.len() == 1);
    html! {
        @if alone { div .panels { @for group in groups { (captioned(group)) } } }
        @else { @for group in groups {
            @let (title, rest) = group.caption.split_once(". ").unwrap_or((&group.caption, ""));
            h3 { (title) }
            @if !rest.is_empty() { p .soft { (rest) } }
            (grid(&group.pictures))
        } }
    }
}

/// Large pictures, two beside each other where they fit.
pub fn each(groups: &[Captioned]) -> Markup {
    html! { div .large { @for group in groups { (captioned(group)) } } }
}

/// Groups that are opened on demand.
pub fn folded(groups: &[Captioned]) -> Markup {
    html! {
        @for (i, group) in groups.iter().enumerate() {
            details open[i == 0 && groups.len() < 3] { summary { (group.caption) } (grid(&group.pictures)) }
        }
        p .soft .footer { "Rows are actual classes, columns predicted ones; numbers are percent of the row, over all seeds." }
    }
}

pub fn grid(pictures: &[Picture]) -> Markup {
    html! { div .panels { @for picture in pictures { (framed(picture)) } } }
}

fn captioned(group: &Captioned) -> Markup {
    html! {
        figure .full[group.pictures.iter().any(|picture| picture.width > FULL)] {
            @for picture in &group.pictures { (framed(picture)) }
            figcaption { (group.caption) }
        }
    }
}

/// A picture that is wider has a row of its own.
const FULL: f64 = 480.0;

fn framed(picture: &Picture) -> Markup {
    if let Some(narrow) = &picture.narrow {
        return html! { div .on-wide { (picture.inline()) } div .on-narrow { (narrow.inline()) } };
    }
    match picture.fit {
        Fit::Shrink => picture.inline(),
        Fit::Scroll => html! {
            div .scroll tabindex="0" role="region" aria-label=(picture.title) { (picture.inline()) }
        },
    }
}
