//! Arms of one comparison that do not get the same.

use super::cost::{Cost, cost};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Arm, Axis, Experiment};
use std::collections::BTreeMap;

pub const LINT: Lint = Lint {
    name: "unfair-budget",
    doc: "Arms that are compared see different numbers of samples or make different numbers of updates: the difference may be \
          of training time, not of method.",
    looks: &[Look::Experiment(check)],
};

/// Differences below are of last batches.
const SAMPLES: f64 = 0.01;
const UPDATES: f64 = 0.05;

fn check(experiment: &Experiment) -> Vec<Diagnostic> {
    let compared = experiment.axes.iter().enumerate().filter(|(_, axis)| experiment.compare.contains(&axis.name));
    compared.filter_map(|(place, axis)| of_axis(experiment, place, axis)).collect()
}

/// Two arms that differ on this axis alone, and what they cost.
struct Pair<'e> {
    less: (&'e Arm, Cost),
    more: (&'e Arm, Cost),
    what: &'static str,
    ratio: f64,
}

/// The most unequal pair.
fn of_axis(experiment: &Experiment, place: usize, axis: &Axis) -> Option<Diagnostic> {
    let mut groups: BTreeMap<Vec<usize>, Vec<(&Arm, Cost)>> = BTreeMap::new();
    for arm in &experiment.arms {
        let mut rest = arm.at.clone();
        rest.remove(place);
        groups.entry(rest).or_default().extend(cost(&arm.pipeline).map(|cost| (arm, cost)));
    }
    let worst =
        groups.values().filter_map(|arms| unequal(arms)).reduce(|a, b| if b.ratio > a.ratio { b } else { a })?;
    Some(finding(axis, place, &worst))
}

fn unequal<'e>(arms: &[(&'e Arm, Cost)]) -> Option<Pair<'e>> {
    let by = |what: &'static str, tolerance: f64, read: fn(&Cost) -> f64| {
        let order = |a: &&(&'e Arm, Cost), b: &&(&'e Arm, Cost)| read(&a.1).total_cmp(&read(&b.1));
        let (less, more) = (*arms.iter().min_by(order)?, *arms.iter().max_by(order)?);
        let ratio = read(&more.1) / read(&less.1);
        (ratio > 1.0 + tolerance).then_some(Pair { less, more, what, ratio })
    };
    by("samples", SAMPLES, |c| c.samples).or_else(|| by("updates", UPDATES, |c| c.updates))
}

fn finding(axis: &Axis, place: usize, pair: &Pair<'_>) -> Diagnostic {
    let name = |arm: &Arm| axis.values[arm.at[place]].clone();
    let ((less, few), (more, many)) = (&pair.less, &pair.more);
    let verb = if pair.what == "samples" { "sees" } else { "makes" };
    let times = format!("{:.2}", pair.ratio);
    let times = times.trim_end_matches('0').trim_end_matches('.');
    let shown = |cost: &Cost| match (pair.what, cost.sized) {
        ("samples", _) => format!("sees the training split {} times", rounded(cost.samples)),
        (_, true) => format!("makes {} updates", rounded(cost.updates)),
        (_, false) => format!("makes {} updates a training sample", rounded(cost.updates)),
    };
    Diagnostic::warning(
        LINT.name,
        format!("`{}` {verb} {times} times as many {} as `{}`", name(more), pair.what, name(less)),
    )
    .label(axis.span, "compared")
    .label(more.pipeline.budget_span, format!("`{}` {}, `{}` {}", name(more), shown(many), name(less), shown(few)))
    .help(match pair.what {
        "samples" => "give both a budget in epochs and let the schedule `repeat` until it is spent",
        _ => "give both the same batch, or a budget in steps",
    })
}

fn rounded(x: f64) -> String {
    let text = format!("{x:.1}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}
