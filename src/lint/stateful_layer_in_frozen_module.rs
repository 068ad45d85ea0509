//! Running statistics that stand still while what feeds them moves.

use super::phases::phases;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Module, Pipeline, Role, WeightKind};

pub const LINT: Lint = Lint {
    name: "stateful-layer-in-frozen-module",
    doc: "A module with running statistics (`batch_norm`) is frozen in a phase that trains what comes before it. Frozen means \
          that its statistics stay, and they are of features that are no more.",
    looks: &[Look::Pipeline(check)],
};

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let stateful = |m: &&Module| m.used && m.weights.iter().any(|w| w.spec.kind == WeightKind::Statistic);
    pipeline.network.modules.iter().filter(stateful).filter_map(|module| finding(pipeline, module)).collect()
}

fn finding(pipeline: &Pipeline, module: &Module) -> Option<Diagnostic> {
    if module.role == Role::Fixed {
        return None;
    }
    let phases = phases(&pipeline.schedule);
    let trains = |role: Role| move |p: &&super::phases::Placed<'_>| p.phase.train.iter().any(|t| t.role == role);
    // A role that is never trained is another finding.
    phases.iter().find(trains(module.role))?;
    let frozen = phases.iter().find(|p| !trains(module.role)(p))?;
    let layer = pipeline.network.nodes.iter().find_map(|node| match &node.op {
        crate::hir::NodeOp::Layer { word, .. } => {
            let owner = node.module.map(|m| &pipeline.network.modules[m.0].name);
            let keeps = node
                .weights
                .iter()
                .any(|&w| module.weights.get(w).is_some_and(|weight| weight.spec.kind == WeightKind::Statistic));
            (owner == Some(&module.name) && keeps).then_some(*word)
        }
        crate::hir::NodeOp::Input(_) => None,
    });
    let layer = layer.unwrap_or("batch_norm");
    Some(
        Diagnostic::warning(
            LINT.name,
            format!("the statistics of `{layer}` in `{}` stand still in phase `{}`", module.name, frozen.phase.name),
        )
        .label(module.span, format!("has a `{layer}`"))
        .label(frozen.phase.span, format!("freezes `{}`", module.role.name()))
        .help("use `layer_norm`, which keeps no statistics, or move the layer to a module that every phase trains"),
    )
}
