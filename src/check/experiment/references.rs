//! Runs beside the grid, one for every place of it, that measures hold the grid's own against.

use super::{ExperimentChecker, VariedAxis};
use crate::diagnostic::Diagnostic;
use crate::hir::{Arm, Dataset, Pipeline, Reference};
use crate::span::Ident;
use crate::syntax::ast::{ExperimentStmt, Expr};
use std::collections::BTreeMap;

/// Pipelines of an experiment, the arms among them: each takes some kilobytes.
const MAX_PIPELINES: usize = 30_000;

impl ExperimentChecker<'_> {
    pub(super) fn references(&self, axes: &[VariedAxis], arms: &[Arm]) -> Vec<Reference> {
        let mut names: Vec<&Ident> = vec![];
        let mut references = vec![];
        for stmt in &self.experiment.body {
            let ExperimentStmt::Reference { name, value, .. } = stmt else { continue };
            self.unshadowed(name, &names, axes);
            names.push(name);
            if arms.len() * (names.len() + 1) > MAX_PIPELINES {
                let message = format!("arms and their references are more than {MAX_PIPELINES} pipelines");
                self.cx.report(
                    Diagnostic::value_error("too-large", message)
                        .label(name.span, format!("one for each of {} arms", arms.len()))
                        .help("vary less at a time, or hold it against fewer references"),
                );
                break;
            }
            let pipelines = self.grid(axes, value, "reference");
            self.comparable(name, value, arms, &pipelines);
            let pipelines = pipelines.into_iter().filter_map(|(_, pipeline)| pipeline).collect();
            references.push(Reference { name: name.node.clone(), span: name.span, pipelines });
        }
        references
    }

    fn unshadowed(&self, name: &Ident, names: &[&Ident], axes: &[VariedAxis]) {
        if let Some(first) = names.iter().find(|first| first.node == name.node) {
            self.cx.report(
                Diagnostic::error("declared-twice", format!("there are two references `{}`", name.node))
                    .label(name.span, "again here")
                    .label(first.span, "first here"),
            );
        }
        if let Some(axis) = axes.iter().find(|axis| axis.names().any(|axis| *axis == name.node)) {
            self.cx.report(
                Diagnostic::error("shadowed-name", format!("`{}` is an axis of this experiment already", name.node))
                    .label(name.span, "a reference here")
                    .label(axis.axis.span, "varied here"),
            );
        }
    }

    /// Samples are held against each other one by one, so both must have the same.
    fn comparable(&self, name: &Ident, value: &Expr, arms: &[Arm], pipelines: &[(Vec<usize>, Option<Pipeline>)]) {
        let places: BTreeMap<&[usize], &Option<Pipeline>> =
            pipelines.iter().map(|(at, made)| (at.as_slice(), made)).collect();
        let pairs = arms.iter().filter_map(|arm| {
            let reference = places.get(arm.at.as_slice())?.as_ref()?;
            Some((&arm.pipeline.data, &reference.data))
        });
        let Some((what, ours, theirs)) = pairs.into_iter().find_map(|(a, b)| Some((differs(a, b)?, a, b))) else {
            return;
        };
        self.cx.report(
            Diagnostic::error(
                "reference-mismatch",
                format!("reference `{}` has other {what} than the arm it is held against", name.node),
            )
            .label(value.span, format!("runs on `{}`", theirs.name))
            .label(ours.used_at, "the arm's data")
            .help("give both the same dataset with the same arguments; `modalities` may differ"),
        );
    }
}

/// What one dataset has and the other has not.
fn differs(ours: &Dataset, theirs: &Dataset) -> Option<&'static str> {
    let targets = |data: &Dataset| data.targets.iter().map(|t| (t.name.clone(), t.kind.clone())).collect::<Vec<_>>();
    let splits = |data: &Dataset| data.splits.iter().map(|s| (s.name.clone(), s.rule.clone())).collect::<Vec<_>>();
    let source = |data: &Dataset| {
        let targets: Vec<String> = data.targets.iter().map(|t| format!("{:?} {:?}", t.sources, t.transforms)).collect();
        (data.root.clone(), format!("{:?}", data.generator), targets)
    };
    if targets(ours) != targets(theirs) {
        return Some("targets");
    }
    (splits(ours) != splits(theirs) || source(ours) != source(theirs)).then_some("samples")
}
