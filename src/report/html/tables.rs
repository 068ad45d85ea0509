//! Tables in a page: headings that span, labels that stand for several lines, published numbers beside ours.

use crate::report::listing::Listing;
use crate::report::table::{Entry, Grid, Header, Line};
use maud::{Markup, html};

/// Rows of a table that a page shows: more are for other programs.
pub const ROWS: usize = 400;

/// Where the rest of a table is.
fn cut(rows: usize, file: &str) -> Option<String> {
    (rows > ROWS).then(|| format!("The first {ROWS} of {rows} rows; all are in tables/{file}.csv."))
}

/// Tables of measures.
pub fn grids(grids: &[Grid]) -> Markup {
    html! { @for (i, grid) in grids.iter().enumerate() { (table(&grid.for_people(), &format!("table-{}", i + 1))) } }
}

fn table(grid: &Grid, id: &str) -> Markup {
    let mut rows = rows(grid);
    let cut = cut(rows.len(), id);
    rows.truncate(ROWS);
    html! {
        figure id=(id) {
            div .scroll tabindex="0" role="region" aria-labelledby=(format!("{id}-caption")) {
                table .measures {
                    caption id=(format!("{id}-caption")) { span { (grid.caption()) } }
                    thead { (headings(grid)) }
                    tbody { @for i in 0..rows.len() { (row(grid, &rows, i)) } }
                }
            }
            figcaption { ul .footer { @for note in cut.into_iter().chain(footer(grid)) { li { (note) } } } }
        }
    }
}

/// What stands within a cell of other tables has a row of its own here.
fn footer(grid: &Grid) -> Vec<String> {
    let bare = Grid { within: None, ..grid.clone() };
    bare.footer("Marked")
}

/// One row of the page: a line, and which of the entries of its cells.
struct Row<'g> {
    line: &'g Line,
    entry: usize,
    labels: Vec<&'g str>,
}

fn rows(grid: &Grid) -> Vec<Row<'_>> {
    let within: Vec<Option<&str>> =
        grid.within.as_ref().map_or(vec![None], |header| header.values.iter().map(|v| Some(v.as_str())).collect());
    let mut rows = Vec::new();
    for line in &grid.lines {
        for (entry, value) in within.iter().enumerate() {
            rows.push(Row { line, entry, labels: line.labels.iter().map(String::as_str).chain(*value).collect() });
        }
    }
    rows
}

fn headings(grid: &Grid) -> Markup {
    let within = grid.within.as_ref().map(|header| header.axis.as_str());
    let names: Vec<&str> = grid.label_names().into_iter().chain(within).collect();
    let depth = grid.headers.len();
    html! {
        @for (i, header) in grid.headers.iter().enumerate() {
            tr {
                @if i + 1 == depth { @for name in &names { (corner(name)) } } @else { td colspan=(names.len()) {} }
                @for (value, span) in spans(header) {
                    th scope=(if span > 1 { "colgroup" } else { "col" }) colspan=(span) { (value) }
                }
            }
        }
        @if depth == 0 { tr { @for name in &names { (corner(name)) } th scope="col" { "mean" } } }
    }
}

fn corner(name: &str) -> Markup {
    html! { @if name.is_empty() { td {} } @else { th scope="col" .label { (name) } } }
}

/// Equal neighbours as one heading.
fn spans(header: &Header) -> Vec<(&str, usize)> {
    let mut spans: Vec<(&str, usize)> = Vec::new();
    for value in &header.values {
        match spans.last_mut() {
            Some((last, span)) if last == value => *span += 1,
            Some(_) | None => spans.push((value, 1)),
        }
    }
    spans
}

fn row(grid: &Grid, rows: &[Row<'_>], i: usize) -> Markup {
    let Row { line, entry, labels } = &rows[i];
    let same = |j: usize, depth: usize| rows.get(j).is_some_and(|other| other.labels[..=depth] == labels[..=depth]);
    let begins = |depth: usize| i == 0 || !same(i - 1, depth);
    let span = |depth: usize| (i..rows.len()).take_while(|j| same(*j, depth)).count();
    // A line stands between groups of rows, not between single ones.
    let first = i > 0 && labels.len() > 1 && begins(0);
    html! {
        tr .first[first] {
            @for depth in (0..labels.len()).filter(|depth| begins(*depth)) {
                th .label .edge[depth == 0] scope=(if span(depth) > 1 { "rowgroup" } else { "row" }) rowspan=(span(depth)) {
                    (labels[depth])
                }
            }
            @for cell in &line.cells { (number(grid, &cell[*entry])) }
        }
    }
}

/// "17.8 ± 3.2 [17.5]"
fn number(grid: &Grid, entry: &Entry) -> Markup {
    let text = grid.number(entry).replace('-', "−");
    let (mean, half) = text.split_once(" ± ").map_or((text.as_str(), None), |(mean, half)| (mean, Some(half)));
    let sources: Vec<&str> = grid.measures[entry.measure].sources.iter().map(|source| source.name.as_str()).collect();
    html! {
        td .num .best[entry.best] {
            @if entry.best { strong { (mean) } } @else { (mean) }
            @if let Some(half) = half { span .half { " ± " (half) } }
            @if entry.best { span .hidden { " (best)" } }
            @if let Some(published) = grid.published(entry) {
                " " span .published title=(sources.join("; ")) { "[" (published.replace('-', "−")) "]" }
            }
        }
    }
}

/// A plain table, which is also in this file.
pub fn listing(listing: &Listing, file: &str) -> Markup {
    let cut = cut(listing.rows.len(), file);
    let notes: Vec<&String> = cut.iter().chain(&listing.notes).collect();
    let class = |i: usize| if i < listing.words { "" } else { "num" };
    html! {
        figure {
            div .scroll tabindex="0" role="region" aria-label=(listing.title) {
                table {
                    caption { span { (listing.title) } }
                    thead { tr { @for (i, name) in listing.heading.iter().enumerate() { th scope="col" class=(class(i)) { (name) } } } }
                    tbody { @for row in listing.rows.iter().take(ROWS) { tr { @for (i, cell) in row.iter().enumerate() {
                        @if i == 0 { th scope="row" ."label edge" { (cell) } } @else { td class=(class(i)) { (cell) } }
                    } } } }
                }
            }
            @if !notes.is_empty() { figcaption { ul .footer { @for note in notes { li { (note) } } } } }
        }
    }
}
