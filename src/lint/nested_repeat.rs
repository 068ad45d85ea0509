//! A `repeat` that turns once.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Schedule, Step};
use crate::span::Span;

pub const LINT: Lint = Lint { name: "nested-repeat", looks: &[Look::Schedule(check)] };

fn check(schedule: &Schedule) -> Vec<Diagnostic> {
    let mut found = vec![];
    within(&schedule.steps, None, &mut found);
    let finding = |(inner, outer): (Span, Span)| {
        Diagnostic::warning(LINT.name, "an endless `repeat` stands in another `repeat`, which turns once")
            .label(inner, "goes on until the budget is spent")
            .label(outer, "one turn, whatever it says")
            .help("leave one of them away, or say how often the inner one repeats, as in `repeat 3 { … }`")
    };
    found.into_iter().map(finding).collect()
}

/// Endless repeats and the `repeat` around each.
fn within(steps: &[Step], outer: Option<Span>, found: &mut Vec<(Span, Span)>) {
    for step in steps {
        match step {
            Step::Phase(_) => {}
            Step::For { body, .. } => within(body, outer, found),
            Step::Repeat { times, body, span } => {
                found.extend(outer.filter(|_| times.is_none()).map(|outer| (*span, outer)));
                within(body, Some(*span), found);
            }
        }
    }
}
