//! What a network computes and no output needs.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Network, NodeOp};

pub const LINT: Lint = Lint { name: "unused-layer", looks: &[Look::Network(check)] };

fn check(network: &Network) -> Vec<Diagnostic> {
    let modules = network.modules.iter().filter(|m| !m.used).map(|module| {
        Diagnostic::warning(LINT.name, format!("no output of `{}` depends on `{}`", network.name, module.name))
            .label(module.span, "declared here")
            .help("apply it on the way to an output, or remove it")
    });
    modules.chain(values(network)).collect()
}

/// Ends of computations outside modules that lead nowhere.
fn values(network: &Network) -> impl Iterator<Item = Diagnostic> + '_ {
    let mut read = vec![false; network.nodes.len()];
    network.nodes.iter().flat_map(|n| &n.inputs).for_each(|id| read[id.0] = true);
    network.outputs.iter().for_each(|o| read[o.node.0] = true);
    let ends = network.nodes.iter().zip(read).filter(|(node, read)| !read && node.module.is_none());
    ends.filter_map(|(node, _)| match &node.op {
        NodeOp::Input(_) => None,
        NodeOp::Layer { word, .. } => Some(
            Diagnostic::warning(LINT.name, format!("no output of `{}` depends on this `{word}`", network.name))
                .label(node.span, "leads nowhere")
                .help("use the value on the way to an output, or remove it"),
        ),
    })
}
