//! A target that nobody reads.

use super::unread::{Part, unread};
use super::{Lint, Look};
use crate::builtin::dataset::SplitRule;
use crate::diagnostic::Diagnostic;
use crate::hir::Pipeline;
use crate::span::{SourceId, Span};
use std::collections::BTreeSet;

pub const LINT: Lint = Lint { name: "unused-target", looks: &[Look::Pipelines(check)] };

fn check<'a>(pipelines: &[&'a Pipeline]) -> Vec<(Diagnostic, &'a Pipeline)> {
    // A library's dataset is for others, too.
    let own = |pipeline: &&'a Pipeline| pipeline.data.span.source == SourceId(0);
    let targets = |pipeline: &'a Pipeline| {
        let data = Some(pipeline).filter(own).map_or(&[][..], |pipeline| &pipeline.data.targets);
        data.iter().map(|target| Part { name: &target.name, span: target.span }).collect()
    };
    unread(pipelines, read, targets, |pipeline, target| {
        let message = format!("nothing reads the target `{}` of `{}`", target.name, pipeline.data.name);
        Diagnostic::warning(LINT.name, message)
            .label(target.span, "no loss or metric names it")
            .label(pipeline.data.used_at, "the dataset is used here")
            .help(format!("name it after an output, as in `cross_entropy(out, {})`, or remove it", target.name))
    })
}

/// Where the targets are written that a pipeline reads.
fn read(pipeline: &Pipeline) -> BTreeSet<Span> {
    let data = &pipeline.data;
    let losses = pipeline.loss.iter().filter_map(|term| term.target);
    let named = losses.chain(pipeline.metrics.iter().map(|metric| metric.target));
    let mut read: BTreeSet<Span> = named.map(|target| data.targets[target].span).collect();
    let by_class = |rule: &SplitRule| {
        matches!(rule, SplitRule::Random { stratified: true, .. } | SplitRule::Part { .. })
            || rule.only().is_some_and(|only| only.stratified)
    };
    let folds = pipeline.schedule.folds.as_ref().is_some_and(|folds| folds.stratified);
    if folds || data.splits.iter().flat_map(|split| split.rule.parts()).any(by_class) {
        read.extend(data.targets.iter().find(|target| target.kind.is_one_class()).map(|target| target.span));
    }
    read
}
