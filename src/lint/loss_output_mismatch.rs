//! An output that already is what the loss makes of it, or is not yet what it needs.

use super::{Lint, Look};
use crate::builtin::{Gives, Takes};
use crate::diagnostic::Diagnostic;
use crate::hir::{LossTerm, Network, NodeId, NodeOp, Pipeline};

pub const LINT: Lint = Lint { name: "loss-output-mismatch", looks: &[Look::Pipeline(check)] };

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    pipeline.loss.iter().filter_map(|term| of_term(pipeline, term)).collect()
}

fn of_term(pipeline: &Pipeline, term: &LossTerm) -> Option<Diagnostic> {
    let output = &pipeline.network.outputs[term.output];
    let (word, gives) = given(&pipeline.network, output.node)?;
    let (problem, help) = mismatch(term.loss.takes(), gives, word)?;
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
            Gives::AsInput => node = *network.nodes[node.0].inputs.first()?,
            gives @ (Gives::Probabilities | Gives::NonNegative | Gives::Numbers | Gives::Unknown) => {
                return Some((word, gives));
            }
        }
    }
}

/// What the loss takes, and what to do.
fn mismatch(takes: Takes, gives: Gives, layer: &str) -> Option<(&'static str, String)> {
    match (takes, gives) {
        (Takes::Logits, Gives::Probabilities) => {
            Some(("takes logits", format!("leave the `{layer}` out: the loss has its own")))
        }
        (Takes::Logits | Takes::Either, Gives::NonNegative) => {
            Some(("takes logits, which may be below 0", format!("end in a `linear` without `{layer}`")))
        }
        (Takes::Probabilities, Gives::Numbers | Gives::NonNegative) => {
            Some(("takes probabilities", "use `bce_with_logits`, or end the network with `sigmoid`".into()))
        }
        (Takes::Logits, Gives::Numbers)
        | (Takes::Probabilities, Gives::Probabilities)
        | (Takes::Either, Gives::Probabilities | Gives::Numbers)
        | (Takes::Numbers, Gives::Probabilities | Gives::NonNegative | Gives::Numbers)
        | (Takes::Logits | Takes::Probabilities | Takes::Either | Takes::Numbers, Gives::AsInput | Gives::Unknown) => {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::mismatch;
    use crate::builtin::{Gives, Takes};

    #[test]
    fn logits_and_probabilities_are_told_apart() {
        assert!(mismatch(Takes::Logits, Gives::Probabilities, "softmax").is_some());
        assert!(mismatch(Takes::Either, Gives::NonNegative, "relu").is_some());
        assert!(mismatch(Takes::Probabilities, Gives::Numbers, "linear").is_some());
        assert!(mismatch(Takes::Logits, Gives::Numbers, "linear").is_none());
        assert!(mismatch(Takes::Either, Gives::Probabilities, "softmax").is_none());
        assert!(mismatch(Takes::Probabilities, Gives::Probabilities, "sigmoid").is_none());
        assert!(mismatch(Takes::Numbers, Gives::NonNegative, "relu").is_none());
    }
}
