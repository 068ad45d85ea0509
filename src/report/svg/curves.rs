//! A panel of curves over epochs with their 95 % bands. Owns where lines and their names stand.

use super::axis::{Scale, range};
use super::{COLOURS, DASHES, Fit, Picture, SMALL, TEXT, cut, path, px, slug, text_width};
use crate::digits::count;
use crate::record::Unit;
use crate::report::curves::{Across, Curve, Panel};
use crate::report::statistics::Summary;
use crate::report::{names, number};
use maud::{Markup, html};

const WIDTH: f64 = 360.0;
const TOP: f64 = 46.0;
const BOTTOM: f64 = 216.0;
/// Below what is drawn: numbers and their name.
const FOOT: f64 = 34.0;
/// Room for the names of lines beside them.
const NAMES: f64 = 116.0;
/// Between the base lines of two names.
const LEADING: f64 = 13.0;
/// Names that stand beside each other; longer ones, and more, stand below the curves.
const BESIDE: usize = 12;

/// `low` and `high`: the ends of the upright scale, which panels of one measure share.
pub fn draw(panel: &Panel, ends: (f64, f64)) -> Picture {
    let factor = factor(panel);
    let y = Scale { low: ends.0 * factor, high: ends.1 * factor, from: BOTTOM, to: TOP };
    let ticks = y.ticks(4);
    let left = 10.0 + ticks.iter().map(|(_, label)| text_width(label, SMALL)).fold(0.0, f64::max);
    let widest = panel.curves.iter().map(|curve| 1.05 * text_width(&curve.name, SMALL)).fold(0.0, f64::max);
    let beside = widest <= NAMES - 12.0 && panel.curves.len() <= BESIDE;
    let room = if beside { widest + 14.0 } else { 14.0 };
    let places = panel.curves.iter().flat_map(|c| c.points.iter().map(|(epoch, _)| c.at(*epoch, panel.across) as f64));
    let (first, last) = range(places);
    let x = Scale { low: first, high: last, from: left, to: WIDTH - room };
    let name = slug(&format!("curves {}", panel.title()));
    let clip = format!("{name}-clip");
    let below = BOTTOM + FOOT + 12.0;
    let body = html! {
        clipPath id=(clip) { rect x=(px(left)) y=(px(TOP)) width=(px(x.to - left)) height=(px(BOTTOM - TOP)) {} }
        (titles(panel))
        @for (value, label) in &ticks {
            path .grid d=(path([(left, y.at(*value)), (x.to, y.at(*value))])) {}
            text .small.soft.end x=(px(left - 5.0)) y=(px(y.at(*value) + 4.0)) { (label) }
        }
        (level_axis(x, panel.across))
        g clip-path=(format!("url(#{clip})")) {
            @for curve in &panel.curves { (line(curve, panel.across, x, y, factor)) }
        }
        @for curve in &panel.curves { (end(curve, panel.across, x, y, factor)) }
        @if beside { @for (i, at) in self::places(&panel.curves, y, factor).into_iter().enumerate() {
            text .{"small f" (panel.curves[i].place % COLOURS)} x=(px(x.to + 8.0)) y=(px(at + 4.0)) { (panel.curves[i].name) }
        } } @else { @for (curve, (at, y, room)) in panel.curves.iter().zip(legend(&panel.curves)) {
            path .{"line s" (curve.place % COLOURS)} stroke-dasharray=(DASHES[curve.place % DASHES.len()])
                d=(path([(at, below + y - 4.0), (at + 18.0, below + y - 4.0)])) {}
            text .{"small f" (curve.place % COLOURS)} x=(px(at + 23.0)) y=(px(below + y)) {
                title { (curve.name) }
                (cut(&curve.name, SMALL, room - 25.0))
            }
        } }
    };
    let height =
        if beside { BOTTOM + FOOT } else { below + legend(&panel.curves).last().map_or(0.0, |(_, y, _)| *y) + 6.0 };
    Picture {
        title: panel.title(),
        description: description(panel),
        ..Picture::new(name, (WIDTH, height), Fit::Shrink, body)
    }
}

/// Where names stand below the curves, and the room they have: two in a row where none is too long for it.
fn legend(curves: &[Curve]) -> Vec<(f64, f64, f64)> {
    let longest = curves.iter().map(|curve| 1.05 * text_width(&curve.name, SMALL) + 30.0).fold(0.0, f64::max);
    let columns = if longest <= WIDTH / 2.0 { 2 } else { 1 };
    let room = WIDTH / columns as f64;
    (0..curves.len()).map(|i| ((i % columns) as f64 * room, (i / columns) as f64 * (LEADING + 2.0), room)).collect()
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
    let title = names::title(&panel.measure);
    // What is shortened is the name: the unit and the direction stay.
    let room = WIDTH / 1.05 - text_width(&format!("{unit}, {arrow}"), SMALL);
    html! {
        text .strong x="0" y="14" { (cut(&panel.setting.join(", "), TEXT, WIDTH)) }
        text .small x="0" y="31" { title { (title) } (cut(&title, SMALL, room)) (unit) tspan .soft { ", " (arrow) } }
    }
}

/// Numbers that have room below the axis.
fn level_axis(x: Scale, across: Across) -> Markup {
    let widest = |about: usize| {
        let all = x.ticks(about).into_iter().map(|(value, _)| text_width(&label(value), SMALL));
        all.fold(0.0, f64::max)
    };
    let about =
        [5, 4, 3, 2].into_iter().find(|about| (widest(*about) + 8.0) * x.ticks(*about).len() as f64 <= x.to - x.from);
    html! {
        path .zero d=(path([(x.from, BOTTOM), (x.to, BOTTOM)])) {}
        @for (value, _) in x.ticks(about.unwrap_or(1)) {
            path .zero d=(path([(x.at(value), BOTTOM), (x.at(value), BOTTOM + 4.0)])) {}
            text .small.soft.middle x=(px(x.at(value))) y=(px(BOTTOM + 16.0)) { (label(value)) }
        }
        text .small.soft.middle x=(px((x.from + x.to) / 2.0)) y=(px(BOTTOM + 31.0)) { (across.noun()) }
    }
}

/// "1,200", "2.5 M".
fn label(value: f64) -> String {
    match value {
        v if v >= 1e6 => format!("{} M", px(v / 1e6)),
        v if v.fract() == 0.0 && v >= 0.0 => count(v as u64),
        v => px(v),
    }
}

/// A point where a line ends before the others do.
fn end(curve: &Curve, across: Across, x: Scale, y: Scale, factor: f64) -> Markup {
    let point =
        curve.points.last().and_then(|(epoch, s)| Some((x.at(curve.at(*epoch, across) as f64), s.mean? * factor)));
    let ends_early = point.filter(|(at, value)| *at < x.to - 1.0 && (y.low..=y.high).contains(value));
    html! {
        @if let Some((at, value)) = ends_early {
            circle .{"f" (curve.place % COLOURS)} cx=(px(at)) cy=(px(y.at(value))) r="3" {}
        }
    }
}

fn line(curve: &Curve, across: Across, x: Scale, y: Scale, factor: f64) -> Markup {
    let i = curve.place;
    let at = |epoch: u32, value: f64| (x.at(curve.at(epoch, across) as f64), y.at(value * factor));
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
    format!("Curves over {}. {}.", panel.across.noun(), panel.curves.iter().map(end).collect::<Vec<_>>().join("; "))
}
