//! Padded steps of a sequence, read as if they were real.

use super::{Lint, Look};
use crate::builtin::{Asked, Presence};
use crate::diagnostic::Diagnostic;
use crate::hir::{Modality, Network, NodeOp, Pipeline};

pub const LINT: Lint = Lint { name: "padding-unasked", looks: &[Look::Pipeline(check)] };

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let (data, network) = (&pipeline.data, &pipeline.network);
    let unasked = network.inputs.iter().filter_map(|input| {
        let modality = data.modalities.iter().find(|modality| modality.name == input.name)?;
        let mask = mask(modality)?;
        // Several modalities may be padded alike, and share the mask of one of them.
        let reads_masks = network.inputs.iter().any(|other| data.modalities.iter().filter_map(self::mask).any(|m| m == other.name));
        let asks = |asked: &Asked| asked.presence == Presence::Steps;
        if reads_masks || data.asked.iter().any(asks) || is_told(network) {
            return None;
        }
        let name = &input.name;
        let message = format!("`{}` takes padded steps of `{name}` for real ones, with value 0", network.name);
        Some(
            Diagnostic::warning(LINT.name, message)
                .label(modality.span, format!("padded: `{mask}` says which steps are real"))
                .label(input.span, "read here, and nothing asks which steps are real")
                .help(format!("ask: `present({name})` is the mask; pass it on, as in `mean(x, present({name}), 0)` or `gru(x, present({name}))`")),
        )
    });
    unasked.collect()
}

/// The modality that says which steps of this one are real.
fn mask(modality: &Modality) -> Option<&str> {
    modality.transforms.iter().find_map(|transform| transform.transform().mask())
}

/// Whether a layer finds out by the values themselves, be it of several modalities together.
fn is_told(network: &Network) -> bool {
    let tells = |op: &NodeOp| matches!(op, NodeOp::Layer { layer, .. } if layer.tells());
    network.nodes.iter().any(|node| tells(&node.op))
}
