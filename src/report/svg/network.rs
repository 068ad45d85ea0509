//! A network as boxes and arrows: modalities above, then the modules in the order data reaches them, outputs below. Networks that
//! differ little are one picture, with what differs marked. Owns how a module looks; where boxes stand is `layout`'s, what
//! networks have in common `merged`'s.

mod layout;
mod merged;

use super::{Fit, Picture, SMALL, TEXT, cut, px, slug, strong_width, text_width};
use crate::id::ModuleId;
use crate::record::manifest::{End, Sketch};
use layout::Spot;
use maud::{Markup, html};
use merged::{Arrow, Box, Text};
pub use merged::{Drawn, alike};

/// Between two boxes that stand for replicas of one module.
const STACK: f64 = 4.0;
/// Boxes behind the first, at most.
const BEHIND: usize = 3;
const WIDEST: f64 = 190.0;
const MODULE: f64 = 58.0;
const END: f64 = 24.0;

pub fn draw(sketch: &Sketch) -> Picture {
    draw_all(&Drawn::of(&[sketch]))
}

/// Networks as one.
pub fn draw_all(drawn: &Drawn) -> Picture {
    let nodes = nodes(drawn);
    let places = layout::Graph {
        sizes: nodes.iter().map(|node| node.size(drawn)).collect(),
        edges: drawn.arrows.iter().map(|arrow| (index(&nodes, &arrow.from), index(&nodes, &arrow.to))).collect(),
    };
    let layout = places.layout();
    let name = slug(&format!("network {}", drawn.name));
    let tip = format!("{name}-tip");
    let legend = if drawn.differs() { LEGEND } else { 0.0 };
    let width = if drawn.differs() { layout.width.max(legend_width(drawn)) } else { layout.width };
    let body = html! {
        defs {
            marker id=(tip) viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse" {
                path .tip d="M0 0.5L8 4L0 7.5Z" {}
            }
        }
        @for (arrow, route) in drawn.arrows.iter().zip(&layout.routes) {
            path .arrow .dashed[!arrow.everywhere] marker-end=(format!("url(#{tip})")) d=(curve(route)) {}
        }
        @for (arrow, route) in drawn.arrows.iter().zip(&layout.routes) { (shape(arrow, route)) }
        @for (node, spot) in nodes.iter().zip(&layout.spots) { (node.draw(drawn, spot)) }
        @if drawn.differs() { (key(drawn, layout.height + LEGEND - 8.0)) }
    };
    Picture {
        title: format!("Network {}", drawn.title),
        description: description(drawn),
        ..Picture::new(
            name,
            (width, layout.height + legend),
            if width > 400.0 { Fit::Scroll } else { Fit::Shrink },
            body,
        )
    }
}

/// Height of what marks mean.
const LEGEND: f64 = 26.0;
const MARKED: &str = "differs between the arms";
const DASHED: &str = "in some only";

fn legend_width(drawn: &Drawn) -> f64 {
    let dashed = if drawn.is_whole() { 0.0 } else { 38.0 + text_width(DASHED, 10.0) };
    2.0 + 20.0 + text_width(MARKED, 10.0) + dashed + 6.0
}

fn key(drawn: &Drawn, y: f64) -> Markup {
    let beside = 2.0 + 20.0 + text_width(MARKED, 10.0) + 12.0;
    html! {
        rect .mark rx="2" x="2" y=(px(y - 9.0)) width="14" height="11" {}
        text .tiny.soft x="22" y=(px(y)) { (MARKED) }
        @if !drawn.is_whole() {
            rect .dashed.s5 fill="none" rx="2" x=(px(beside)) y=(px(y - 9.0)) width="16" height="11" {}
            text .tiny.soft x=(px(beside + 22.0)) y=(px(y)) { (DASHED) }
        }
    }
}

/// θ, φ and ψ, as the paper writes them (section 4).
pub fn letter(role: &str) -> &'static str {
    match role {
        "uni" => "θ",
        "fusion" => "φ",
        "head" => "ψ",
        _ => "·",
    }
}

/// The colour of a role.
pub fn colour(role: &str) -> usize {
    match role {
        "uni" => 2,
        "fusion" => 0,
        "head" => 1,
        _ => 5,
    }
}

/// Every module, and every end that is none, in the order arrows name them.
fn nodes(drawn: &Drawn) -> Vec<Node> {
    let mut nodes: Vec<Node> = (0..drawn.boxes.len()).map(|m| Node(End::Module(ModuleId(m)))).collect();
    for end in drawn.arrows.iter().flat_map(|arrow| [&arrow.from, &arrow.to]) {
        if !nodes.iter().any(|node| node.0 == *end) {
            nodes.push(Node(end.clone()));
        }
    }
    nodes
}

fn index(nodes: &[Node], end: &End) -> usize {
    nodes.iter().position(|node| node.0 == *end).expect("every end is a node")
}

struct Node(End);

impl Node {
    fn size(&self, drawn: &Drawn) -> (f64, f64) {
        match &self.0 {
            End::Module(m) => {
                let module = &drawn.boxes[m.0];
                let below = [&module.layers, &module.weights].map(|text| text_width(&text.words, SMALL));
                let widest = below.into_iter().chain([strong_width(&module.title(), TEXT), 70.0]).fold(0.0, f64::max);
                let stack = STACK * behind(module) as f64;
                (widest.min(WIDEST) + 24.0 + stack, MODULE + stack)
            }
            End::Input(name) | End::Output(name) => (text_width(name, SMALL).min(WIDEST) + 22.0, END),
        }
    }

    fn draw(&self, drawn: &Drawn, spot: &Spot) -> Markup {
        match &self.0 {
            End::Module(m) => draw_module(&drawn.boxes[m.0], spot),
            End::Input(name) | End::Output(name) => html! {
                rect .box rx="12" x=(px(spot.x)) y=(px(spot.y)) width=(px(spot.width)) height=(px(spot.height)) {}
                text .small.middle x=(px(spot.x + spot.width / 2.0)) y=(px(spot.y + 16.0)) { (cut(name, SMALL, WIDEST)) }
            },
        }
    }
}

fn behind(module: &Box) -> usize {
    module.replicas.saturating_sub(1).min(BEHIND)
}

fn draw_module(module: &Box, spot: &Spot) -> Markup {
    let colour = colour(&module.role);
    let stack = STACK * behind(module) as f64;
    let (width, height) = (spot.width - stack, spot.height - stack);
    let (title, middle) = (module.title(), spot.x + width / 2.0);
    let dashed = module.role == "fixed" || !module.everywhere;
    let mark = |shown: &str, size: f64, y: f64| {
        let wide = (size / SMALL * text_width(shown, SMALL) * 1.12 + 8.0).min(width - 6.0);
        html! { rect .mark rx="2" x=(px(middle - wide / 2.0)) y=(px(y - size)) width=(px(wide)) height=(px(size + 3.5)) {} }
    };
    let name = cut(&title, TEXT, (width - 12.0) / 1.12);
    let layers = cut(&module.layers.words, SMALL, width - 12.0);
    let weights = cut(&module.weights.words, 10.0, width - 8.0);
    html! {
        g {
            title { (module.role) " " (module.name) ": " (module.layers.words) ", " (module.weights.words) }
            @for i in (0..=behind(module)).rev() {
                @let shift = STACK * i as f64;
                rect .halo rx="5" x=(px(spot.x + shift)) y=(px(spot.y + shift)) width=(px(width)) height=(px(height)) {}
                rect .{"wash f" (colour)} rx="5" x=(px(spot.x + shift)) y=(px(spot.y + shift)) width=(px(width)) height=(px(height)) {}
                rect .{"s" (colour)} .dashed[dashed] fill="none" stroke-width="1.5" rx="5" x=(px(spot.x + shift))
                    y=(px(spot.y + shift)) width=(px(width)) height=(px(height)) {}
            }
            @if module.times.differs { (mark(&name, TEXT, spot.y + 19.0)) }
            text .{"strong middle f" (colour)} x=(px(middle)) y=(px(spot.y + 19.0)) { (name) }
            @if module.layers.differs { (mark(&layers, SMALL, spot.y + 35.0)) }
            text .small.middle x=(px(middle)) y=(px(spot.y + 35.0)) { (layers) }
            @if module.weights.differs { (mark(&weights, 10.0, spot.y + 50.0)) }
            text .tiny.soft.middle x=(px(middle)) y=(px(spot.y + 50.0)) { (weights) }
        }
    }
}

/// Through all points, upright at each.
fn curve(route: &[(f64, f64)]) -> String {
    let mut path = route.first().map_or(String::new(), |(x, y)| format!("M{} {}", px(*x), px(*y)));
    for pair in route.windows(2) {
        let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
        let middle = (y1 + y2) / 2.0;
        path += &format!("C{} {} {} {} {} {}", px(x1), px(middle), px(x2), px(middle), px(x2), px(y2));
    }
    path
}

/// The shape of what flows, in a gap of the middle of the arrow's first stretch.
fn shape(arrow: &Arrow, route: &[(f64, f64)]) -> Markup {
    let [(x1, y1), (x2, y2), ..] = route else { return html! {} };
    let (x, y) = ((x1 + x2) / 2.0, (y1 + y2) / 2.0);
    let Text { words, differs } = &arrow.shape;
    let width = text_width(words, 10.0) * 1.1 + 8.0;
    html! {
        rect .halo .mark[*differs] rx="2" x=(px(x - width / 2.0)) y=(px(y - 8.0)) width=(px(width)) height="16" {}
        text .tiny.soft.middle x=(px(x)) y=(px(y + 3.5)) { (words) }
    }
}

fn description(drawn: &Drawn) -> String {
    let end = |end: &End| match end {
        End::Input(name) | End::Output(name) => name.clone(),
        End::Module(m) => drawn.boxes[m.0].name.clone(),
    };
    let some = |everywhere: bool| if everywhere { "" } else { " (in some)" };
    let module =
        |m: &Box| format!("{} {}{}: {}, {}.", m.role, m.name, some(m.everywhere), m.layers.words, m.weights.words);
    let arrow = |a: &Arrow| format!("{} to {} {}{}", end(&a.from), end(&a.to), a.shape.words, some(a.everywhere));
    let modules: Vec<String> = drawn.boxes.iter().map(module).collect();
    let arrows: Vec<String> = drawn.arrows.iter().map(arrow).collect();
    format!("{} Arrows: {}.", modules.join(" "), arrows.join(", "))
}
