//! A network as boxes and arrows: modalities above, then the modules in the order data reaches them, outputs below. Owns how
//! a module looks; where boxes stand is `layout`'s.

mod layout;

use super::{Fit, Picture, SMALL, TEXT, cut, px, slug, strong_width, text_width};
use crate::digits::count;
use crate::id::ModuleId;
use crate::record::manifest::{Edge, End, Module, Sketch};
use layout::Spot;
use maud::{Markup, html};

/// Between two boxes that stand for replicas of one module.
const STACK: f64 = 4.0;
/// Boxes behind the first, at most.
const BEHIND: usize = 3;
const WIDEST: f64 = 190.0;
const MODULE: f64 = 58.0;
const END: f64 = 24.0;

pub fn draw(sketch: &Sketch) -> Picture {
    let nodes = nodes(sketch);
    let places = layout::Graph {
        sizes: nodes.iter().map(|node| node.size(sketch)).collect(),
        edges: sketch.edges.iter().map(|edge| (index(&nodes, &edge.from), index(&nodes, &edge.to))).collect(),
    };
    let layout = places.layout();
    let name = slug(&format!("network {} {}", sketch.network, sketch.schedule));
    let tip = format!("{name}-tip");
    let body = html! {
        defs {
            marker id=(tip) viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse" {
                path .tip d="M0 0.5L8 4L0 7.5Z" {}
            }
        }
        @for route in &layout.routes { path .arrow marker-end=(format!("url(#{tip})")) d=(curve(route)) {} }
        @for (edge, route) in sketch.edges.iter().zip(&layout.routes) { (shape(edge, route)) }
        @for (node, spot) in nodes.iter().zip(&layout.spots) { (node.draw(sketch, spot)) }
    };
    Picture {
        name,
        title: format!("Network {}", sketch.network),
        description: description(sketch),
        width: layout.width,
        height: layout.height,
        fit: if layout.width > 400.0 { Fit::Scroll } else { Fit::Shrink },
        body,
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
fn nodes(sketch: &Sketch) -> Vec<Node> {
    let mut nodes: Vec<Node> = (0..sketch.modules.len()).map(|m| Node(End::Module(ModuleId(m)))).collect();
    for end in sketch.edges.iter().flat_map(|edge| [&edge.from, &edge.to]) {
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
    fn size(&self, sketch: &Sketch) -> (f64, f64) {
        match &self.0 {
            End::Module(m) => {
                let module = &sketch.modules[m.0];
                let [name, layers, weights] = texts(module);
                let below = [layers, weights].map(|text| text_width(&text, SMALL));
                let widest = below.into_iter().chain([strong_width(&name, TEXT), 70.0]).fold(0.0, f64::max);
                let stack = STACK * behind(module) as f64;
                (widest.min(WIDEST) + 24.0 + stack, MODULE + stack)
            }
            End::Input(name) | End::Output(name) => (text_width(name, SMALL).min(WIDEST) + 22.0, END),
        }
    }

    fn draw(&self, sketch: &Sketch, spot: &Spot) -> Markup {
        match &self.0 {
            End::Module(m) => draw_module(&sketch.modules[m.0], spot),
            End::Input(name) | End::Output(name) => html! {
                rect .box rx="12" x=(px(spot.x)) y=(px(spot.y)) width=(px(spot.width)) height=(px(spot.height)) {}
                text .small.middle x=(px(spot.x + spot.width / 2.0)) y=(px(spot.y + 16.0)) { (cut(name, SMALL, WIDEST)) }
            },
        }
    }
}

fn behind(module: &Module) -> usize {
    module.replicas.saturating_sub(1).min(BEHIND)
}

/// "ψ classify × 4", "linear relu", "1,056 weights".
fn texts(module: &Module) -> [String; 3] {
    let times = if module.replicas > 1 { format!(" × {}", module.replicas) } else { String::new() };
    let weights = if module.weights == 1 { "1 weight".into() } else { format!("{} weights", count(module.weights)) };
    let each = if module.replicas > 1 && module.weights > 0 { " each" } else { "" };
    // An operation between modules has no part to play.
    let role = if module.role.is_empty() { String::new() } else { format!("{} ", letter(&module.role)) };
    [format!("{role}{}{times}", module.name), module.layers.clone(), format!("{weights}{each}")]
}

fn draw_module(module: &Module, spot: &Spot) -> Markup {
    let colour = colour(&module.role);
    let stack = STACK * behind(module) as f64;
    let (width, height) = (spot.width - stack, spot.height - stack);
    let [name, layers, weights] = texts(module);
    let middle = spot.x + width / 2.0;
    html! {
        g {
            title { (module.role) " " (module.name) ": " (module.layers) ", " (weights) }
            @for i in (0..=behind(module)).rev() {
                @let shift = STACK * i as f64;
                rect .halo rx="5" x=(px(spot.x + shift)) y=(px(spot.y + shift)) width=(px(width)) height=(px(height)) {}
                rect .{"wash f" (colour)} rx="5" x=(px(spot.x + shift)) y=(px(spot.y + shift)) width=(px(width)) height=(px(height)) {}
                rect .{"s" (colour)} .dashed[module.role == "fixed"] fill="none" stroke-width="1.5" rx="5" x=(px(spot.x + shift))
                    y=(px(spot.y + shift)) width=(px(width)) height=(px(height)) {}
            }
            text .{"strong middle f" (colour)} x=(px(middle)) y=(px(spot.y + 19.0)) { (cut(&name, TEXT, (width - 12.0) / 1.12)) }
            text .small.middle x=(px(middle)) y=(px(spot.y + 35.0)) { (cut(&layers, SMALL, width - 12.0)) }
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

/// The shape of what flows, beside the middle of the arrow's first stretch.
fn shape(edge: &Edge, route: &[(f64, f64)]) -> Markup {
    let [(x1, y1), (x2, y2), ..] = route else { return html! {} };
    let (x, y) = ((x1 + x2) / 2.0, (y1 + y2) / 2.0);
    let width = text_width(&edge.shape, 10.0) + 6.0;
    html! {
        rect .halo x=(px(x - width / 2.0)) y=(px(y - 7.0)) width=(px(width)) height="14" {}
        text .tiny.soft.middle x=(px(x)) y=(px(y + 3.5)) { (edge.shape) }
    }
}

fn description(sketch: &Sketch) -> String {
    let end = |end: &End| match end {
        End::Input(name) | End::Output(name) => name.clone(),
        End::Module(m) => sketch.modules[m.0].name.clone(),
    };
    let module = |m: &Module| {
        let [_, layers, weights] = texts(m);
        format!("{} {}: {layers}, {weights}.", m.role, m.name)
    };
    let arrow = |edge: &Edge| format!("{} to {} {}", end(&edge.from), end(&edge.to), edge.shape);
    let modules: Vec<String> = sketch.modules.iter().map(module).collect();
    let arrows: Vec<String> = sketch.edges.iter().map(arrow).collect();
    format!("{} Arrows: {}.", modules.join(" "), arrows.join(", "))
}
