//! An input that nothing reads.

use super::{Lint, Look};
use crate::builtin::Asked;
use crate::diagnostic::Diagnostic;
use crate::hir::Network;

pub const LINT: Lint = Lint { name: "unused-input", looks: &[Look::Network(check)] };

fn check(network: &Network) -> Vec<Diagnostic> {
    let read = |i: &&crate::hir::Input| {
        network.nodes.iter().any(|n| n.inputs.contains(&i.node)) || network.outputs.iter().any(|o| o.node == i.node)
    };
    // What is asked of a modality and read by nothing is an unused `let`.
    let declared = network.inputs.iter().filter(|input| Asked::read(&input.name).is_none());
    let unread = declared.filter(|input| !read(input));
    let finding = |input: &crate::hir::Input| {
        Diagnostic::warning(LINT.name, format!("nothing in `{}` reads its input `{}`", network.name, input.name))
            .label(input.span, "declared here")
            .help("pass it on to a module, or remove it")
    };
    unread.map(finding).collect()
}
