//! What people read for a measure: one name for one measure in all of an experiment, and no name of another measure.

use super::ExperimentChecker;
use super::measures::Measures;
use crate::diagnostic::Diagnostic;
use crate::hir::MeasureName;
use crate::measured::spelt::spelt;
use crate::span::Ident;
use crate::syntax::ast::{ExperimentStmt, Shown};
use std::collections::BTreeMap;

impl ExperimentChecker<'_> {
    fn shown(&self) -> impl Iterator<Item = &Shown> {
        self.experiment.body.iter().flat_map(|stmt| match stmt {
            ExperimentStmt::Table(table) => table.measures.as_slice(),
            ExperimentStmt::Figure(figure) => &figure.measures,
            _ => &[],
        })
    }

    /// The measure that is shown by this name.
    pub(super) fn shown_by(&self, name: &str) -> Option<&str> {
        let of = |shown: &&Shown| shown.label.as_ref().is_some_and(|label| label.node == name);
        self.shown().find(of).map(|shown| shown.measure.node.as_str())
    }

    pub(super) fn labels(&self, measures: &Option<Measures<'_>>) -> BTreeMap<String, String> {
        let labelled = || self.shown().filter_map(|Shown { label, measure }| Some((measure, label.as_ref()?)));
        let unlabelled: Vec<&Ident> = self
            .shown()
            .map(|shown| &shown.measure)
            .filter(|measure| labelled().all(|(other, _)| other.node != measure.node))
            .collect();
        let mut known: Vec<(&Ident, &Ident)> = vec![];
        for (measure, label) in labelled() {
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
            } else if let Some(other) = unlabelled.iter().find(|other| is_read_as(other, label)) {
                let message = format!("`{}` is shown by what people read for `{}`", measure.node, other.node);
                self.cx.report(
                    Diagnostic::error("misplaced", message)
                        .label(label.span, "one heading for two measures")
                        .label(other.span, "read so, too")
                        .help(format!("give `{}` another name", measure.node)),
                );
            }
            known.push((measure, label));
        }
        known.into_iter().map(|(measure, label)| (measure.node.clone(), label.node.clone())).collect()
    }
}

/// Whether this is what reports call a measure that is given no name, however it begins.
fn is_read_as(measure: &Ident, label: &Ident) -> bool {
    spelt(&measure.node).to_lowercase() == label.node.to_lowercase()
}
