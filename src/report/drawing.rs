//! A picture as plain shapes, for files that no browser shows: letters are outlines, classes are colours. Reads the markup that
//! `svg` writes and no other; the files are `pdf`'s and `png`'s.

mod letters;
mod markup;
pub mod pdf;
#[cfg(feature = "png")]
pub mod png;
mod style;

use super::svg::Picture;
use markup::Element;
use style::{Look, Sheet};

/// A path, and how it is painted.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    pub path: Vec<Step>,
    pub fill: Option<Paint>,
    pub stroke: Option<Stroke>,
    /// Nothing is painted outside: left, top, width, height.
    pub clip: Option<[f64; 4]>,
}

/// A step of a path; curves are cubic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    Move(f64, f64),
    Line(f64, f64),
    Curve([f64; 6]),
    Close,
}

/// A colour, red, green and blue, of an opacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paint {
    pub colour: [u8; 3],
    pub opacity: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Stroke {
    pub paint: Paint,
    pub width: f64,
    /// Lengths of line and gap; of a whole line none.
    pub dashes: Vec<f64>,
    pub round: Round,
}

/// How lines end and meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    Yes,
    No,
}

/// What a picture consists of, in its own units, the first below all others.
pub fn shapes(picture: &Picture) -> Vec<Shape> {
    let root = markup::read(&picture.body.0);
    let mut drawing = Drawing { sheet: Sheet::new(), root: &root, shapes: vec![] };
    root.iter().for_each(|element| drawing.draw(element, None));
    drawing.shapes
}

struct Drawing<'d> {
    sheet: Sheet,
    root: &'d [Element],
    shapes: Vec<Shape>,
}

impl Drawing<'_> {
    fn draw(&mut self, element: &Element, clip: Option<[f64; 4]>) {
        let look = self.sheet.look(element, &Look::default());
        match element.name.as_str() {
            "g" => {
                let clip = element.get("clip-path").and_then(reference).and_then(|id| self.clip(id)).or(clip);
                element.children.iter().for_each(|child| self.draw(child, clip));
            }
            "rect" => self.rect(element, &look, clip),
            "circle" => {
                let [cx, cy, r] = ["cx", "cy", "r"].map(|name| element.number(name));
                self.paint(round_rect([cx - r, cy - r, 2.0 * r, 2.0 * r], r), &look, clip);
            }
            "path" => {
                let path = steps(element.get("d").unwrap_or_default());
                if element.get("marker-end").is_some() {
                    self.tip(&path, &look, clip);
                }
                self.paint(path, &look, clip);
            }
            "text" => self.text(element, &look, clip),
            // Definitions, and words for who cannot see it.
            _ => {}
        }
    }

    fn paint(&mut self, path: Vec<Step>, look: &Look, clip: Option<[f64; 4]>) {
        let (fill, stroke) = (look.fill(), look.stroke());
        if fill.is_some() || stroke.is_some() {
            self.shapes.push(Shape { path, fill, stroke, clip });
        }
    }

    fn rect(&mut self, element: &Element, look: &Look, clip: Option<[f64; 4]>) {
        let [x, y, width, height, rx] = ["x", "y", "width", "height", "rx"].map(|name| element.number(name));
        let path = round_rect([x, y, width, height], rx.min(width / 2.0).min(height / 2.0));
        if let Some(hatch) = look.pattern().and_then(|id| self.hatch(id)) {
            let lines = lines_at_45_degrees([x, y, width, height]);
            let stroke = hatch.stroke().map(|stroke| Stroke { round: Round::No, ..stroke });
            self.shapes.push(Shape { path: lines, fill: None, stroke, clip: Some([x, y, width, height]) });
        }
        self.paint(path, look, clip);
    }

    /// How the lines of a pattern look.
    fn hatch(&self, id: &str) -> Option<Look> {
        let line = find(self.root, id)?.children.first()?;
        Some(self.sheet.look(line, &Look::default()))
    }

    fn clip(&self, id: &str) -> Option<[f64; 4]> {
        let rect = find(self.root, id)?.children.first()?;
        Some(["x", "y", "width", "height"].map(|name| rect.number(name)))
    }

    /// The head of an arrow.
    fn tip(&mut self, path: &[Step], look: &Look, clip: Option<[f64; 4]>) {
        let Some(stroke) = look.stroke() else { return };
        let (before, (x, y)) = match path.last() {
            Some(Step::Curve([_, _, x2, y2, x, y])) => ((*x2, *y2), (*x, *y)),
            Some(Step::Line(x, y)) => (path.iter().rev().nth(1).map_or((*x, *y), |step| step.end()), (*x, *y)),
            _ => return,
        };
        let (dx, dy) = (x - before.0, y - before.1);
        let length = dx.hypot(dy);
        let (dx, dy) = if length > 0.0 { (dx / length, dy / length) } else { (0.0, 1.0) };
        // 8 by 7 units of 7/8 of the line's width, its point one unit beyond the end.
        let unit = 7.0 / 8.0 * stroke.width;
        let at =
            |along: f64, across: f64| (x + unit * (along * dx - across * dy), y + unit * (along * dy + across * dx));
        let [a, b, c] = [at(-7.0, -3.5), at(1.0, 0.0), at(-7.0, 3.5)];
        let path = vec![Step::Move(a.0, a.1), Step::Line(b.0, b.1), Step::Line(c.0, c.1), Step::Close];
        self.shapes.push(Shape { path, fill: Some(stroke.paint), stroke: None, clip });
    }

    fn text(&mut self, element: &Element, look: &Look, clip: Option<[f64; 4]>) {
        let mut pieces: Vec<(String, Look)> = vec![];
        for child in &element.children {
            match child.name.as_str() {
                "" => pieces.push((child.text.clone(), look.clone())),
                "tspan" => pieces.push((child.words(), self.sheet.look(child, look))),
                _ => {}
            }
        }
        let wide: f64 = pieces.iter().map(|(text, look)| letters::width(text, look.size, look.weight())).sum();
        let placed = element.get("transform").map(placement);
        let (x, y, angle) = placed.unwrap_or((element.number("x"), element.number("y"), 0.0));
        let (sin, cos) = angle.to_radians().sin_cos();
        let mut along = match look.anchor.as_str() {
            "end" => -wide,
            "middle" => -wide / 2.0,
            _ => 0.0,
        };
        for (text, look) in pieces {
            let outline = letters::outline(&text, look.size, look.weight(), along);
            along += letters::width(&text, look.size, look.weight());
            let turned = |(a, b): (f64, f64)| (x + a * cos - b * sin, y + a * sin + b * cos);
            let path: Vec<Step> = outline.into_iter().map(|step| step.moved(turned)).collect();
            if !path.is_empty() {
                self.shapes.push(Shape { path, fill: look.fill(), stroke: None, clip });
            }
        }
    }
}

impl Step {
    fn end(self) -> (f64, f64) {
        match self {
            Step::Move(x, y) | Step::Line(x, y) | Step::Curve([.., x, y]) => (x, y),
            Step::Close => (0.0, 0.0),
        }
    }

    fn moved(self, to: impl Fn((f64, f64)) -> (f64, f64)) -> Self {
        match self {
            Step::Move(x, y) => Step::Move(to((x, y)).0, to((x, y)).1),
            Step::Line(x, y) => Step::Line(to((x, y)).0, to((x, y)).1),
            Step::Curve([x1, y1, x2, y2, x, y]) => {
                let [a, b, c] = [(x1, y1), (x2, y2), (x, y)].map(to);
                Step::Curve([a.0, a.1, b.0, b.1, c.0, c.1])
            }
            Step::Close => Step::Close,
        }
    }
}

/// "url(#id)".
fn reference(text: &str) -> Option<&str> {
    text.strip_prefix("url(#")?.strip_suffix(')')
}

fn find<'e>(elements: &'e [Element], id: &str) -> Option<&'e Element> {
    elements.iter().find_map(|e| if e.get("id") == Some(id) { Some(e) } else { find(&e.children, id) })
}

/// "translate(9 20) rotate(-90)": where to, and by how many degrees.
fn placement(transform: &str) -> (f64, f64, f64) {
    let numbers: Vec<f64> =
        transform.split(|c: char| !(c.is_ascii_digit() || "-.".contains(c))).filter_map(|n| n.parse().ok()).collect();
    match numbers[..] {
        [x, y, angle, ..] => (x, y, angle),
        [x, y] => (x, y, 0.0),
        _ => (0.0, 0.0, 0.0),
    }
}

/// `M1 2L3 4C…Z`, and `V` of patterns.
fn steps(d: &str) -> Vec<Step> {
    let mut path: Vec<Step> = vec![];
    let mut rest = d;
    while let Some(word) = rest.chars().next() {
        let end = rest[1..].find(|c: char| c.is_ascii_alphabetic()).map_or(rest.len(), |i| i + 1);
        let numbers: Vec<f64> = rest[1..end].split([' ', ',']).filter_map(|n| n.parse().ok()).collect();
        match (word, &numbers[..]) {
            ('M', [x, y]) => path.push(Step::Move(*x, *y)),
            ('L', [x, y]) => path.push(Step::Line(*x, *y)),
            ('V', [y]) => path.push(Step::Line(path.last().map_or(0.0, |step| step.end().0), *y)),
            ('C', [a, b, c, d, x, y]) => path.push(Step::Curve([*a, *b, *c, *d, *x, *y])),
            ('Z', []) => path.push(Step::Close),
            _ => debug_assert!(false, "{d}"),
        }
        rest = &rest[end..];
    }
    path
}

/// Four arcs' worth of a circle by cubic curves.
const ARC: f64 = 0.552_284_75;

/// Left, top, width and height, with corners of this radius.
fn round_rect([x, y, w, h]: [f64; 4], r: f64) -> Vec<Step> {
    if r <= 0.0 {
        return vec![
            Step::Move(x, y),
            Step::Line(x + w, y),
            Step::Line(x + w, y + h),
            Step::Line(x, y + h),
            Step::Close,
        ];
    }
    let k = r * (1.0 - ARC);
    vec![
        Step::Move(x + r, y),
        Step::Line(x + w - r, y),
        Step::Curve([x + w - k, y, x + w, y + k, x + w, y + r]),
        Step::Line(x + w, y + h - r),
        Step::Curve([x + w, y + h - k, x + w - k, y + h, x + w - r, y + h]),
        Step::Line(x + r, y + h),
        Step::Curve([x + k, y + h, x, y + h - k, x, y + h - r]),
        Step::Line(x, y + r),
        Step::Curve([x, y + k, x + k, y, x + r, y]),
        Step::Close,
    ]
}

/// Between lines of a hatch, along a side.
const HATCH: f64 = 6.0 * std::f64::consts::SQRT_2;

/// Over a rectangle, rising to the right.
fn lines_at_45_degrees([x, y, w, h]: [f64; 4]) -> Vec<Step> {
    let count = ((w + h) / HATCH).ceil().clamp(0.0, 10_000.0) as usize;
    let line = |i: usize| {
        let at = x + HATCH * i as f64;
        [Step::Move(at - h, y + h), Step::Line(at, y)]
    };
    (0..=count).flat_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::svg::Fit;
    use maud::html;

    fn picture(body: maud::Markup) -> Picture {
        Picture::new("a".into(), (100.0, 50.0), Fit::Shrink, body)
    }

    #[test]
    fn markup_becomes_shapes() {
        let shapes = shapes(&picture(html! {
            defs { pattern id="a-hatch-1" { path .s1 d="M1 0V6" stroke-width="1.4" opacity=".55" {} } }
            clipPath id="a-clip" { rect x="1" y="2" width="3" height="4" {} }
            g clip-path="url(#a-clip)" { path .{"line s0"} stroke-dasharray="7 4" d="M0 0L10 10" { title { "a & b" } } }
            rect .f2 x="0" y="0" width="10" height="5" {}
            rect .{"dashed s1"} fill="url(#a-hatch-1)" rx="2" x="0" y="0" width="20" height="10" {}
            text .{"small end"} x="90" y="20" { tspan .strong { "−1" } " θ" }
            text transform="translate(9 20) rotate(-90)" { "up" }
            path .arrow marker-end="url(#a-tip)" d="M0 0C0 5 5 5 5 10" {}
        }));
        let colour = |shape: &Shape| shape.fill.map(|paint| paint.colour);
        assert_eq!(shapes[0].clip, Some([1.0, 2.0, 3.0, 4.0]));
        let line = shapes[0].stroke.as_ref().unwrap();
        assert_eq!((line.width, &line.dashes[..], line.paint.colour), (2.0, &[7.0, 4.0][..], [0x0b, 0x5f, 0xa5]));
        assert_eq!(colour(&shapes[1]), Some([0x0f, 0x76, 0x6e]));
        // The hatch, then its frame.
        assert!((shapes[2].stroke.as_ref().unwrap().paint.opacity - 0.55).abs() < 1e-9 && shapes[2].clip.is_some());
        assert_eq!(shapes[3].stroke.as_ref().unwrap().dashes, [4.0, 3.0]);
        // Texts end where they are to end.
        let most = |shape: &Shape, axis: usize| {
            let ends =
                shape.path.iter().filter(|step| **step != Step::Close).map(|step| [step.end().0, step.end().1][axis]);
            ends.fold(f64::NEG_INFINITY, f64::max)
        };
        assert!(most(&shapes[5], 0) <= 90.0 && most(&shapes[5], 0) > 87.0, "{}", most(&shapes[5], 0));
        assert!(most(&shapes[6], 1) <= 20.5 && most(&shapes[6], 0) < 13.0, "turned upright");
        // The head of the arrow, then the arrow.
        assert!(shapes[7].fill.is_some() && shapes[7].path.len() == 4 && shapes[8].stroke.is_some());
        assert_eq!(shapes.len(), 9);
    }
}
