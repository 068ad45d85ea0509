//! How often every arm runs: seeds, and repeats of a seed. Also the strength of the noise that some measures add.

use super::ExperimentChecker;
use crate::builtin::Value;
use crate::check::settings;
use crate::check::value::{Spanned, Val};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::ast::{ExperimentStmt, Expr};
use std::collections::BTreeSet;

const MAX_SEEDS: i64 = 100_000;
const MAX_REPEATS: i64 = 1000;

impl ExperimentChecker<'_> {
    /// The seeds, and where they are declared.
    pub(super) fn seeds(&self) -> (Vec<u64>, Span) {
        let found = self.once("seeds", |s| match s {
            ExperimentStmt::Seeds { value, span } => Some((value, *span)),
            _ => None,
        });
        let Some((expr, span)) = found else { return (vec![0], self.experiment.header.name.span) };
        (self.numbers(expr, MAX_SEEDS, "`seeds 30` runs seeds 0 to 29; `seeds [7, 11]` runs those"), span)
    }

    /// Seeds that are counted, at most so many, or listed; where they are neither, seed 0.
    pub(super) fn numbers(&self, expr: &Expr, most: i64, help: &str) -> Vec<u64> {
        match self.eval(expr, self.vars.clone()) {
            Val::Plain(Value::Int(n)) if (1..=most).contains(&n) => (0..n as u64).collect(),
            Val::List(items) => self.listed(&items, expr.span),
            Val::Poison => vec![0],
            other => {
                let found = other.shown();
                let message = format!("seeds are a number from 1 to {most} or a list, this is {found}");
                self.cx.report(Diagnostic::error("bad-seeds", message).label(expr.span, found).help(help));
                vec![0]
            }
        }
    }

    fn listed(&self, items: &[Spanned], span: Span) -> Vec<u64> {
        let seed = |val: &Val| if let Val::Plain(Value::Int(n)) = val { u64::try_from(*n).ok() } else { None };
        let seeds: Vec<u64> = items.iter().filter_map(|i| seed(&i.val)).collect();
        let (what, at) = if items.is_empty() {
            ("there are none", span)
        } else if let Some(wrong) = items.iter().find(|i| seed(&i.val).is_none()) {
            ("not a whole number from 0", wrong.span)
        } else {
            let mut seen = BTreeSet::new();
            match seeds.iter().position(|seed| !seen.insert(*seed)) {
                Some(i) => ("a second time", items[i].span),
                None => return seeds,
            }
        };
        self.cx.report(Diagnostic::error("bad-seeds", "seeds must be different whole numbers from 0").label(at, what));
        seeds
    }

    /// Runs of every seed, and where they are declared.
    pub(super) fn repeats(&self) -> (u64, Span) {
        let found = self.once("repeats", |s| match s {
            ExperimentStmt::Repeats { value, span } => Some((value, *span)),
            _ => None,
        });
        let Some((expr, span)) = found else { return (1, self.experiment.header.name.span) };
        let wanted = format!("repeats are a whole number from 1 to {MAX_REPEATS}");
        let help = "`repeats 2` runs every seed twice, on the same data and split";
        let repeats = self.whole(expr, 1..=MAX_REPEATS, &wanted, help).unwrap_or(1);
        (repeats, span)
    }

    /// In standard deviations of what it is added to.
    pub(super) fn noise(&self) -> (f64, Option<Span>) {
        let found = self.once("noise", |s| match s {
            ExperimentStmt::Noise { value, span } => Some((value, *span)),
            _ => None,
        });
        let noise = found.and_then(|(expr, _)| settings::positive(self.cx, self.file, self.vars, expr, "the noise"));
        (noise.unwrap_or(1.0), found.map(|(_, span)| span))
    }
}
