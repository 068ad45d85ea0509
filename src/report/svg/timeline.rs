//! Who learns when: a row a module and replica, a column a phase of the first round, as wide as its steps. Owns the marks of
//! learning and of frozen modules.

use super::{Fit, Picture, SMALL, path, px, slug, strong_width, text_width};
use crate::digits::count;
use crate::id::{ModuleId, ReplicaId};
use crate::record::manifest::{Phase, Sketch};
use maud::{Markup, html};

const ROW: f64 = 24.0;
/// Of all phases together, where none is too narrow.
const LENGTH: f64 = 380.0;
const NARROWEST: f64 = 20.0;
/// Of the words below.
const LEGEND: f64 = 280.0;
/// Of a phase whose samples nobody knows.
const UNKNOWN: f64 = 48.0;
/// Of the names above the columns, which rise to the right.
const SLANT: f64 = -40.0;

pub fn draw(sketch: &Sketch) -> Picture {
    let name = slug(&format!("timeline {} {} {}", sketch.schedule, sketch.network, sketch.folds));
    let rows = rows(sketch);
    let left = 14.0 + rows.iter().map(|row| text_width(&row.label, SMALL)).fold(0.0, f64::max);
    let columns = columns(&sketch.phases, left);
    let folds = folds_height(sketch);
    let top = headings_height(&sketch.phases) + folds;
    let bottom = top + ROW * rows.len() as f64;
    let end = columns.last().map_or(left, |c| c.x + c.width);
    let width = (end + overhang(&sketch.phases)).max(left + LEGEND);
    let hatch = format!("{name}-hatch");
    let body = html! {
        (hatches(&hatch))
        @for column in &columns { (heading(column, top - folds)) }
        @if folds > 0.0 { (fold_sets(&columns, sketch.folds, left, top - folds)) }
        @for (i, row) in rows.iter().enumerate() {
            @let y = top + ROW * i as f64;
            path .grid d=(path([(0.0, y), (end, y)])) {}
            text .small.end x=(px(left - 8.0)) y=(px(y + 16.0)) { (row.label) }
            @for column in &columns { (cell(row, column, y, &hatch)) }
        }
        path .grid d=(path([(0.0, bottom), (end, bottom)])) {}
        @for column in &columns {
            text .tiny.soft.middle x=(px(column.x + column.width / 2.0)) y=(px(bottom + 14.0)) { (steps(column.phase)) }
        }
        text .tiny.soft.end x=(px(left - 8.0)) y=(px(bottom + 14.0)) { "steps" }
        (legend(left, bottom + 36.0, &hatch))
    };
    Picture {
        name,
        title: format!("Phases of {}", sketch.schedule),
        description: description(sketch),
        width,
        height: bottom + 44.0,
        fit: Fit::Scroll,
        body,
    }
}

struct Row {
    replica: ReplicaId,
    label: String,
    colour: usize,
}

fn rows(sketch: &Sketch) -> Vec<Row> {
    let of = |(m, module): (usize, &crate::record::manifest::Module)| {
        let label = |replica: usize| if module.replicas > 1 { format!("[{replica}]") } else { String::new() };
        let colour = super::network::colour(&module.role);
        let rows = (0..module.replicas).map(|number| Row {
            replica: ModuleId(m).replica(number),
            label: format!("{} {}{}", super::network::letter(&module.role), module.name, label(number)),
            colour,
        });
        rows.collect::<Vec<_>>()
    };
    sketch.modules.iter().enumerate().flat_map(of).collect()
}

struct Column<'p> {
    phase: &'p Phase,
    x: f64,
    width: f64,
}

fn columns(phases: &[Phase], left: f64) -> Vec<Column<'_>> {
    let steps: u64 = phases.iter().map(|phase| phase.steps).sum();
    let shortest = phases.iter().map(|phase| phase.steps).filter(|s| *s > 0).min().unwrap_or(1);
    // Wide enough for the shortest, but not without end where one is very short.
    let scale = (LENGTH / steps.max(1) as f64).max(NARROWEST / shortest as f64).min(900.0 / steps.max(1) as f64);
    let mut x = left;
    let column = |phase| {
        let column =
            Column { phase, x, width: (phase.steps as f64 * scale).max(if steps == 0 { UNKNOWN } else { 10.0 }) };
        x += column.width;
        column
    };
    phases.iter().map(column).collect()
}

/// How many, where the samples are known: a phase of none is not run.
fn steps(phase: &Phase) -> String {
    if phase.steps == 0 { "?".into() } else { count(phase.steps) }
}

/// "head[0] on except(0)"
fn named(phase: &Phase) -> String {
    format!("{} on {}", phase.name, phase.on)
}

fn heading_width(phase: &Phase) -> f64 {
    strong_width(&phase.name, SMALL) + text_width(&format!(" on {}", phase.on), SMALL)
}

fn longest(phases: &[Phase]) -> f64 {
    phases.iter().map(heading_width).fold(0.0, f64::max)
}

fn headings_height(phases: &[Phase]) -> f64 {
    // Letters of some systems are wider.
    14.0 + 1.15 * longest(phases) * -SLANT.to_radians().sin()
}

fn overhang(phases: &[Phase]) -> f64 {
    let last = phases.last().map_or(0.0, heading_width);
    1.15 * last * SLANT.to_radians().cos() + 6.0
}

fn heading(column: &Column<'_>, bottom: f64) -> Markup {
    let (x, y) = (px(column.x + column.width / 2.0 - 2.0), px(bottom - 6.0));
    html! {
        text .small transform=(format!("translate({x} {y}) rotate({SLANT})")) {
            tspan .strong { (column.phase.name) }
            tspan .soft { " on " (column.phase.on) }
        }
    }
}

/// A small square for every fold, full where the phase learns from it.
const FOLD: f64 = 7.0;

fn folds_height(sketch: &Sketch) -> f64 {
    let all_known = sketch.phases.iter().all(|phase| set(&phase.on, sketch.folds).is_some());
    if (2..=12).contains(&sketch.folds) && all_known { sketch.folds as f64 * FOLD + 10.0 } else { 0.0 }
}

fn fold_sets(columns: &[Column<'_>], folds: usize, left: f64, top: f64) -> Markup {
    html! {
        text .small.soft.end x=(px(left - 8.0)) y=(px(top + folds as f64 * FOLD / 2.0 + 4.0)) { "folds" }
        @for column in columns {
            @for (i, full) in set(&column.phase.on, folds).unwrap_or_default().into_iter().enumerate() {
                rect .f5[full] .{"hollow s5"}[!full] stroke-width="1" rx="1" x=(px(column.x + column.width / 2.0 - 7.0))
                    y=(px(top + i as f64 * FOLD)) width="14" height=(px(FOLD - 2.0)) {}
            }
        }
    }
}

/// Which folds the words of a set mean; nothing for any other set.
fn set(on: &str, folds: usize) -> Option<Vec<bool>> {
    let index = |word: &str| on.strip_prefix(word)?.strip_prefix('(')?.strip_suffix(')')?.parse::<usize>().ok();
    let all = || 0..folds;
    match (index("fold"), index("except")) {
        (Some(k), _) => Some(all().map(|i| i == k).collect()),
        (_, Some(k)) => Some(all().map(|i| i != k).collect()),
        (None, None) => (on == "all").then(|| all().map(|_| true).collect()),
    }
}

fn hatches(id: &str) -> Markup {
    html! {
        defs {
            @for colour in 0..super::COLOURS {
                pattern id=(format!("{id}-{colour}")) width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    path .{"s" (colour)} d="M1 0V6" stroke-width="1.4" opacity=".55" {}
                }
            }
        }
    }
}

fn cell(row: &Row, column: &Column<'_>, y: f64, hatch: &str) -> Markup {
    let (trains, frozen) = (column.phase.trains.contains(&row.replica), column.phase.frozen.contains(&row.replica));
    let say = |what: &str| format!("{} {what} in {}", row.label, named(column.phase));
    let (x, width) = (column.x + 1.5, column.width - 3.0);
    html! {
        @if trains {
            rect .{"f" (row.colour)} rx="2" x=(px(x)) y=(px(y + 4.0)) width=(px(width)) height=(px(ROW - 8.0)) {
                title { (say("trains")) }
            }
        } @else if frozen {
            rect .{"dashed s" (row.colour)} fill=(format!("url(#{hatch}-{})", row.colour)) rx="2" x=(px(x)) y=(px(y + 4.0))
                width=(px(width)) height=(px(ROW - 8.0)) { title { (say("is frozen")) } }
        }
    }
}

fn legend(x: f64, y: f64, hatch: &str) -> Markup {
    html! {
        rect .f5 rx="2" x=(px(x)) y=(px(y - 10.0)) width="20" height="12" {}
        text .tiny.soft x=(px(x + 26.0)) y=(px(y)) { "trains" }
        rect .{"dashed s5"} fill=(format!("url(#{hatch}-5)")) rx="2" x=(px(x + 72.0)) y=(px(y - 10.0)) width="20" height="12" {}
        text .tiny.soft x=(px(x + 98.0)) y=(px(y)) { "runs frozen" }
        text .tiny.soft x=(px(x + 172.0)) y=(px(y)) { "blank: does not run" }
    }
}

fn description(sketch: &Sketch) -> String {
    let names = |replicas: &[ReplicaId]| {
        let name = |id: &ReplicaId| {
            let module = &sketch.modules[id.module.0];
            if module.replicas > 1 { format!("{}[{}]", module.name, id.number) } else { module.name.clone() }
        };
        replicas.iter().map(name).collect::<Vec<_>>().join(", ")
    };
    let phase = |phase: &Phase| {
        let frozen = names(&phase.frozen);
        let frozen = if frozen.is_empty() { String::new() } else { format!(", with {frozen} frozen") };
        format!("{} trains {} on {}{frozen}, {} steps.", phase.name, names(&phase.trains), phase.on, steps(phase))
    };
    sketch.phases.iter().map(phase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_folds_are_read() {
        assert_eq!(set("except(1)", 3), Some(vec![true, false, true]));
        assert_eq!(set("fold(2)", 3), Some(vec![false, false, true]));
        assert_eq!(set("all", 2), Some(vec![true, true]));
        assert_eq!([set("fold(0) + fold(1)", 3), set("validation", 3), set("fold(x)", 3)], [None, None, None]);
    }

    #[test]
    fn columns_are_as_wide_as_their_steps() {
        let phase = |steps| Phase { steps, ..Phase::default() };
        let phases = [phase(9), phase(3), phase(9)];
        let columns = columns(&phases, 10.0);
        assert!((columns[0].width - 3.0 * columns[1].width).abs() < 1e-9);
        assert!((columns[2].x - (10.0 + columns[0].width + columns[1].width)).abs() < 1e-9);
        assert!(columns[1].width >= NARROWEST);
    }
}
