//! A panel of trials: what each came to against one of its settings, or the best so far against what was spent. Owns where points and
//! names stand.

use super::axis::{Scale, range};
use super::{COLOURS, DASHES, Fit, Picture, SMALL, TEXT, cut, path, px, slug, text_width};
use maud::{Markup, html};

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 250.0;
const TOP: f64 = 46.0;
const BOTTOM: f64 = 200.0;
const EDGE: f64 = 12.0;
/// From a row of trials to the next.
const BESIDE: f64 = 4.0;

/// What is drawn.
pub struct Dots {
    pub title: String,
    /// "validation_loss, lower is better"
    pub under: String,
    /// What the level axis is of.
    pub across: String,
    /// Places on the level axis that are marked, with their labels.
    pub ticks: Vec<(f64, String)>,
    pub rows: Vec<Row>,
    /// The ends of the upright axis: what lies beyond stands at its edge.
    pub ends: (f64, f64),
    pub join: Join,
}

/// Whether points of a row are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    Apart,
    /// From one to the next level, then up or down.
    Stairs,
}

/// The points of one arm.
pub struct Row {
    pub name: String,
    pub points: Vec<Dot>,
}

/// One trial.
#[derive(Clone, Debug)]
pub struct Dot {
    pub x: f64,
    pub y: f64,
    /// What it is the mean of: the least and the largest.
    pub ends: (f64, f64),
    pub mark: Mark,
    /// What it is, in words.
    pub says: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Tried,
    Chosen,
    /// One that was not trained to the end.
    Halted,
}

pub fn draw(dots: &Dots) -> Picture {
    let y = Scale { low: dots.ends.0, high: dots.ends.1, from: BOTTOM, to: TOP };
    let ticks = y.ticks(4);
    let left = 10.0 + ticks.iter().map(|(_, label)| text_width(label, SMALL)).fold(0.0, f64::max);
    let all = || dots.rows.iter().flat_map(|row| &row.points);
    let (first, last) = range(all().map(|dot| dot.x).chain(dots.ticks.iter().map(|(at, _)| *at)));
    let pad = 0.06 * (last - first);
    let x = Scale { low: first - pad, high: last + pad, from: left, to: WIDTH - EDGE };
    let body = html! {
        text .strong x="0" y="14" { (cut(&dots.title, TEXT, WIDTH)) }
        text .small.soft x="0" y="31" { (cut(&dots.under, SMALL, WIDTH)) }
        @for (value, label) in &ticks {
            path .grid d=(path([(left, y.at(*value)), (x.to, y.at(*value))])) {}
            text .small.soft.end x=(px(left - 5.0)) y=(px(y.at(*value) + 4.0)) { (label) }
        }
        path .zero d=(path([(x.from, BOTTOM), (x.to, BOTTOM)])) {}
        @for (value, label) in &dots.ticks {
            path .zero d=(path([(x.at(*value), BOTTOM), (x.at(*value), BOTTOM + 4.0)])) {}
            text .small.soft.middle x=(px(x.at(*value))) y=(px(BOTTOM + 16.0)) { (label) }
        }
        text .small.soft.middle x=(px((x.from + x.to) / 2.0)) y=(px(BOTTOM + 31.0)) { (dots.across) }
        @for (i, row) in dots.rows.iter().enumerate() { (points(row, i, (beside(x, i, dots), y), dots.join)) }
        (legend(&dots.rows))
    };
    Picture {
        name: slug(&format!("trials {} {}", dots.title, dots.across)),
        title: dots.title.clone(),
        description: description(dots),
        width: WIDTH,
        height: HEIGHT,
        fit: Fit::Shrink,
        body,
        narrow: None,
    }
}

/// The scale of a row: all try the same, so each stands a little beside the others.
fn beside(x: Scale, row: usize, dots: &Dots) -> Scale {
    let by = match dots.join {
        Join::Apart => BESIDE * (row as f64 - (dots.rows.len() as f64 - 1.0) / 2.0),
        Join::Stairs => 0.0,
    };
    Scale { from: x.from + by, to: x.to + by, ..x }
}

fn points(row: &Row, i: usize, (x, y): (Scale, Scale), join: Join) -> Markup {
    let inside = |value: f64| y.at(value.clamp(y.low.min(y.high), y.high.max(y.low)));
    let colour = i % COLOURS;
    let places: Vec<(f64, f64)> = row.points.iter().map(|dot| (x.at(dot.x), inside(dot.y))).collect();
    let stairs = places.windows(2).flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]).chain(places.last().copied());
    html! {
        @if join == Join::Stairs {
            path .{"line s" (colour)} stroke-dasharray=(DASHES[i % DASHES.len()]) d=(path(stairs)) { title { (row.name) } }
        }
        @for (dot, (cx, _)) in row.points.iter().zip(&places).filter(|(dot, _)| dot.ends.0 < dot.ends.1) {
            path .{"spread s" (colour)} d=(path([(*cx, inside(dot.ends.0)), (*cx, inside(dot.ends.1))])) {}
            // A cap, where that is its end.
            @for end in [dot.ends.0, dot.ends.1].into_iter().filter(|end| (y.low..=y.high).contains(end)) {
                path .{"spread s" (colour)} d=(path([(*cx - 2.5, inside(end)), (*cx + 2.5, inside(end))])) {}
            }
        }
        @for (dot, (cx, cy)) in row.points.iter().zip(&places) {
            @match (dot.mark, join) {
                (Mark::Chosen, _) => circle .{"f" (colour)} cx=(px(*cx)) cy=(px(*cy)) r="5" { title { (dot.says) } },
                (Mark::Tried, Join::Apart) => circle .{"hollow s" (colour)} cx=(px(*cx)) cy=(px(*cy)) r="3" { title { (dot.says) } },
                (Mark::Halted, Join::Apart) => circle .{"hollow s" (colour)} cx=(px(*cx)) cy=(px(*cy)) r="1.5" { title { (dot.says) } },
                (Mark::Tried | Mark::Halted, Join::Stairs) => {}
            }
        }
    }
}

/// The names of the rows, one after the other.
fn legend(rows: &[Row]) -> Markup {
    let starts = rows.iter().scan(0.0, |at, row| {
        let start = *at;
        *at += text_width(&row.name, SMALL) + 18.0;
        Some(start)
    });
    html! {
        @for (i, (row, at)) in rows.iter().zip(starts).enumerate().take_while(|(_, (_, at))| *at < WIDTH - 30.0) {
            circle .{"f" (i % COLOURS)} cx=(px(at + 4.0)) cy=(px(HEIGHT - 7.5)) r="3.5" {}
            text .small.{"f" (i % COLOURS)} x=(px(at + 11.0)) y=(px(HEIGHT - 4.0)) { (cut(&row.name, SMALL, WIDTH - at - 11.0)) }
        }
    }
}

fn description(dots: &Dots) -> String {
    let chosen = dots.rows.iter().filter_map(|row| {
        let dot = row.points.iter().find(|dot| dot.mark == Mark::Chosen)?;
        Some(format!("{}: {}", row.name, dot.says))
    });
    let chosen: Vec<String> = chosen.collect();
    format!("{} against {}. Chosen: {}.", dots.under, dots.across, chosen.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_beyond_stands_at_the_edge_and_stairs_go_level_first() {
        let dot = |x: f64, y: f64| Dot { x, y, ends: (y, y + 0.5), mark: Mark::Tried, says: String::new() };
        let rows = vec![Row { name: "MHM".into(), points: vec![dot(0.0, 1.0), dot(1.0, 99.0)] }];
        let dots = Dots {
            title: "lr".into(),
            under: "loss".into(),
            across: "lr".into(),
            ticks: vec![(0.0, "0".into()), (1.0, "1".into())],
            rows,
            ends: (0.0, 2.0),
            join: Join::Apart,
        };
        let drawn = draw(&dots).body.into_string();
        assert!(drawn.contains(&format!("cy=\"{}\"", px(TOP))) && drawn.contains(">MHM</text>"), "{drawn}");
        // Of the one within, from 1 to 1.5, with its caps; the other's lies beyond at both ends.
        assert_eq!(drawn.matches("class=\"spread s0\"").count(), 4, "{drawn}");
        let drawn = draw(&Dots { join: Join::Stairs, ..dots }).body.into_string();
        let level = px((TOP + BOTTOM) / 2.0);
        assert!(drawn.matches(&format!(" {level}")).count() >= 2, "{drawn}");
    }
}
