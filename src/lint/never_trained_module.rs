//! A module of a trained role that the schedule never trains.

use super::phases::phases;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Module, Pipeline, Role, WeightKind};

pub const LINT: Lint = Lint {
    name: "never-trained-module",
    doc: "A module that is not `fixed` has weights, and no phase of the schedule trains its role: it stays as it began.",
    looks: &[Look::Pipeline(check)],
};

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let phases = phases(&pipeline.schedule);
    let trained = |role: Role| phases.iter().any(|p| p.phase.train.iter().any(|t| t.role == role));
    let modules = pipeline.network.modules.iter();
    modules
        .filter(|m| m.role != Role::Fixed && m.used && learns(m) && !trained(m.role))
        .map(|module| finding(pipeline, module))
        .collect()
}

/// Whether the module has weights an optimizer changes.
pub fn learns(module: &Module) -> bool {
    module.weights.iter().any(|w| w.spec.kind == WeightKind::Learned)
}

fn finding(pipeline: &Pipeline, module: &Module) -> Diagnostic {
    let (role, schedule) = (module.role.name(), &pipeline.schedule);
    let finding = Diagnostic::warning(LINT.name, format!("`{}` is never trained by `{}`", module.name, schedule.name));
    let no_phase = format!("no phase trains `{role}`");
    // A schedule of the same file is where the phase is missing.
    let own = phases(schedule).first().map(|placed| placed.phase.span);
    let finding = match own.filter(|span| span.source == pipeline.span.source) {
        Some(phase) => finding.label(phase, no_phase).label(module.span, format!("a `{role}` module")),
        None => finding.label(module.span, format!("a `{role}` module")).label(schedule.used_at, no_phase),
    };
    finding.help(format!("add `train {role}` to a phase, or declare it `fixed {}` if it is meant to stay", module.name))
}
