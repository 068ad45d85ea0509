//! A loss that training raises.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{LossTerm, Pipeline};

pub const LINT: Lint = Lint { name: "negative-loss", looks: &[Look::Pipeline(check)] };

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let raised = pipeline.loss.iter().filter(|term| term.coefficient < 0.0);
    let finding = |term: &LossTerm| {
        Diagnostic::error(LINT.name, format!("`{}` counts {} times: training raises it", term.word, term.coefficient))
            .label(term.span, "made larger, not smaller")
            .help("add the terms: `loss a + 0.1 * b`")
    };
    raised.map(finding).collect()
}
