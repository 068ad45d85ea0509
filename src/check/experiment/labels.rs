//! What people read for a measure: one name for one measure in all of an experiment, and no name of another measure.

use super::ExperimentChecker;
use super::measures::Measures;
use crate::diagnostic::Diagnostic;
use crate::hir::MeasureName;
use crate::span::Ident;
use crate::syntax::ast::{ExperimentStmt, Shown};
use std::collections::BTreeMap;

impl ExperimentChecker<'_> {
    pub(super) fn labels(&self, measures: &Option<Measures<'_>>) -> BTreeMap<String, String> {
        let shown = self.experiment.body.iter().flat_map(|stmt| match stmt {
            ExperimentStmt::Table(table) => table.measures.as_slice(),
            ExperimentStmt::Figure(figure) => &figure.measures,
            _ => &[],
        });
        let mut known: Vec<(&Ident, &Ident)> = vec![];
        for (measure, label) in shown.filter_map(|Shown { label, measure }| Some((measure, label.as_ref()?))) {
            let same = |(m, l): &&(&Ident, &Ident)| (m.node == measure.node) != (l.node == label.node);
            if let Some((other, first)) = known.iter().find(same) {
                let message = match other.node == measure.node {
                    true => format!("`{}` is shown by two names", measure.node),
                    false => format!("`{}` and `{}` are shown by one name", other.node, measure.node),
                };
                let found = Diagnostic::error("declared-twice", message).label(label.span, "again here");
                self.cx.report(
                    found.label(first.span, "first here").help("a name holds in all of the experiment: say it once"),
                );
            }
            let arms = measures.iter().flat_map(|measures| measures.arms);
            if label.node != measure.node
                && arms.into_iter().any(|arm| MeasureName::of(&label.node, &arm.pipeline).is_some())
            {
                let message = format!("`{}` is shown by the name of another measure", measure.node);
                let found = Diagnostic::error("misplaced", message).label(label.span, "a measure of its own");
                self.cx.report(found.help(format!("to show both, write `{}, {}`", label.node, measure.node)));
            }
            known.push((measure, label));
        }
        known.into_iter().map(|(measure, label)| (measure.node.clone(), label.node.clone())).collect()
    }
}
