//! A phase that trains on samples of a split kept for testing.

use super::phases::{Placed, held_out, phases};
use super::sets::splits_in;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Pipeline, Schedule};

pub const LINT: Lint =
    Lint { name: "test-samples-in-training", looks: &[Look::Pipeline(of_pipeline), Look::Schedule(of_schedule)] };

fn of_pipeline(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let declared = |name: &str| pipeline.data.splits.iter().find(|s| s.name == name).map(|s| s.span);
    leaks(&pipeline.schedule)
        .into_iter()
        .map(|(placed, name)| match declared(&name) {
            Some(span) => finding(&placed, &name).label(span, format!("`{name}` is declared here")),
            None => finding(&placed, &name),
        })
        .collect()
}

fn of_schedule(schedule: &Schedule) -> Vec<Diagnostic> {
    leaks(schedule).into_iter().map(|(placed, name)| finding(&placed, &name)).collect()
}

fn leaks(schedule: &Schedule) -> Vec<(Placed<'_>, String)> {
    let of = |placed: Placed<'_>| splits_in(&placed.phase.on).into_iter().find(|name| held_out(name));
    phases(schedule).into_iter().filter_map(|placed| Some((placed.clone(), of(placed)?))).collect()
}

fn finding(placed: &Placed<'_>, name: &str) -> Diagnostic {
    Diagnostic::error(LINT.name, format!("phase `{}` trains on samples of `{name}`", placed.phase.name))
        .label(placed.phase.on_span, format!("includes `{name}`"))
        .help(format!("train on the training split: `all`, `fold(k)`, `except(k)`; take `{name}` away from the set"))
}
