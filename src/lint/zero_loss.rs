//! A loss times zero.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{LossTerm, Pipeline};

pub const LINT: Lint = Lint { name: "zero-loss", looks: &[Look::Pipeline(check)] };

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let idle = pipeline.loss.iter().filter(|term| term.coefficient == 0.0 && !term.weighed);
    let finding = |term: &LossTerm| {
        Diagnostic::warning(LINT.name, format!("`{}` is multiplied by 0", term.word))
            .label(term.span, "has no part in the loss")
            .help("give it a weight above 0, or remove it")
    };
    idle.map(finding).collect()
}
