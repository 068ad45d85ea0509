//! What an experiment varies: its axes and its seeds.

use super::{Varied, Walk};
use crate::builtin::Value;
use crate::check::value::Val;
use crate::diagnostic::Diagnostic;
use crate::hir;
use crate::span::{Ident, Span};
use crate::syntax::ast::{ExperimentStmt, Expr};

const MAX_SEEDS: i64 = 100_000;

impl Walk<'_> {
    pub(super) fn axes(&self) -> Vec<Varied> {
        let mut axes: Vec<Varied> = vec![];
        for stmt in &self.experiment.body {
            let ExperimentStmt::Vary { name, values, .. } = stmt else { continue };
            if let Some(first) = axes.iter().find(|a| a.axis.name == name.node) {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("`{}` is varied twice", name.node))
                        .label(name.span, "again here")
                        .label(first.axis.span, "first here"),
                );
                continue;
            }
            axes.push(self.axis(name, values));
        }
        axes
    }

    /// An axis; one of wrong values stands there, too, so that its name is known.
    fn axis(&self, name: &Ident, values: &Expr) -> Varied {
        self.varied(name, values).unwrap_or_else(|| Varied {
            axis: hir::Axis { name: name.node.clone(), values: vec!["?".into(); 2], span: name.span },
            values: vec![Val::Poison; 2],
        })
    }

    fn varied(&self, name: &Ident, values: &Expr) -> Option<Varied> {
        let val = self.cx.eval(self.file, self.vars.clone(), values);
        let items = match val {
            Val::List(items) if !items.is_empty() => items,
            Val::Poison => return None,
            other => {
                self.cx.report(
                    Diagnostic::error(
                        "wrong-type",
                        format!("`{}` varies over a list with at least one value", name.node),
                    )
                    .label(values.span, if matches!(other, Val::List(_)) { "an empty list" } else { other.noun() })
                    .help("write `vary method in [EndToEnd, Mhm(heads: 4)]`"),
                );
                return None;
            }
        };
        let mut made =
            Varied { axis: hir::Axis { name: name.node.clone(), values: vec![], span: name.span }, values: vec![] };
        for item in items {
            let text = self.cx.program.sources.text(item.span).split_whitespace().collect::<Vec<_>>().join(" ");
            if made.axis.values.contains(&text) {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("`{text}` is in the list twice"))
                        .label(item.span, "again here"),
                );
                continue;
            }
            made.values.push(self.cx.settle(item.val));
            made.axis.values.push(text);
        }
        Some(made)
    }

    pub(super) fn seeds(&self) -> (Vec<u64>, Span) {
        let found: Vec<(&Expr, Span)> = self
            .experiment
            .body
            .iter()
            .filter_map(|s| if let ExperimentStmt::Seeds { value, span } = s { Some((value, *span)) } else { None })
            .collect();
        let name_span = self.experiment.header.name.span;
        let Some((expr, span)) = found.first().copied() else { return (vec![0], name_span) };
        if let Some((_, again)) = found.get(1) {
            self.cx.report(
                Diagnostic::error("declared-twice", "seeds are declared twice")
                    .label(*again, "again here")
                    .label(span, "first here"),
            );
        }
        match self.eval(expr, self.vars.clone()) {
            Val::Plain(Value::Int(n)) if (1..=MAX_SEEDS).contains(&n) => ((0..n as u64).collect(), span),
            Val::List(items) => {
                let seeds: Vec<u64> = items
                    .iter()
                    .filter_map(|i| if let Val::Plain(Value::Int(n)) = i.val { u64::try_from(n).ok() } else { None })
                    .collect();
                let (what, at) = if items.is_empty() {
                    ("there are none", expr.span)
                } else if let Some(wrong) = items.iter().find(|i| !matches!(i.val, Val::Plain(Value::Int(0..)))) {
                    ("not a whole number from 0", wrong.span)
                } else if let Some(i) = (1..seeds.len()).find(|&i| seeds[..i].contains(&seeds[i])) {
                    ("a second time", items[i].span)
                } else {
                    return (seeds, span);
                };
                self.cx.report(
                    Diagnostic::error("bad-seeds", "seeds must be different whole numbers from 0").label(at, what),
                );
                (seeds, span)
            }
            Val::Poison => (vec![0], span),
            other => {
                let found = if let Val::Plain(value) = &other { value.to_string() } else { other.noun().into() };
                self.cx.report(
                    Diagnostic::error(
                        "bad-seeds",
                        format!("seeds are a number from 1 to {MAX_SEEDS} or a list, this is {found}"),
                    )
                    .label(expr.span, found)
                    .help("`seeds 30` runs seeds 0 to 29; `seeds [7, 11]` runs those"),
                );
                (vec![0], span)
            }
        }
    }
}
