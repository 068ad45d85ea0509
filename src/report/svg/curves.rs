//! A panel of curves over epochs with their 95 % bands. Owns where lines and their names stand.

use super::axis::{Scale, range};
use super::{COLOURS, DASHES, Fit, Picture, SMALL, TEXT, cut, path, px, slug, text_width};
use crate::record::Unit;
use crate::report::curves::{Curve, Panel};
use crate::report::{names, number};
use crate::report::statistics::Summary;
use maud::{Markup, html};

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 250.0;
const TOP: f64 = 46.0;
const BOTTOM: f64 = 216.0;
/// Room for the names of lines.
const NAMES: f64 = 116.0;
/// Between the base lines of two names.
const LEADING: f64 = 13.0;

/// `low` and `high`: the ends of the upright scale, which panels of one measure share.
pub fn draw(panel: &Panel, ends: (f64, f64)) -> Picture {
    let factor = factor(panel);
    let y = Scale { low: ends.0 * factor, high: ends.1 * factor, from: BOTTOM, to: TOP };
    let ticks = y.ticks(4);
    let left = 10.0 + ticks.iter().map(|(_, label)| text_width(label, SMALL)).fold(0.0, f64::max);
    let names: Vec<String> = panel.curves.iter().map(|c| cut(&c.name, SMALL, NAMES - 6.0)).collect();
    let room = names.iter().map(|name| text_width(name, SMALL)).fold(0.0, f64::max) + 12.0;
    let epochs = panel.curves.iter().flat_map(|c| &c.points).map(|(epoch, _)| f64::from(*epoch));
    let (first, last) = range(epochs);
    let x = Scale { low: first, high: last, from: left, to: WIDTH - room };
    let name = slug(&format!("curves {}", panel.title()));
    let clip = format!("{name}-clip");
    let body = html! {
        clipPath id=(clip) { rect x=(px(left)) y=(px(TOP)) width=(px(x.to - left)) height=(px(BOTTOM - TOP)) {} }
        (titles(panel))
        @for (value, label) in &ticks {
            path .grid d=(path([(left, y.at(*value)), (x.to, y.at(*value))])) {}
            text .small.soft.end x=(px(left - 5.0)) y=(px(y.at(*value) + 4.0)) { (label) }
        }
        (epochs_axis(x))
        g clip-path=(format!("url(#{clip})")) {
            @for curve in &panel.curves { (line(curve, x, y, factor)) }
        }
        @for (i, at) in places(&panel.curves, y, factor).into_iter().enumerate() {
            text .{"small f" (panel.curves[i].place % COLOURS)} x=(px(x.to + 8.0)) y=(px(at + 4.0)) {
                title { (panel.curves[i].name) }
                (names[i])
            }
        }
    };
    let description = description(panel);
    Picture { title: panel.title(), description, ..Picture::new(name, (WIDTH, HEIGHT), Fit::Shrink, body) }
}

/// The ends that hold the means of all panels, and their bands as far as these are not wider than twice the means' range.
pub fn ends<'p>(panels: impl Iterator<Item = &'p Panel> + Clone) -> (f64, f64) {
    let points = || panels.clone().flat_map(|p| &p.curves).flat_map(|c| &c.points).map(|(_, summary)| summary);
    let (low, high) = range(points().filter_map(|s| s.mean));
    let (lowest, highest) = range(points().filter_map(|s| s.interval).flat_map(|i| [i.low, i.high]).chain([low, high]));
    let room = (high - low) / 2.0;
    let (low, high) = (lowest.max(low - room), highest.min(high + room));
    // What is never negative begins at zero where that is near.
    let base = if lowest >= 0.0 && low < 0.25 * high { 0.0 } else { low - 0.04 * (high - low) };
    (base, high + 0.04 * (high - low))
}

fn factor(panel: &Panel) -> f64 {
    match panel.measure.unit {
        Unit::Percent => 100.0,
        Unit::Plain => 1.0,
    }
}

fn titles(panel: &Panel) -> Markup {
    let unit = match panel.measure.unit {
        Unit::Percent => " (%)",
        Unit::Plain => "",
    };
    let arrow = if panel.measure.lower_is_better { "lower is better" } else { "higher is better" };
    html! {
        text .strong x="0" y="14" { (cut(&panel.setting.join(", "), TEXT, WIDTH)) }
        text .small x="0" y="31" { (names::title(&panel.measure.name)) (unit) tspan .soft { ", " (arrow) } }
    }
}

fn epochs_axis(x: Scale) -> Markup {
    html! {
        path .zero d=(path([(x.from, BOTTOM), (x.to, BOTTOM)])) {}
        @for (value, label) in x.ticks(5) {
            path .zero d=(path([(x.at(value), BOTTOM), (x.at(value), BOTTOM + 4.0)])) {}
            text .small.soft.middle x=(px(x.at(value))) y=(px(BOTTOM + 16.0)) { (label) }
        }
        text .small.soft.middle x=(px((x.from + x.to) / 2.0)) y=(px(BOTTOM + 31.0)) { "epoch" }
    }
}

fn line(curve: &Curve, x: Scale, y: Scale, factor: f64) -> Markup {
    let i = curve.place;
    let at = |epoch: u32, value: f64| (x.at(f64::from(epoch)), y.at(value * factor));
    let bounds: Vec<(u32, f64, f64)> =
        curve.points.iter().filter_map(|(epoch, s)| s.interval.map(|i| (*epoch, i.low, i.high))).collect();
    let there = bounds.iter().map(|(epoch, low, _)| at(*epoch, *low));
    let back = bounds.iter().rev().map(|(epoch, _, high)| at(*epoch, *high));
    let means: Vec<(f64, f64)> =
        curve.points.iter().filter_map(|(epoch, s)| s.mean.map(|mean| at(*epoch, mean))).collect();
    html! {
        @if bounds.len() > 1 { path .{"band f" (i % COLOURS)} d=(path(there.chain(back)) + "Z") {} }
        path .{"line s" (i % COLOURS)} stroke-dasharray=(DASHES[i % DASHES.len()]) d=(path(means.iter().copied())) {
            title { (curve.name) ": " (last(curve)) }
        }
        @if let [(cx, cy)] = means.as_slice() { circle .{"f" (i % COLOURS)} cx=(px(*cx)) cy=(px(*cy)) r="3" {} }
    }
}

fn last(curve: &Curve) -> String {
    curve.points.last().map_or(String::new(), |(epoch, summary)| format!("{} at epoch {epoch}", shown(summary)))
}

fn shown(summary: &Summary) -> String {
    summary.mean.map_or(number::NOTHING.to_string(), |mean| format!("{mean:.4}"))
}

/// Where the names of lines stand: at their ends, pushed apart.
fn places(curves: &[Curve], y: Scale, factor: f64) -> Vec<f64> {
    let end = |curve: &Curve| {
        let mean = curve.points.last().and_then(|(_, summary)| summary.mean).unwrap_or(y.low);
        y.at((mean * factor).clamp(y.low.min(y.high), y.high.max(y.low)))
    };
    let mut order: Vec<(usize, f64)> = curves.iter().map(end).enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    for i in 1..order.len() {
        order[i].1 = order[i].1.max(order[i - 1].1 + LEADING);
    }
    // What was pushed below the axis pushes back.
    let mut floor = BOTTOM;
    for (_, at) in order.iter_mut().rev() {
        *at = at.min(floor);
        floor = *at - LEADING;
    }
    let mut places = vec![0.0; curves.len()];
    for (i, at) in order {
        places[i] = at;
    }
    places
}

fn description(panel: &Panel) -> String {
    let end = |curve: &Curve| {
        let summary = curve.points.last().map(|(_, s)| s.clone()).unwrap_or_default();
        format!("{} ends at {}", curve.name, number::mean(&summary, panel.measure.unit))
    };
    format!("Curves over epochs. {}.", panel.curves.iter().map(end).collect::<Vec<_>>().join("; "))
}
