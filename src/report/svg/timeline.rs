//! Who learns when: a row a module, a column a phase of the first round, as wide as its steps. What repeats itself is folded, what is
//! longer than a line goes on below: nothing is cut. Owns the marks of learning and of frozen modules; `folding` what repeats.

mod folding;
mod rows;

use super::{Fit, Picture, SMALL, path, px, slug, strong_width, text_width};
use crate::digits::count;
use crate::id::ReplicaId;
use crate::record::manifest::{Phase, Sketch};
use folding::{Item, Keep};
use maud::{Markup, html};
use rows::{Replicas, Row, State};

const ROW: f64 = 24.0;
/// Widths of a picture on a page, and on a small screen.
const WIDE: f64 = 720.0;
const NARROW: f64 = 328.0;
/// A column, at least; one of a phase whose samples nobody knows; and the one that stands for what is folded.
const NARROWEST: f64 = 28.0;
const UNKNOWN: f64 = 48.0;
const FOLDED: f64 = 34.0;
/// A column is not wider where there is more room.
const WIDEST: f64 = 150.0;
/// Of the names above the columns, which rise to the right.
const SLANT: f64 = -40.0;
/// From one line of phases to the next.
const BETWEEN: f64 = 14.0;
/// Letters of some systems are wider.
const LOOSE: f64 = 1.15;

pub fn draw(sketch: &Sketch) -> Picture {
    let wide = draw_within(sketch, WIDE, "");
    let narrow = (wide.width > NARROW + 20.0).then(|| Box::new(draw_within(sketch, NARROW, "-narrow")));
    Picture { narrow, ..wide }
}

fn draw_within(sketch: &Sketch, room: f64, suffix: &str) -> Picture {
    let name = slug(&format!("timeline {} {} {}", sketch.schedule, sketch.network, sketch.folds)) + suffix;
    let left = |rows: &[Row]| 14.0 + rows.iter().map(|row| text_width(&row.label, SMALL) * 1.05).fold(0.0, f64::max);
    let mut rows = rows::of(sketch, Replicas::Apart);
    let mut lines = lines(sketch, room - left(&rows));
    // Rows of replicas whose phases are folded would be empty.
    if lines.iter().any(Line::is_folded) {
        rows = rows::of(sketch, Replicas::Together);
        lines = self::lines(sketch, room - left(&rows));
    }
    let left = left(&rows);
    let hatch = format!("{name}-hatch");
    let mut y = 0.0;
    let mut drawn = vec![];
    for line in &lines {
        let (height, markup) = draw_line(sketch, &rows, line, (left, y), &hatch);
        drawn.push(markup);
        y += height + BETWEEN;
    }
    let end = lines.iter().map(|line| left + line.end() + line.overhang()).fold(left, f64::max);
    let body = html! {
        (hatches(&hatch))
        @for line in drawn { (line) }
        (legend(y + 8.0, &hatch))
    };
    Picture {
        title: format!("Phases of {}", sketch.schedule),
        description: description(sketch),
        ..Picture::new(name, (end.max(LEGEND), y + 16.0), Fit::Shrink, body)
    }
}

/// Phases beside each other.
struct Line<'p> {
    columns: Vec<Column<'p>>,
}

/// `x` is counted from the end of the labels.
struct Column<'p> {
    what: Shown<'p>,
    x: f64,
    width: f64,
}

#[derive(Clone, Copy)]
enum Shown<'p> {
    Phase(&'p Phase),
    /// How many times what stands before it comes again.
    Again(usize),
}

impl Line<'_> {
    fn is_folded(&self) -> bool {
        self.columns.iter().any(|column| matches!(column.what, Shown::Again(_)))
    }

    fn end(&self) -> f64 {
        self.columns.last().map_or(0.0, |column| column.x + column.width)
    }

    /// What the last names take beyond the last column.
    fn overhang(&self) -> f64 {
        let beyond = |column: &Column<'_>| {
            let slanted = LOOSE * heading_width(&column.what) * SLANT.to_radians().cos();
            column.x + column.width / 2.0 + slanted + 4.0 - self.end()
        };
        self.columns.iter().map(beyond).fold(0.0, f64::max)
    }

    fn headings_height(&self) -> f64 {
        let longest = self.columns.iter().map(|column| heading_width(&column.what)).fold(0.0, f64::max);
        14.0 + LOOSE * longest * -SLANT.to_radians().sin()
    }
}

/// The phases in lines of this length: as they are where they fit in one, folded where they repeat themselves and do not.
fn lines(sketch: &Sketch, room: f64) -> Vec<Line<'_>> {
    let phases = &sketch.phases;
    let line = |items: &[Item]| lay_out(phases, items, room);
    let whole: Vec<Item> = (0..phases.len()).map(Item::Phase).collect();
    let foldings = [Keep::Three, Keep::Two, Keep::One].map(|keep| folding::fold(phases, keep));
    let attempts = std::iter::once(whole).chain(foldings);
    let mut last = vec![];
    for items in attempts {
        if let Some(line) = line(&items) {
            return vec![line];
        }
        last = items;
    }
    // Of what never repeats itself, and of what is long even so, as much a line as fits.
    let mut lines = vec![];
    let mut rest = last.as_slice();
    while !rest.is_empty() {
        let fitting = (1..=rest.len()).rev().find_map(|n| Some((n, line(&rest[..n])?)));
        let (n, fits) = fitting.unwrap_or_else(|| (1, narrowest(phases, &rest[..1])));
        lines.push(fits);
        rest = &rest[n..];
    }
    lines
}

/// A line that is wider than it ought to be: one column.
fn narrowest<'p>(phases: &'p [Phase], items: &[Item]) -> Line<'p> {
    let widths = items.iter().map(|item| least(phases, *item)).collect();
    place(phases, items, widths)
}

/// Columns as wide as their steps and no narrower than their texts, where they fit into this room.
fn lay_out<'p>(phases: &'p [Phase], items: &[Item], room: f64) -> Option<Line<'p>> {
    let least: Vec<f64> = items.iter().map(|item| least(phases, *item)).collect();
    let narrowest = place(phases, items, least.clone());
    let inner = room - narrowest.overhang();
    if narrowest.end() > inner {
        return None;
    }
    let steps = |item: &Item| if let Item::Phase(i) = item { phases[*i].steps as f64 } else { 0.0 };
    let widths = |scale: f64| -> Vec<f64> {
        items.iter().zip(&least).map(|(item, least)| (steps(item) * scale).max(*least)).collect()
    };
    let most: Vec<f64> =
        items.iter().zip(&least).map(|(item, least)| if steps(item) > 0.0 { WIDEST } else { *least }).collect();
    let target = inner.min(most.iter().sum());
    // As wide as there is room: the sum grows with the scale.
    let (mut low, mut high) = (0.0, inner / items.iter().map(steps).fold(1.0, f64::max).max(1e-9));
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        if widths(middle).iter().sum::<f64>() <= target { low = middle } else { high = middle }
    }
    Some(place(phases, items, widths(low)))
}

/// Room for the number of steps below, and for the number of a replica within.
fn least(phases: &[Phase], item: Item) -> f64 {
    match item {
        Item::Again { .. } => FOLDED,
        Item::Phase(i) if phases[i].steps == 0 => UNKNOWN,
        Item::Phase(i) => NARROWEST.max(text_width(&steps(&phases[i]), 10.0) + 8.0),
    }
}

fn place<'p>(phases: &'p [Phase], items: &[Item], widths: Vec<f64>) -> Line<'p> {
    let mut x = 0.0;
    let column = |(item, width): (&Item, f64)| {
        let what = match item {
            Item::Phase(i) => Shown::Phase(&phases[*i]),
            Item::Again { times } => Shown::Again(*times),
        };
        let column = Column { what, x, width };
        x += width;
        column
    };
    Line { columns: items.iter().zip(widths).map(column).collect() }
}

fn draw_line(sketch: &Sketch, rows: &[Row], line: &Line<'_>, (left, y): (f64, f64), hatch: &str) -> (f64, Markup) {
    let folds = folds_height(sketch);
    let top = y + line.headings_height() + folds;
    let (end, bottom) = (left + line.end(), top + ROW * rows.len() as f64);
    let middle = |column: &Column<'_>| left + column.x + column.width / 2.0;
    let markup = html! {
        @for column in &line.columns { (heading(&column.what, middle(column), top - folds)) }
        @if folds > 0.0 { (fold_sets(&line.columns, sketch.folds, left, top - folds)) }
        @for (i, row) in rows.iter().enumerate() {
            @let y = top + ROW * i as f64;
            path .grid d=(path([(0.0, y), (end, y)])) {}
            text .small.end x=(px(left - 8.0)) y=(px(y + 16.0)) { (row.label) }
            @for column in &line.columns { (cell(row, column, (left, y), hatch)) }
        }
        path .grid d=(path([(0.0, bottom), (end, bottom)])) {}
        @for column in &line.columns {
            text .tiny.soft.middle x=(px(middle(column))) y=(px(bottom + 14.0)) {
                @match column.what { Shown::Phase(phase) => (steps(phase)), Shown::Again(_) => "…" }
            }
        }
        text .tiny.soft.end x=(px(left - 8.0)) y=(px(bottom + 14.0)) { "steps" }
    };
    (bottom + 18.0 - y, markup)
}

/// How many, where the samples are known: a phase of none is not run.
fn steps(phase: &Phase) -> String {
    if phase.steps == 0 { "?".into() } else { count(phase.steps) }
}

/// "head[0] on except(0)"
fn named(phase: &Phase) -> String {
    format!("{} on {}", phase.name, phase.on)
}

/// "and 14 more times"
fn again(times: usize) -> String {
    if times == 1 { "and once more".into() } else { format!("and {times} more times") }
}

fn heading_width(what: &Shown<'_>) -> f64 {
    match what {
        Shown::Phase(phase) => strong_width(&phase.name, SMALL) + text_width(&format!(" on {}", phase.on), SMALL),
        Shown::Again(times) => text_width(&again(*times), SMALL),
    }
}

fn heading(what: &Shown<'_>, middle: f64, bottom: f64) -> Markup {
    let (x, y) = (px(middle - 2.0), px(bottom - 6.0));
    html! {
        text .small transform=(format!("translate({x} {y}) rotate({SLANT})")) {
            @match what {
                Shown::Phase(phase) => { tspan .strong { (phase.name) } tspan .soft { " on " (phase.on) } }
                Shown::Again(times) => { tspan .soft { (again(*times)) } }
            }
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
    let phases = columns.iter().filter_map(|column| match column.what {
        Shown::Phase(phase) => Some((left + column.x + column.width / 2.0, phase)),
        Shown::Again(_) => None,
    });
    html! {
        text .small.soft.end x=(px(left - 8.0)) y=(px(top + folds as f64 * FOLD / 2.0 + 4.0)) { "folds" }
        @for (middle, phase) in phases {
            @for (i, full) in set(&phase.on, folds).unwrap_or_default().into_iter().enumerate() {
                rect .f5[full] .{"hollow s5"}[!full] stroke-width="1" rx="1" x=(px(middle - 7.0))
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

fn cell(row: &Row, column: &Column<'_>, (left, y): (f64, f64), hatch: &str) -> Markup {
    let (x, width) = (left + column.x + 1.5, column.width - 3.0);
    let Shown::Phase(phase) = column.what else {
        return html! { text .small.soft.middle x=(px(x + width / 2.0)) y=(px(y + 15.0)) { "⋯" } };
    };
    let states = row.states(phase);
    let height = (ROW - 8.0) / states.len().max(1) as f64;
    html! {
        @for (i, (state, of)) in states.iter().enumerate() {
            @let top = y + 4.0 + height * i as f64;
            @let say = format!("{}{of} {} in {}", row.label, state.said(), named(phase));
            @match state {
                State::Trains => rect .{"f" (row.colour)} rx="2" x=(px(x)) y=(px(top)) width=(px(width)) height=(px(height)) {
                    title { (say) }
                },
                State::Frozen => rect .{"dashed s" (row.colour)} fill=(format!("url(#{hatch}-{})", row.colour)) rx="2" x=(px(x))
                    y=(px(top)) width=(px(width)) height=(px(height)) { title { (say) } },
            }
            @if !of.is_empty() && height > 10.0 { (number(of, *state, (x + width / 2.0, top + height / 2.0), width)) }
        }
    }
}

/// Which of the replicas, within its bar.
fn number(of: &str, state: State, (x, y): (f64, f64), width: f64) -> Markup {
    let room = text_width(of, 10.0) + 4.0;
    html! {
        @if room <= width {
            @if state == State::Frozen {
                rect .halo rx="2" x=(px(x - room / 2.0)) y=(px(y - 6.0)) width=(px(room)) height="12" {}
            }
            text .tiny.middle.on-bar[state == State::Trains] x=(px(x)) y=(px(y + 3.5)) { (of) }
        }
    }
}

/// Of the words below.
const LEGEND: f64 = 290.0;

fn legend(y: f64, hatch: &str) -> Markup {
    html! {
        rect .f5 rx="2" x="0" y=(px(y - 10.0)) width="20" height="12" {}
        text .tiny.soft x="26" y=(px(y)) { "trains" }
        rect .{"dashed s5"} fill=(format!("url(#{hatch}-5)")) rx="2" x="74" y=(px(y - 10.0)) width="20" height="12" {}
        text .tiny.soft x="100" y=(px(y)) { "runs frozen" }
        text .tiny.soft x="176" y=(px(y)) { "blank: does not run" }
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

    fn sketch(heads: usize, steps: u64) -> Sketch {
        use crate::id::ModuleId;
        let module = |name: &str, role: &str, replicas| crate::record::manifest::Module {
            name: name.into(),
            role: role.into(),
            replicas,
            ..Default::default()
        };
        let phase = |name: &str, k: usize, steps| Phase {
            name: format!("{name}[{k}]"),
            on: format!("fold({k})"),
            trains: vec![ModuleId(1).replica(k)],
            frozen: vec![ModuleId(0).replica(0)],
            steps,
            samples: 0,
        };
        let phases = (0..heads).flat_map(|k| [phase("head", k, 3 * steps), phase("embedding", k, steps)]);
        Sketch {
            modules: vec![module("joint", "fusion", 1), module("classify", "head", heads)],
            phases: phases.collect(),
            folds: heads,
            ..Sketch::default()
        }
    }

    #[test]
    fn columns_are_as_wide_as_their_steps() {
        let sketch = sketch(2, 100);
        let [line] = &lines(&sketch, 600.0)[..] else { panic!("they fit in one line") };
        let [first, second, third, _] = &line.columns[..] else { panic!("four phases") };
        assert!((first.width - 3.0 * second.width).abs() < 1e-3 && (third.x - first.width - second.width).abs() < 1e-3);
        assert!(second.width >= NARROWEST);
    }

    #[test]
    fn however_many_phases_there_are_none_is_cut() {
        for heads in [1, 4, 16, 500] {
            for steps in [0, 1, 1_000_000] {
                let drawn = draw(&sketch(heads, steps));
                let narrow = drawn.narrow.as_ref().map_or(drawn.width, |narrow| narrow.width);
                assert!(
                    drawn.width <= WIDE + 1.0 && narrow <= NARROW + 21.0,
                    "{heads} {steps}: {} {narrow}",
                    drawn.width
                );
                assert!(drawn.height < 600.0, "{heads}: {}", drawn.height);
            }
        }
        // Nothing repeats itself: it goes on below.
        let mut odd = sketch(1, 5);
        let name = |i: u8| char::from(b'a' + i).to_string().repeat(6);
        odd.phases = (0..26).map(|i| Phase { name: name(i), ..odd.phases[0].clone() }).collect();
        let drawn = draw(&odd);
        assert!(drawn.width <= WIDE + 1.0);
        let shown = drawn.body.into_string();
        (0..26).for_each(|i| assert!(shown.contains(&format!(">{}</tspan>", name(i)))));
    }
}
