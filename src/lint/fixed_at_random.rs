//! A `fixed` module that begins at random.

use super::never_trained_module::learns;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Module, ModuleId, Pipeline, Role};

pub const LINT: Lint = Lint { name: "fixed-at-random", looks: &[Look::Pipeline(check)] };

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let begins = |id: ModuleId| pipeline.starts.iter().any(|start| start.module == id);
    let modules = pipeline.network.modules.iter().enumerate();
    let random = modules
        .filter(|(i, m)| m.role == Role::Fixed && m.used && m.from.is_none() && learns(m) && !begins(ModuleId(*i)));
    random.map(|(_, module)| finding(pipeline, module)).collect()
}

fn finding(pipeline: &Pipeline, module: &Module) -> Diagnostic {
    let name = &module.name;
    Diagnostic::warning(LINT.name, format!("`{name}` is fixed at random weights"))
        .label(module.span, "`fixed`, and begins from nothing")
        .label(pipeline.network.used_at, "used here")
        .help(format!(
            "end its line with `from \"weights.safetensors\"`, add `start {name} from …` to the pipeline, or train it"
        ))
}
