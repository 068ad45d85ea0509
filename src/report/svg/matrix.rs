//! A confusion matrix as a heat map: a row an actual class, as dark as the share of it that is taken for the column's.

use super::{Fit, Picture, SMALL, px, slug, text_width};
use crate::digits::count;
use crate::report::confusion::Confusion;
use crate::report::number::NOTHING;
use maud::{Markup, html};

/// Above this, cells are too small for numbers.
const NUMBERED: usize = 12;

pub fn draw(confusion: &Confusion) -> Picture {
    let n = confusion.counts.len();
    let side = side(n);
    let names: Vec<String> = (0..n).map(|class| shortened(&confusion.name(class))).collect();
    let widest = names.iter().map(|name| text_width(name, SMALL)).fold(0.0, f64::max);
    let left = 22.0 + widest;
    // Names that are wider than a cell stand upright.
    let upright = widest > side;
    let (top, length) = (58.0 + if upright { widest - 6.0 } else { 0.0 }, side * n as f64);
    let title = format!("{} on {}", confusion.target, confusion.split);
    let body = html! {
        text .strong x="0" y="14" { (title) }
        text .small.soft x="0" y="30" { (count(confusion.total())) " samples" }
        text .small.soft.middle x=(px(left + length / 2.0)) y="42" { "predicted" }
        text .small.soft.middle transform=(format!("translate(10 {}) rotate(-90)", px(top + length / 2.0))) { "actual" }
        @for i in (0..n).filter(|i| n <= NUMBERED || i % 5 == 0 || !confusion.names.is_empty()) {
            @let middle = (i as f64 + 0.5) * side;
            @if upright {
                text .tiny.soft transform=(format!("translate({} {}) rotate(-90)", px(left + middle + 3.5), px(top - 4.0))) { (names[i]) }
            } @else {
                text .tiny.soft.middle x=(px(left + middle)) y=(px(top - 4.0)) { (names[i]) }
            }
            text .tiny.soft.end x=(px(left - 4.0)) y=(px(top + middle + 3.5)) { (names[i]) }
        }
        @for actual in 0..n { @for predicted in 0..n {
            (cell(confusion, actual, predicted, (left + side * predicted as f64, top + side * actual as f64), side))
        } }
        rect .grid x=(px(left)) y=(px(top)) width=(px(length)) height=(px(length)) {}
    };
    Picture {
        name: slug(&format!("confusion {} {} {}", confusion.arm, confusion.target, confusion.split)),
        description: description(confusion),
        title,
        width: (left + length + 2.0).max(130.0),
        height: top + length + 4.0,
        fit: Fit::Shrink,
        body,
        narrow: None,
    }
}

/// A name that is not too long to stand beside a matrix.
fn shortened(name: &str) -> String {
    const LONGEST: usize = 20;
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_string(),
    }
}

fn side(classes: usize) -> f64 {
    match classes {
        0..=4 => 44.0,
        5..=NUMBERED => 28.0,
        _ => 12.0,
    }
}

fn cell(confusion: &Confusion, actual: usize, predicted: usize, (x, y): (f64, f64), side: f64) -> Markup {
    let known = confusion.share(actual, predicted);
    let share = known.unwrap_or_default();
    let (n, of) = (confusion.counts[actual][predicted], confusion.row(actual));
    let numbered = confusion.counts.len() <= NUMBERED;
    html! {
        g {
            title { "actual " (confusion.name(actual)) ", predicted " (confusion.name(predicted)) ": " (count(n)) " of " (count(of)) }
            @if share > 0.0 || numbered {
                rect .heat fill-opacity=(format!("{share:.3}")) x=(px(x)) y=(px(y)) width=(px(side)) height=(px(side)) {}
            }
            @if numbered {
                text .{"tiny middle"} .on-heat[share > 0.5] .soft[n == 0] x=(px(x + side / 2.0)) y=(px(y + side / 2.0 + 3.5)) {
                    (known.map_or(NOTHING.to_string(), |share| format!("{:.0}", share * 100.0)))
                }
            }
        }
    }
}

fn description(confusion: &Confusion) -> String {
    let row = |actual: usize| match confusion.share(actual, actual) {
        Some(share) => format!("class {}: {:.1} % right", confusion.name(actual), share * 100.0),
        None => format!("class {}: no sample", confusion.name(actual)),
    };
    let rows: Vec<String> = (0..confusion.counts.len()).map(row).collect();
    format!("Confusion matrix, rows in percent: {}.", rows.join(", "))
}
