//! Two layers that come to one.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Network, Node, NodeOp};
use crate::shape::Dim;

pub const LINT: Lint = Lint { name: "linear-after-linear", looks: &[Look::Network(check)] };

fn check(network: &Network) -> Vec<Diagnostic> {
    let mut readers = vec![0; network.nodes.len()];
    network.nodes.iter().flat_map(|node| &node.inputs).for_each(|input| readers[input.0] += 1);
    network.outputs.iter().for_each(|output| readers[output.node.0] += 1);
    network.nodes.iter().filter_map(|node| of_node(network, node, &readers)).collect()
}

fn of_node(network: &Network, node: &Node, readers: &[usize]) -> Option<Diagnostic> {
    let [input] = node.inputs.as_slice() else { return None };
    let before = &network.nodes[input.0];
    let [first] = before.inputs.as_slice() else { return None };
    // What another module or an output reads, too, has a use of its own.
    let module = node.module.filter(|module| before.module == Some(*module) && readers[input.0] == 1)?;
    let is_pair = is_linear(node) && is_linear(before);
    let [from, within, to] = [network.shape(*first), &before.shape, &node.shape].map(|shape| shape.0.last());
    // Fewer features than before and behind are a matrix of low rank, with fewer weights than the whole one.
    if !is_pair || !(is_at_least(within?, from?) || is_at_least(within?, to?)) {
        return None;
    }
    let name = &network.module(module).name;
    Some(
        Diagnostic::warning(LINT.name, format!("two `linear` in a row in `{name}` compute what one does"))
            .label(node.span, "right after another")
            .label(before.span, "the other")
            .help("write `relu` or its like between them, or remove one"),
    )
}

fn is_linear(node: &Node) -> bool {
    matches!(&node.op, NodeOp::Layer { layer, .. } if layer.is_linear())
}

/// Whether it is known to be so.
fn is_at_least(a: &Dim, b: &Dim) -> bool {
    a.minus(b).value().is_some_and(|more| more >= 0)
}
