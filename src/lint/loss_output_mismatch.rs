//! An output that already is what the loss makes of it, or is not yet what it needs.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{LossTerm, NodeOp, Pipeline};

pub const LINT: Lint = Lint {
    name: "loss-output-mismatch",
    doc: "A loss on logits is given probabilities (softmax twice learns slowly and badly), or a loss on probabilities is given \
          logits, or logits that a `relu` keeps from being below 0.",
    looks: &[Look::Pipeline(check)],
};

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    pipeline.loss.iter().filter_map(|term| of_term(pipeline, term)).collect()
}

fn of_term(pipeline: &Pipeline, term: &LossTerm) -> Option<Diagnostic> {
    let output = &pipeline.network.outputs[term.output];
    let NodeOp::Layer { word, .. } = &pipeline.network.nodes[output.node.0].op else { return None };
    let (problem, help) = mismatch(term.word, word)?;
    Some(
        Diagnostic::warning(LINT.name, format!("`{}` {problem}, and `{}` ends in `{word}`", term.word, output.name))
            .label(term.span, "this loss")
            .label(output.span, format!("ends in `{word}`"))
            .help(help),
    )
}

/// What the loss takes, and what to do.
fn mismatch(loss: &str, layer: &str) -> Option<(&'static str, String)> {
    match (loss, layer) {
        ("cross_entropy" | "bce_with_logits", "softmax" | "sigmoid") => {
            Some(("takes logits", format!("leave the `{layer}` out: the loss has its own")))
        }
        ("cross_entropy" | "bce_with_logits" | "multilabel_soft_margin", "relu") => {
            Some(("takes logits, which may be below 0", "end in a `linear` without `relu`".into()))
        }
        ("bce", "linear" | "conv1d" | "conv2d" | "tanh") => {
            Some(("takes probabilities", "use `bce_with_logits`, or end the network with `sigmoid`".into()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::mismatch;

    #[test]
    fn logits_and_probabilities_are_told_apart() {
        assert!(mismatch("cross_entropy", "softmax").is_some());
        assert!(mismatch("bce_with_logits", "sigmoid").is_some());
        assert!(mismatch("bce", "linear").is_some());
        assert!(mismatch("cross_entropy", "linear").is_none());
        assert!(mismatch("bce", "sigmoid").is_none());
        assert!(mismatch("mse", "sigmoid").is_none());
    }
}
