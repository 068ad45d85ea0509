//! What an experiment shows: measures, tables and comparisons of axes it has.

use super::Walk;
use crate::check::pipeline::unknown_of;
use crate::diagnostic::Diagnostic;
use crate::hir;
use crate::span::Ident;
use crate::syntax::ast::{ExperimentStmt, Table};

impl Walk<'_> {
    /// What every arm measures.
    pub(super) fn measures(&self, arms: &[hir::Arm]) -> Option<Vec<String>> {
        let first = arms.first()?;
        let mut common = measures_of(&first.pipeline);
        for arm in &arms[1..] {
            let these = measures_of(&arm.pipeline);
            common.retain(|m| these.contains(m));
        }
        Some(common)
    }

    pub(super) fn tables(&self, axes: &[hir::Axis], measures: &Option<Vec<String>>) -> Vec<hir::Table> {
        self.experiment
            .body
            .iter()
            .filter_map(|s| {
                if let ExperimentStmt::Table(table) = s { Some(self.table(table, axes, measures)) } else { None }
            })
            .collect()
    }

    fn table(&self, table: &Table, axes: &[hir::Axis], measures: &Option<Vec<String>>) -> hir::Table {
        if let Some(known) = measures {
            for measure in &table.measures {
                if !known.contains(&measure.node) {
                    self.cx.report(unknown_of("measure", &measure.node, measure.span, known));
                }
            }
        }
        let mut seen: Vec<&Ident> = vec![];
        for name in table.rows.iter().chain(&table.columns).chain(&table.cells) {
            self.known_axis(name, axes);
            if let Some(first) = seen.iter().find(|n| n.node == name.node) {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("`{}` is in the table twice", name.node))
                        .label(name.span, "again here")
                        .label(first.span, "first here"),
                );
            }
            seen.push(name);
        }
        let names = |idents: &[Ident]| idents.iter().map(|i| i.node.clone()).collect();
        hir::Table {
            measures: names(&table.measures),
            rows: names(&table.rows),
            columns: names(&table.columns),
            cells: names(&table.cells),
        }
    }

    fn known_axis(&self, name: &Ident, axes: &[hir::Axis]) {
        if axes.iter().all(|a| a.name != name.node) {
            let known: Vec<String> = axes.iter().map(|a| a.name.clone()).collect();
            self.cx.report(unknown_of("axis", &name.node, name.span, &known));
        }
    }

    pub(super) fn compare(&self, axes: &[hir::Axis]) -> Vec<String> {
        let mut names = vec![];
        for stmt in &self.experiment.body {
            if let ExperimentStmt::Compare { name, .. } = stmt {
                self.known_axis(name, axes);
                if axes.iter().any(|a| a.name == name.node && a.values.len() < 2) {
                    self.cx.report(
                        Diagnostic::error("nothing-to-compare", format!("`{}` has one value", name.node))
                            .label(name.span, "compared with what?"),
                    );
                }
                names.push(name.node.clone());
            }
        }
        names
    }
}

/// `train_error`, `test_error`, …, `train_loss`, …, and `test_gap`, …: a split's first metric against the
/// training split's. `generalization_gap` is the paper's word for `test_gap`.
pub fn measures_of(pipeline: &hir::Pipeline) -> Vec<String> {
    let splits = pipeline.data.splits.iter().map(|s| s.name.as_str());
    let mut names: Vec<String> = splits
        .flat_map(|split| {
            let words = std::iter::once("loss").chain(pipeline.metrics.iter().map(|m| m.word));
            words.map(move |word| format!("{split}_{word}"))
        })
        .collect();
    if !pipeline.metrics.is_empty() {
        let others = pipeline.data.splits.iter().filter(|s| s.name != "train");
        names.extend(others.map(|s| format!("{}_gap", s.name)));
        if pipeline.data.splits.iter().any(|s| s.name == "test") {
            names.push("generalization_gap".into());
        }
    }
    names
}
