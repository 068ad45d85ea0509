//! `halving 3 from 5 epochs` in a search. Owns what of it is wrong.

use super::ExperimentChecker;
use super::choose::Choosing;
use crate::check::settings;
use crate::diagnostic::Diagnostic;
use crate::hir::{Amount, Candidates, Halving};
use crate::syntax::ast;

const MOST: i64 = 100;

impl ExperimentChecker<'_> {
    /// By itself.
    pub(super) fn halving(&self, halving: &ast::Halving) -> Option<Halving> {
        let from = settings::amount(self.cx, self.file, self.vars, &halving.from, "where trials halt first");
        let wanted = format!("`halving` lets one of 2 to {MOST} trials go on");
        let help =
            "`halving 3 from 5 epochs` trains the best third on after 5 epochs, and of those the best third after 15";
        let factor = self.whole(&halving.factor, 2..=MOST, &wanted, help);
        Some(Halving { factor: factor?, from: from? })
    }

    /// Against the budgets of all trials; `None` where it does not fit them, which is said.
    pub(super) fn halves(&self, search: &Choosing<'_>, candidates: &[Candidates]) -> Option<()> {
        let (Some(Halving { from, .. }), Some(written)) = (search.halving, &search.stmt.halving) else {
            return Some(());
        };
        let trials = candidates.iter().flat_map(|own| &own.pipelines);
        let unfit = |budget: Amount| budget.unit != from.unit || from.count >= budget.count;
        let Some(pipeline) = trials.into_iter().find(|pipeline| unfit(pipeline.budget)) else { return Some(()) };
        let budget = pipeline.budget;
        let (message, help) = match budget.unit == from.unit {
            true => {
                let third = Amount { count: (budget.count / 9.0).ceil().max(1.0), ..budget };
                (
                    format!("trials first halt after {from}, and the budget is {budget}: none would halt"),
                    format!("halt earlier, such as `from {third}`, or leave `halving` away"),
                )
            }
            false => {
                (format!("trials first halt after {from}, and the budget is {budget}"), "write both in one unit".into())
            }
        };
        self.cx.report(
            Diagnostic::error("bad-search", message)
                .label(written.from.span, "halts here")
                .label(pipeline.budget_span, format!("{budget} in all"))
                .help(help),
        );
        None
    }
}
