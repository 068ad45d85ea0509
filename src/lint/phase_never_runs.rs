//! A phase whose turn never comes.

use super::cost::Run;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Phase, Schedule, Step};
use crate::span::Span;

pub const LINT: Lint =
    Lint { name: "phase-never-runs", looks: &[Look::Run(unaffordable), Look::Schedule(unreachable)] };

fn unaffordable(run: &Run<'_>) -> Vec<Diagnostic> {
    let Some(missed) = run.course().and_then(|course| course.missed) else { return vec![] };
    let (phase, pipeline) = (&run.plan.phases[missed], run.pipeline);
    // What stands behind an endless `repeat` is another finding.
    let mut behind = vec![];
    after(&pipeline.schedule.steps, &mut behind);
    if behind.iter().any(|(other, _)| other.span == phase.span) {
        return vec![];
    }
    vec![
        Diagnostic::warning(LINT.name, format!("the budget is spent before phase `{}` runs", phase.name))
            .label(phase.span, "not reached")
            .label(pipeline.budget_span, format!("{} in all", pipeline.budget))
            .help("give a larger budget, or make what comes before it shorter"),
    ]
}

fn unreachable(schedule: &Schedule) -> Vec<Diagnostic> {
    let mut found = vec![];
    after(&schedule.steps, &mut found);
    let finding = |(phase, endless): (&Phase, Span)| {
        Diagnostic::warning(
            LINT.name,
            format!("phase `{}` stands after a `repeat` that ends with the budget", phase.name),
        )
        .label(phase.span, "never runs")
        .label(endless, "goes on until the budget is spent")
        .help("say how often to repeat, as in `repeat 3 { … }`, or put the phase before it")
    };
    found.into_iter().map(finding).collect()
}

/// Phases behind an endless `repeat` of the same body, and that `repeat`.
fn after<'s>(steps: &'s [Step], found: &mut Vec<(&'s Phase, Span)>) {
    let mut endless = None;
    for step in steps {
        match (step, endless) {
            (Step::Phase(phase), Some(endless)) => found.push((phase, endless)),
            (Step::Phase(_), None) => {}
            (Step::Repeat { body, .. } | Step::For { body, .. }, _) => {
                after(body, found);
                endless = endless.or_else(|| without_end(step));
            }
        }
    }
}

fn without_end(step: &Step) -> Option<Span> {
    match step {
        Step::Phase(_) => None,
        Step::Repeat { times: None, span, .. } => Some(*span),
        Step::Repeat { times: Some(_), body, .. } | Step::For { body, .. } => body.iter().find_map(without_end),
    }
}
