//! The splits a schedule names are splits of the dataset.

use super::PipelineChecker;
use crate::check::unknown::{Noun, unknown_of};
use crate::diagnostic::Diagnostic;
use crate::hir::{self, Draw, SettingKind, SplitExpr};
use crate::span::Span;

impl PipelineChecker<'_> {
    /// Folds that keep the shares of classes need classes.
    pub(super) fn stratified(&self, schedule: &hir::Schedule, data: &hir::Dataset) {
        let classes = data.targets.iter().any(|target| target.kind.is_one_class());
        let Some(folds) = schedule.folds.as_ref().filter(|folds| folds.stratified && !classes) else { return };
        let before = self.cx.count();
        let diagnostic = Diagnostic::error("no-classes", "folds are stratified by classes, and the dataset has none")
            .label(folds.span, "`stratified: true`")
            .label(data.used_at, format!("`{}` has no target of one class a sample", data.name))
            .help("leave `stratified` away, or give the dataset a target such as `target y: class(2) = …`");
        self.cx.report(diagnostic);
        self.cx.blame(before, schedule.used_at);
    }

    /// Batches that have as many samples of every class need classes.
    pub(super) fn balanced(&self, schedule: &hir::Schedule, settings: &hir::Settings, data: &hir::Dataset) {
        if data.targets.iter().any(|target| target.kind.is_one_class()) {
            return;
        }
        let mut phases = vec![];
        collect_settings(&schedule.steps, &mut phases);
        for own in std::iter::once(settings).chain(phases).filter(|own| own.draw == Draw::ByClass) {
            let Some(place) = own.places.iter().find(|place| place.kind == SettingKind::Batch) else { continue };
            let before = self.cx.count();
            let diagnostic =
                Diagnostic::error("no-classes", "batches are balanced by classes, and the dataset has none")
                    .label(place.span, "`balanced: true`")
                    .label(data.used_at, format!("`{}` has no target of one class a sample", data.name))
                    .help("leave `balanced` away, or give the dataset a target such as `target y: class(2) = …`");
            self.cx.report(diagnostic);
            if !std::ptr::eq(own, settings) {
                self.cx.blame(before, schedule.used_at);
            }
        }
    }

    /// Splits a schedule names must be splits of the dataset.
    pub(super) fn splits(&self, schedule: &hir::Schedule, data: &hir::Dataset) {
        let known: Vec<String> = data.splits.iter().map(|s| s.name.to_string()).collect();
        let mut named = vec![];
        collect_splits(&schedule.steps, &mut named);
        if let hir::Deploy::Best { split, .. } = &schedule.deploy {
            names_of(split, schedule.deploy_span, &mut named);
        }
        for (name, span) in named {
            if !known.contains(&name) {
                self.cx.report(unknown_of(Noun::Split, &name, span, &known));
            }
        }
    }
}

fn collect_splits(steps: &[hir::Step], named: &mut Vec<(String, Span)>) {
    for step in steps {
        match step {
            hir::Step::Repeat { body, .. } | hir::Step::For { body, .. } => collect_splits(body, named),
            hir::Step::Phase(phase) => {
                names_of(&phase.on, phase.on_span, named);
                if let hir::Length::NoGain { split, .. } = &phase.length {
                    names_of(split, phase.span, named);
                }
            }
        }
    }
}

/// The settings of all phases.
fn collect_settings<'s>(steps: &'s [hir::Step], found: &mut Vec<&'s hir::Settings>) {
    for step in steps {
        match step {
            hir::Step::Repeat { body, .. } | hir::Step::For { body, .. } => collect_settings(body, found),
            hir::Step::Phase(phase) => found.push(&phase.settings),
        }
    }
}

fn names_of(split: &SplitExpr, span: Span, named: &mut Vec<(String, Span)>) {
    match split {
        SplitExpr::Named(name) => named.push((name.to_string(), span)),
        SplitExpr::All | SplitExpr::Fold(_) | SplitExpr::Except(_) => {}
        SplitExpr::Union(a, b) | SplitExpr::Difference(a, b) | SplitExpr::Intersection(a, b) => {
            names_of(a, span, named);
            names_of(b, span, named);
        }
    }
}
