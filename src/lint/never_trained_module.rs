//! A module of a trained role that the schedule never trains.

use super::phases::{listed, phases};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Module, Pipeline, Role, WeightKind};
use crate::span::Span;

pub const LINT: Lint = Lint { name: "never-trained-module", looks: &[Look::Pipeline(check)] };

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let phases = phases(&pipeline.schedule);
    let trained = |m: &Module| phases.iter().any(|placed| placed.phase.trains(m.role, &m.name));
    let untrained = |m: &&Module| m.role != Role::Fixed && m.used && learns(m) && !trained(m);
    let modules: Vec<&Module> = pipeline.network.modules.iter().filter(untrained).collect();
    let first = phases.iter().find_map(|placed| placed.phase.train.first()).map(|trained| trained.span);
    finding(pipeline, &modules, first).into_iter().collect()
}

/// Whether the module has weights an optimizer changes.
pub fn learns(module: &Module) -> bool {
    module.weights.iter().any(|w| w.spec.kind == WeightKind::Learned)
}

/// All that stay as they are, at the first thing that is trained where that is in the same file.
fn finding(pipeline: &Pipeline, modules: &[&Module], first: Option<Span>) -> Option<Diagnostic> {
    let schedule = &pipeline.schedule;
    let mut roles: Vec<String> = modules.iter().map(|m| format!("`{}`", m.role.name())).collect();
    roles.dedup();
    let roles = listed(&roles);
    let names: Vec<String> = modules.iter().map(|m| format!("`{}`", m.name)).collect();
    let (verb, them) = if let [_] = modules { ("is", "it is") } else { ("are", "they are") };
    let message = format!("{} {verb} never trained by `{}`", listed(&names), schedule.name);
    let found = Diagnostic::warning(LINT.name, message);
    let of_modules = |found: Diagnostic| {
        modules.iter().fold(found, |found, m| found.label(m.span, format!("a `{}` module", m.role.name())))
    };
    let found = match first.filter(|span| span.source == pipeline.span.source) {
        Some(first) => of_modules(found.label(first, format!("nothing trains {roles}"))),
        None => of_modules(found).label(schedule.used_at, format!("no phase trains {roles}")),
    };
    let help = format!("add {roles} to what a phase trains, or declare the module `fixed` if {them} meant to stay");
    (!modules.is_empty()).then(|| found.help(help))
}
