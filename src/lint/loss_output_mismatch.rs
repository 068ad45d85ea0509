//! An output that already is what the loss makes of it, or is not yet what it needs.

use super::{Lint, Look};
use crate::builtin::{Gives, Reads};
use crate::diagnostic::Diagnostic;
use crate::hir::{LossTerm, Network, NodeId, NodeOp, Pipeline};

pub const LINT: Lint = Lint { name: "loss-output-mismatch", looks: &[Look::Pipeline(check)] };

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    pipeline.loss.iter().filter_map(|term| of_term(pipeline, term)).collect()
}

fn of_term(pipeline: &Pipeline, term: &LossTerm) -> Option<Diagnostic> {
    let output = &pipeline.network.outputs[term.output];
    let (word, gives) = given(&pipeline.network, output.node)?;
    let (problem, help) = mismatch(term.loss.reads(), gives, word)?;
    Some(
        Diagnostic::warning(LINT.name, format!("`{}` {problem}, and `{}` ends in `{word}`", term.word, output.name))
            .label(term.span, "this loss")
            .label(output.span, format!("ends in `{word}`"))
            .help(help),
    )
}

/// The last layer that says what its output is.
fn given(network: &Network, mut node: NodeId) -> Option<(&'static str, Gives)> {
    loop {
        let NodeOp::Layer { word, layer } = &network.nodes[node.0].op else { return None };
        match layer.gives() {
            Gives::Same => node = *network.nodes[node.0].inputs.first()?,
            gives @ (Gives::Chances | Gives::FromZero | Gives::Numbers | Gives::Unknown) => return Some((word, gives)),
        }
    }
}

/// What the loss takes, and what to do.
fn mismatch(reads: Reads, gives: Gives, layer: &str) -> Option<(&'static str, String)> {
    match (reads, gives) {
        (Reads::Logits, Gives::Chances) => {
            Some(("takes logits", format!("leave the `{layer}` out: the loss has its own")))
        }
        (Reads::Logits | Reads::Either, Gives::FromZero) => {
            Some(("takes logits, which may be below 0", format!("end in a `linear` without `{layer}`")))
        }
        (Reads::Chances, Gives::Numbers | Gives::FromZero) => {
            Some(("takes probabilities", "use `bce_with_logits`, or end the network with `sigmoid`".into()))
        }
        (Reads::Logits, Gives::Numbers)
        | (Reads::Chances, Gives::Chances)
        | (Reads::Either, Gives::Chances | Gives::Numbers)
        | (Reads::Numbers, Gives::Chances | Gives::FromZero | Gives::Numbers)
        | (Reads::Logits | Reads::Chances | Reads::Either | Reads::Numbers, Gives::Same | Gives::Unknown) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::mismatch;
    use crate::builtin::{Gives, Reads};

    #[test]
    fn logits_and_probabilities_are_told_apart() {
        assert!(mismatch(Reads::Logits, Gives::Chances, "softmax").is_some());
        assert!(mismatch(Reads::Either, Gives::FromZero, "relu").is_some());
        assert!(mismatch(Reads::Chances, Gives::Numbers, "linear").is_some());
        assert!(mismatch(Reads::Logits, Gives::Numbers, "linear").is_none());
        assert!(mismatch(Reads::Either, Gives::Chances, "softmax").is_none());
        assert!(mismatch(Reads::Chances, Gives::Chances, "sigmoid").is_none());
        assert!(mismatch(Reads::Numbers, Gives::FromZero, "relu").is_none());
    }
}
