//! A beginning that has seen the test.

use super::phases::{held_out, phases};
use super::sets::splits_in;
use super::{Lint, Look};
use crate::builtin::dataset::{SplitRule, condition};
use crate::diagnostic::Diagnostic;
use crate::hir::{Dataset, Pipeline, Split, Start};
use crate::split::SplitName;

pub const LINT: Lint = Lint { name: "start-sees-test-samples", looks: &[Look::Pipeline(check)] };

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    pipeline.starts.iter().filter_map(|start| of_start(pipeline, start)).collect()
}

fn of_start(pipeline: &Pipeline, start: &Start) -> Option<Diagnostic> {
    let (ours, theirs) = kept_and_seen(&pipeline.data, &start.pipeline)?;
    let name = &pipeline.network.module(start.module).name;
    let message = format!("`{name}` begins from `{}`, which trains on samples of `{}`", start.pipeline.name, ours.name);
    Some(
        Diagnostic::warning(LINT.name, message)
            .label(start.span, "has seen them")
            .label(ours.span, "kept for testing here")
            .label(theirs.span, "trained on there")
            .help("give both pipelines one dataset, or splits that keep the same samples apart"),
    )
}

/// A split that is kept for testing, and one that the other pipeline, or one that it begins from, trains on, of shared samples.
fn kept_and_seen<'p>(data: &'p Dataset, other: &'p Pipeline) -> Option<(&'p Split, &'p Split)> {
    let meet = |kept: &Split, seen: &Split| {
        same_samples(data, &other.data) && parts(kept).any(|a| parts(seen).any(|b| shared(data, &other.data, a, b)))
    };
    let seen: Vec<&Split> = other.data.splits.iter().filter(|split| trains_on(other, &split.name)).collect();
    let kept = data.splits.iter().filter(|split| held_out(&split.name));
    let own = kept.flat_map(|kept| seen.iter().map(move |seen| (kept, *seen))).find(|(kept, seen)| meet(kept, seen));
    own.or_else(|| other.starts.iter().find_map(|start| kept_and_seen(data, &start.pipeline)))
}

fn parts(split: &Split) -> impl Iterator<Item = &SplitRule> {
    split.rule.parts().iter()
}

fn trains_on(pipeline: &Pipeline, split: &str) -> bool {
    SplitName::TRAIN == *split
        || phases(&pipeline.schedule).iter().any(|p| splits_in(&p.phase.on).iter().any(|name| name == split))
}

/// Whether row i of one is row i of the other: both read the same places.
fn same_samples(a: &Dataset, b: &Dataset) -> bool {
    let places = |data: &Dataset| {
        let modalities = data.modalities.iter().flat_map(|m| &m.sources);
        modalities.chain(data.targets.iter().flat_map(|t| &t.sources)).map(|s| s.written(&[])).collect::<Vec<_>>()
    };
    let (ours, theirs) = (places(a), places(b));
    a.generator.is_none()
        && b.generator.is_none()
        && a.root == b.root
        && ours.iter().any(|place| theirs.contains(place))
}

/// Whether two rules share samples by what they say. Drawn splits are the same where all is drawn alike, and otherwise share
/// some, however they fall.
fn shared(ours: &Dataset, theirs: &Dataset, kept: &SplitRule, seen: &SplitRule) -> bool {
    let drawn = |rule: &SplitRule| matches!(rule, SplitRule::Random { .. } | SplitRule::Rest | SplitRule::Part { .. });
    let rules = |data: &Dataset| data.splits.iter().map(|s| (s.name.clone(), s.rule.clone())).collect::<Vec<_>>();
    match (kept, seen) {
        (SplitRule::Key { key: a, .. }, SplitRule::Key { key: b, .. }) => a == b,
        (SplitRule::Rows { start: a, end: b }, SplitRule::Rows { start: c, end: d }) => a < d && c < b,
        (SplitRule::Names { file: a, key: x, .. }, SplitRule::Names { file: b, key: y, .. }) => a == b && x == y,
        (SplitRule::Indices { files: a, array: x }, SplitRule::Indices { files: b, array: y }) => {
            x == y && a.iter().any(|file| b.contains(file))
        }
        (SplitRule::Where(a), SplitRule::Where(b)) => !condition::are_apart(a, b),
        (SplitRule::Rows { end, .. }, SplitRule::Rest) | (SplitRule::Rest, SplitRule::Rows { end, .. }) => {
            let other = if matches!(kept, SplitRule::Rest) { ours } else { theirs };
            rules(ours) != rules(theirs) && !covered(other, *end)
        }
        (a, b) => drawn(a) && drawn(b) && rules(ours) != rules(theirs),
    }
}

/// Whether all rows before `end` belong to splits that say which rows they have, so that `rest` begins behind.
fn covered(data: &Dataset, end: usize) -> bool {
    let rows = data.splits.iter().flat_map(parts).filter_map(|rule| match rule {
        SplitRule::Rows { start, end } => Some((*start, *end)),
        SplitRule::Key { .. }
        | SplitRule::Random { .. }
        | SplitRule::Rest
        | SplitRule::Indices { .. }
        | SplitRule::Names { .. }
        | SplitRule::Where(_)
        | SplitRule::Fresh { .. }
        | SplitRule::Part { .. }
        | SplitRule::Union(_) => None,
    });
    let mut rows: Vec<(usize, usize)> = rows.collect();
    rows.sort_unstable();
    let reached =
        rows.into_iter().fold(0, |reached, (start, to)| if start <= reached { reached.max(to) } else { reached });
    reached >= end
}
