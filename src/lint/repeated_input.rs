//! One tensor joined with itself.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Network, Node, NodeOp};

pub const LINT: Lint = Lint { name: "repeated-input", looks: &[Look::Network(check)] };

fn check(network: &Network) -> Vec<Diagnostic> {
    network.nodes.iter().filter_map(|node| of_node(network, node)).collect()
}

fn of_node(network: &Network, node: &Node) -> Option<Diagnostic> {
    let NodeOp::Layer { word, layer } = &node.op else { return None };
    let is_twice = |i: usize| node.inputs[..i].contains(&node.inputs[i]);
    let twice = layer.repeats_inputs() && (1..node.inputs.len()).any(is_twice);
    twice.then(|| {
        Diagnostic::warning(LINT.name, format!("a `{word}` of `{}` is given one tensor twice", network.name))
            .label(node.span, "the same twice")
            .help("was another one meant? Twice as much of a tensor is `2 * x`")
    })
}
