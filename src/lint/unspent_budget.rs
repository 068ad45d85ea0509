//! A budget that the schedule does not use up.

use super::cost::Run;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::Amount;

pub const LINT: Lint = Lint { name: "unspent-budget", looks: &[Look::Run(check)] };

/// Of the budget. Rests of samples and whole last phases are below.
const SPENT: f64 = 0.95;

fn check(run: &Run<'_>) -> Vec<Diagnostic> {
    let spent = run.course().and_then(|course| course.spent(run));
    let (budget, schedule) = (run.pipeline.budget, &run.pipeline.schedule);
    let Some(spent) = spent.filter(|spent| *spent < SPENT * budget.count) else { return vec![] };
    let shown = Amount { count: (spent * 10.0).round() / 10.0, ..budget };
    let first = &run.plan.phases[0];
    vec![
        Diagnostic::warning(LINT.name, format!("`{}` spends {shown} of a budget of {budget}", schedule.name))
            .label(schedule.span, "ends by itself")
            .label(first.span, "has its last turn, and is not repeated")
            .label(run.pipeline.budget_span, "the rest is never spent")
            .help("put the phases in `repeat { … }`, which goes on until the budget is spent, or give the budget that they need"),
    ]
}
