//! Differences with their intervals, a line each, around a line of no difference. Owns the marks of what stands.

use super::axis::{Scale, range};
use super::{Fit, Picture, SMALL, cut, path, px, slug, strong_width, text_width};
use crate::record::Unit;
use crate::report::comparison::{Difference, Verdict};
use crate::report::number;
use maud::{Markup, html};

const WIDTH: f64 = 360.0;
const EDGE: f64 = 14.0;
const TOP: f64 = 44.0;
const ROW: f64 = 34.0;

/// Differences that share a unit. `label` names a line; `title` and `under` stand above.
pub fn draw(title: &str, under: &str, differences: &[&Difference], label: impl Fn(&Difference) -> String) -> Picture {
    let percent = differences.iter().any(|d| d.measure.unit == Unit::Percent);
    let factor = if percent { 100.0 } else { 1.0 };
    let ends = differences.iter().flat_map(|d| d.paired.interval().map_or(vec![], |i| vec![i.low, i.high]));
    let (low, high) = range(ends.chain([0.0]).map(|x| x * factor));
    let pad = 0.04 * (high - low);
    let x = Scale { low: low - pad, high: high + pad, from: EDGE, to: WIDTH - EDGE };
    let bottom = TOP + ROW * differences.len() as f64;
    let body = html! {
        text .strong x="0" y="14" { (cut(title, 12.0, WIDTH)) }
        text .small.soft x="0" y="30" { (cut(under, SMALL, WIDTH)) }
        @for (value, text) in x.ticks(5) {
            @for i in 0..differences.len() { path .grid d=(path(beside_bar(x.at(value), i))) {} }
            path .grid d=(path([(x.at(value), bottom), (x.at(value), bottom + 5.0)])) {}
            text .small.soft.middle x=(px(x.at(value))) y=(px(bottom + 17.0)) { (text) }
        }
        @for i in 0..differences.len() { path .zero d=(path(beside_bar(x.at(0.0), i))) {} }
        @for (i, difference) in differences.iter().enumerate() {
            (row(difference, &label(difference), TOP + ROW * i as f64, x, factor))
        }
        (legend(bottom + 35.0))
    };
    let sentences: Vec<String> = differences.iter().map(|d| d.sentence()).collect();
    Picture {
        name: slug(&format!("forest {title} {under}")),
        title: title.to_string(),
        description: sentences.join(" "),
        width: WIDTH,
        height: bottom + 42.0,
        fit: Fit::Shrink,
        body,
        narrow: None,
    }
}

/// Where lines stand that mark a value: beside the bar of a row, for its texts stand above.
fn beside_bar(x: f64, row: usize) -> [(f64, f64); 2] {
    let top = TOP + ROW * row as f64;
    [(x, top + 16.0), (x, top + ROW - 3.0)]
}

fn row(difference: &Difference, label: &str, top: f64, x: Scale, factor: f64) -> Markup {
    let numbers = numbers(difference);
    // Widths are guessed: letters may take a little more.
    let room = (WIDTH - strong_width(&numbers, SMALL) - 8.0) / 1.05;
    let (name, bar) = (cut(label, SMALL, room), top + 23.0);
    html! {
        g {
            title { (difference.sentence()) }
            text .small x="0" y=(px(top + 12.0)) { (name) }
            text .small.end x=(px(WIDTH)) y=(px(top + 12.0)) .strong[difference.stands_corrected()] { (numbers) }
            @if let (Some(interval), Some(middle)) = (difference.paired.interval(), difference.paired.difference) {
                path .{"line s" (colour(difference))}
                    d=(path([(x.at(interval.low * factor), bar), (x.at(interval.high * factor), bar)])) {}
                @for end in [interval.low, interval.high] {
                    path .{"cap s" (colour(difference))} d=(path([(x.at(end * factor), bar - 4.0), (x.at(end * factor), bar + 4.0)])) {}
                }
                (mark(difference, x.at(middle * factor), bar))
            }
        }
    }
}

/// Blue is better, red is worse, grey is neither; full where it stands, hollow where not.
fn colour(difference: &Difference) -> usize {
    let is_smaller = match difference.verdict() {
        Verdict::Smaller => true,
        Verdict::Larger => false,
        Verdict::Unclear | Verdict::Unknown | Verdict::Absent => return 5,
    };
    usize::from(is_smaller != difference.measure.lower_is_better)
}

fn mark(difference: &Difference, x: f64, y: f64) -> Markup {
    let colour = colour(difference);
    let class = if difference.stands_corrected() { format!("f{colour}") } else { format!("hollow s{colour}") };
    html! { circle class=(class) cx=(px(x)) cy=(px(y)) r="4" {} }
}

/// "−2.1 (−2.6 to −1.6)"
fn numbers(difference: &Difference) -> String {
    let Some(text) = number::difference(&difference.paired, difference.measure.unit) else {
        return number::NOTHING.to_string();
    };
    let ends = text.ends.map_or(String::new(), |(low, high)| format!(" ({low} to {high})"));
    format!("{}{ends}", text.difference).replace('-', "−")
}

fn legend(y: f64) -> Markup {
    let marks = [("f0", "better"), ("f1", "worse"), ("hollow s5", "not clear, or not after correction")];
    let starts = marks.iter().scan(4.0, |at, (_, text)| {
        let start = *at;
        *at += text_width(text, 10.0) + 26.0;
        Some(start)
    });
    html! {
        @for ((class, text), at) in marks.iter().zip(starts) {
            circle class=(class) cx=(px(at)) cy=(px(y - 3.5)) r="3.5" {}
            text .tiny.soft x=(px(at + 8.0)) y=(px(y)) { (text) }
        }
    }
}
