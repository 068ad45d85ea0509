//! A report as one page that needs nothing else: no network, no scripts, no fonts. Owns the order of its parts; each part is
//! a file beside. Whatever comes from outside is escaped by `maud`.

mod about;
mod evidence;
mod pictures;
mod tables;

use super::Counts;
use super::contents::{Contents, Report};
use super::svg;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The page. The same report gives the same bytes.
pub fn page(report: &Report) -> String {
    lay_out(report, &report.contents())
}

/// The page of contents that are computed already.
pub fn lay_out(report: &Report, contents: &Contents) -> String {
    let sections = sections(report, contents);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(report.manifest.program);
                title { (report.manifest.experiment) " – report" }
                style { (PreEscaped(style())) }
            }
            body {
                a .skip href="#main" { "Skip to the report" }
                header { (about::head(report)) }
                nav aria-label="Contents" {
                    ol { @for section in &sections { li { a href=(format!("#{}", section.id)) { (section.title) } } } }
                }
                main #main tabindex="-1" {
                    (about::summary(report, contents))
                    @for section in &sections {
                        section id=(section.id) aria-labelledby=(format!("{}-title", section.id)) {
                            h2 id=(format!("{}-title", section.id)) { (section.title) }
                            (section.body)
                        }
                    }
                }
                footer { "Written by " (report.manifest.program) " from " code { (report.manifest.file) } "." }
            }
        }
    };
    page.into_string()
}

/// What the experiment is and its tables and comparisons, for a page that has a style of its own.
pub fn excerpt(report: &Report) -> String {
    let contents = report.contents();
    let part = html! {
        div {
            (about::head(report))
            (tables::grids(&contents.tables))
            @for compared in &contents.comparisons { (tables::listing(&compared.comparison.listing(), &compared.name)) }
        }
    };
    part.into_string()
}

/// A part of the page under a heading.
struct Section {
    id: &'static str,
    title: &'static str,
    body: Markup,
}

/// Those with something in them.
fn sections(report: &Report, contents: &Contents) -> Vec<Section> {
    let section =
        |id, title, there: bool, body: &dyn Fn() -> Markup| there.then(|| Section { id, title, body: body() });
    let Contents { tables, comparisons, figures, timelines, networks, confusion, failures, .. } = contents;
    let Counts { planned, done, failed, .. } = report.counts();
    let all = [
        section("tables", "Tables", !tables.is_empty(), &|| tables::grids(tables)),
        section("choosing", "Choosing", !contents.chosen.rows.is_empty(), &|| evidence::choosing(contents)),
        section("cost", "Cost", !contents.cost.rows.is_empty(), &|| tables::listing(&contents.cost, "cost")),
        section("comparisons", "Comparisons", !comparisons.is_empty(), &|| evidence::comparisons(contents)),
        section("tested", "How it was tested", report.manifest.cross.is_some(), &|| about::tested(report)),
        section("curves", "Curves", !figures.is_empty(), &|| pictures::panels(figures)),
        section("schedules", "Schedules", !timelines.is_empty(), &|| pictures::each(timelines)),
        section("networks", "Networks", !networks.is_empty(), &|| about::networks(contents)),
        section("confusion", "Confusion", !confusion.is_empty(), &|| pictures::folded(confusion)),
        section("settings", "Settings", true, &|| about::settings(report, contents)),
        section("paper", "In a paper", !tables.is_empty() || contents.pictures().next().is_some(), &|| {
            about::paper(contents)
        }),
        section("again", "How to get these numbers again", true, &|| about::again(report)),
        section("notes", "Notes", failed > 0 || done < planned, &|| about::notes(report, failures)),
    ];
    all.into_iter().flatten().collect()
}

fn style() -> String {
    let (light, dark) = (svg::properties(&svg::LIGHT), svg::properties(&svg::DARK));
    format!(
        ":root{{color-scheme:light dark;{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}{}{}",
        include_str!("html/style.css"),
        svg::STYLE
    )
}

#[cfg(test)]
mod tests;
