//! What an experiment varies: its axes and their values.

use super::{Varied, Walk};
use crate::check::value::Val;
use crate::diagnostic::Diagnostic;
use crate::hir;
use crate::span::Ident;
use crate::syntax::ast::{ExperimentStmt, Expr};

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
}
