//! The splits a schedule names are splits of the dataset.

use super::PipelineChecker;
use crate::check::unknown::{Noun, unknown_of};
use crate::diagnostic::Diagnostic;
use crate::hir::{self, SettingKind, SplitExpr};
use crate::span::Span;
use crate::suggest::declared;

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

    /// Batches that are balanced need classes, or the groups that they are balanced by.
    pub(super) fn balanced(&self, schedule: &hir::Schedule, settings: &hir::Settings, data: &hir::Dataset) {
        let classes = data.targets.iter().any(|target| target.kind.is_one_class());
        let groups: Vec<String> = data.groups.iter().map(|group| group.name.clone()).collect();
        let own = phases(&schedule.steps).into_iter().map(|phase| &phase.settings);
        for own in std::iter::once(settings).chain(own) {
            let before = self.cx.count();
            let place = own.places.iter().find(|place| place.kind == SettingKind::Batch);
            if let Some(place) = place.filter(|_| own.draw.minds_classes() && !classes) {
                self.cx.report(
                    Diagnostic::error("no-classes", "batches are balanced by classes, and the dataset has none")
                        .label(place.span, format!("`{}`", own.draw.option().trim_start_matches(", ")))
                        .label(data.used_at, format!("`{}` has no target of one class a sample", data.name))
                        .help("leave `balanced` away, or give the dataset a target such as `target y: class(2) = …`"),
                );
            }
            for named in own.drawn_by.iter().filter(|named| !groups.contains(&named.node)) {
                let known: Vec<String> = groups.iter().cloned().chain(classes.then(|| "class".into())).collect();
                let found = unknown_of(Noun::Group, &named.node, named.span, &known);
                let declare = format!("declare it: `group {0} = csv(\"meta.csv\", column: \"{0}\")`", named.node);
                let is_slip = declared(&named.node, known.iter().map(String::as_str)).is_some();
                self.cx.report(if groups.is_empty() && !is_slip { found.help(declare) } else { found });
            }
            if !std::ptr::eq(own, settings) {
                self.cx.blame(before, schedule.used_at);
            }
        }
    }

    /// Splits a schedule names must be splits of the dataset.
    pub(super) fn splits(&self, schedule: &hir::Schedule, data: &hir::Dataset) {
        let known: Vec<String> = data.splits.iter().map(|s| s.name.to_string()).collect();
        let mut named = vec![];
        for phase in phases(&schedule.steps) {
            names_of(&phase.on, phase.on_span, &mut named);
            if let hir::Length::NoGain { split, .. } = &phase.length {
                names_of(split, phase.span, &mut named);
            }
        }
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

/// All phases, in the order they are written.
pub(super) fn phases(steps: &[hir::Step]) -> Vec<&hir::Phase> {
    let mut found = vec![];
    for step in steps {
        match step {
            hir::Step::Repeat { body, .. } | hir::Step::For { body, .. } => found.extend(phases(body)),
            hir::Step::Phase(phase) => found.push(phase),
        }
    }
    found
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
