//! Running statistics that stand still while what feeds them moves.

use super::phases::{Placed, phases};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Module, ModuleId, Network, NodeOp, Pipeline, Role, WeightKind};
use std::collections::BTreeSet;

pub const LINT: Lint = Lint { name: "stateful-layer-in-frozen-module", looks: &[Look::Pipeline(check)] };

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let keeps = |m: &Module| m.used && m.weights.iter().any(|w| w.spec.kind == WeightKind::Statistic);
    let modules = pipeline.network.modules.iter().enumerate().filter(|(_, m)| m.role != Role::Fixed && keeps(m));
    modules.filter_map(|(id, module)| finding(pipeline, ModuleId(id), module)).collect()
}

fn finding(pipeline: &Pipeline, id: ModuleId, module: &Module) -> Option<Diagnostic> {
    let phases = phases(&pipeline.schedule);
    let trains = |placed: &Placed<'_>, module: &Module| placed.phase.trains(module.role, &module.name);
    // A module that is never trained is another finding.
    phases.iter().find(|placed| trains(placed, module))?;
    let before = before(&pipeline.network, id);
    let moves = |placed: &Placed<'_>| before.iter().any(|id| trains(placed, pipeline.network.module(*id)));
    let frozen = phases.iter().find(|placed| !trains(placed, module) && moves(placed))?;
    let layer = stateful_layer(&pipeline.network, id).unwrap_or("batch_norm");
    let (name, phase) = (&module.name, &frozen.phase.name);
    Some(
        Diagnostic::warning(
            LINT.name,
            format!("the statistics of `{layer}` in `{name}` stand still in phase `{phase}`"),
        )
        .label(module.span, format!("has a `{layer}`"))
        .label(
            frozen.phase.span,
            format!("freezes `{}`, and trains what comes before it", frozen_part(&phases, module)),
        )
        .help("use `layer_norm`, which keeps no statistics, or move the layer to a module that every phase trains"),
    )
}

/// What a phase freezes: a role, or the module where some phase names one of its role.
fn frozen_part(phases: &[Placed<'_>], module: &Module) -> String {
    let mut trained =
        phases.iter().flat_map(|placed| &placed.phase.train).filter(|trained| trained.role == module.role);
    let role = module.role.name();
    if trained.any(|trained| trained.module.is_some()) { format!("{role}.{}", module.name) } else { role.into() }
}

/// The modules that the module's features come from.
fn before(network: &Network, id: ModuleId) -> BTreeSet<ModuleId> {
    let mut needed: Vec<bool> = network.nodes.iter().map(|node| node.module == Some(id)).collect();
    let mut found = BTreeSet::new();
    for i in (0..needed.len()).rev() {
        let node = &network.nodes[i];
        if needed[i] {
            node.inputs.iter().for_each(|input| needed[input.0] = true);
            found.extend(node.module.filter(|m| *m != id));
        }
    }
    found
}

fn stateful_layer(network: &Network, id: ModuleId) -> Option<&'static str> {
    let weights = &network.module(id).weights;
    let keeps = |w: &usize| weights.get(*w).is_some_and(|weight| weight.spec.kind == WeightKind::Statistic);
    network.nodes.iter().filter(|node| node.module == Some(id) && node.weights.iter().any(keeps)).find_map(|node| {
        match &node.op {
            NodeOp::Layer { word, .. } => Some(*word),
            NodeOp::Input(_) => None,
        }
    })
}
