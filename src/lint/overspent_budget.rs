//! A budget that the schedule goes beyond.

use super::cost::Run;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::Amount;

pub const LINT: Lint = Lint { name: "overspent-budget", looks: &[Look::Run(check)] };

/// Of the budget. What smaller last batches bring is below.
const SPENT: f64 = 1.05;

fn check(run: &Run<'_>) -> Vec<Diagnostic> {
    let spent = run.course().and_then(|course| course.spent(run));
    let (budget, schedule) = (run.pipeline.budget, &run.pipeline.schedule);
    let Some(spent) = spent.filter(|spent| *spent > SPENT * budget.count) else { return vec![] };
    let shown = Amount { count: (spent * 10.0).round() / 10.0, ..budget };
    vec![
        Diagnostic::warning(LINT.name, format!("`{}` spends {shown} of a budget of {budget}", schedule.name))
            .label(run.pipeline.budget_span, format!("{shown} are spent"))
            .label(schedule.span, "a phase that begins runs to its end")
            .help(format!("give the budget that is spent, `budget {shown}`, or say in the phases how long each is")),
    ]
}
