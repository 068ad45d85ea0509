//! A modality that samples lack, read as if they had it.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Input, Network, NodeOp, Pipeline};

pub const LINT: Lint = Lint { name: "missing-unasked", looks: &[Look::Pipeline(check)] };

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let (data, network) = (&pipeline.data, &pipeline.network);
    let unasked = network.inputs.iter().filter_map(|input| {
        let modality = data.modalities.iter().find(|m| m.name == input.name && m.may_lack())?;
        let asked = data.asked.iter().any(|asked| asked.modality == input.name) || is_told(network, input);
        (!asked).then(|| {
            let name = &input.name;
            let message = format!("`{}` takes samples without `{name}` for samples whose `{name}` is 0", network.name);
            Diagnostic::warning(LINT.name, message)
                .label(modality.span, "known to be missing in some samples")
                .label(input.span, "read here, and nothing asks whether it is there")
                .help(format!("ask: `available({name}) * …` behind what is made of `{name}`, or `available({name}, steps: true)` as a mask"))
        })
    });
    unasked.collect()
}

/// Whether a layer finds out by the values themselves.
fn is_told(network: &Network, input: &Input) -> bool {
    let tells = |op: &NodeOp| matches!(op, NodeOp::Layer { layer, .. } if layer.tells());
    network.nodes.iter().any(|node| tells(&node.op) && node.inputs.contains(&input.node))
}
