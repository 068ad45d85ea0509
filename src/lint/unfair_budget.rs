//! Arms of one comparison that do not get the same.

use super::cost::{Cost, Run};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Amount, Arm, Axis, Experiment, Unit};
use std::collections::BTreeMap;

pub const LINT: Lint = Lint { name: "unfair-budget", looks: &[Look::Experiment(check)] };

/// What smaller last batches and the last phase may bring.
const TOLERANCE: f64 = 0.05;
/// Of samples, where budgets are not the same.
const SAMPLES: f64 = 0.01;

/// Changes that are tried in search of advice.
const MAX_TRIED: usize = 2_000;

fn check(experiment: &Experiment) -> Vec<Diagnostic> {
    if experiment.compare.is_empty() {
        return vec![];
    }
    let runs: Option<Vec<Run<'_>>> = experiment.arms.iter().map(|arm| Run::new(&arm.pipeline)).collect();
    let Some(mut runs) = runs else { return vec![] };
    let compared = experiment.axes.iter().enumerate().filter(|(_, axis)| experiment.compare.contains(&axis.name));
    let mut found = vec![];
    for (place, axis) in compared {
        let comparison = Comparison::along(experiment, place);
        let Some(worst) = comparison.worst(&runs) else { continue };
        let advice = advice(&comparison, &mut runs);
        found.push(finding(axis, place, &worst, &advice));
    }
    found
}

/// Arms that differ on one axis alone, together.
struct Comparison<'e> {
    arms: &'e [Arm],
    groups: Vec<Vec<usize>>,
}

/// Two arms of one group, and what they cost.
struct Pair<'e> {
    less: (&'e Arm, Cost),
    more: (&'e Arm, Cost),
    what: What,
    ratio: f64,
}

#[derive(Clone, Copy, PartialEq)]
enum What {
    Samples,
    Updates,
}

impl<'e> Comparison<'e> {
    fn along(experiment: &'e Experiment, place: usize) -> Self {
        let mut groups: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for (i, arm) in experiment.arms.iter().enumerate() {
            let mut rest = arm.at.clone();
            rest.remove(place);
            groups.entry(rest).or_default().push(i);
        }
        Comparison { arms: &experiment.arms, groups: groups.into_values().collect() }
    }

    /// The most unequal pair.
    fn worst(&self, runs: &[Run<'_>]) -> Option<Pair<'e>> {
        let pairs = self.groups.iter().filter_map(|group| self.unequal(group, runs));
        pairs.reduce(|a, b| if b.ratio > a.ratio { b } else { a })
    }

    fn unequal(&self, group: &[usize], runs: &[Run<'_>]) -> Option<Pair<'e>> {
        let budgets: Vec<Amount> = group.iter().map(|i| runs[*i].plan.budget).collect();
        let samples = if budgets.windows(2).all(|pair| pair[0] == pair[1]) { TOLERANCE } else { SAMPLES };
        let costs: Vec<(&Arm, Cost)> = group.iter().filter_map(|i| Some((&self.arms[*i], runs[*i].cost()?))).collect();
        let by = |what: What, tolerance: f64, read: fn(&Cost) -> f64| {
            let order = |a: &&(&Arm, Cost), b: &&(&Arm, Cost)| read(&a.1).total_cmp(&read(&b.1));
            let (less, more) = (*costs.iter().min_by(order)?, *costs.iter().max_by(order)?);
            let ratio = read(&more.1) / read(&less.1);
            (ratio > 1.0 + tolerance && ratio.is_finite()).then_some(Pair { less, more, what, ratio })
        };
        by(What::Samples, samples, |c| c.samples).or_else(|| by(What::Updates, TOLERANCE, |c| c.updates))
    }
}

/// What makes all arms equal: a batch for all, a budget for all, or both.
#[derive(Clone, Copy, Default)]
struct Adjustment {
    batch: Option<usize>,
    budget: Option<Amount>,
}

/// The first change that makes the arms equal, as it was tried on all of them.
fn advice(comparison: &Comparison<'_>, runs: &mut [Run<'_>]) -> Adjustment {
    let adjustments = adjustments(comparison, runs);
    let asked: Vec<Adjustment> =
        runs.iter().map(|run| Adjustment { batch: Some(run.plan.batch), budget: Some(run.plan.budget) }).collect();
    let found = adjustments.into_iter().take(MAX_TRIED).find(|adjustment| {
        runs.iter_mut().zip(&asked).for_each(|(run, asked)| {
            apply(run, asked);
            apply(run, adjustment);
        });
        fits(adjustment, runs) && comparison.worst(runs).is_none()
    });
    runs.iter_mut().zip(&asked).for_each(|(run, asked)| apply(run, asked));
    found.unwrap_or_default()
}

fn apply(run: &mut Run<'_>, adjustment: &Adjustment) {
    adjustment.batch.iter().for_each(|batch| run.in_batches_of(*batch));
    adjustment.budget.iter().for_each(|budget| run.plan.budget = *budget);
}

/// Whether no set is smaller than the batch, which is another finding, and the budget comes to something.
fn fits(adjustment: &Adjustment, runs: &[Run<'_>]) -> bool {
    let fewest = runs.iter().flat_map(|run| run.samples.iter().flatten()).min();
    adjustment.batch.is_none_or(|batch| fewest.is_none_or(|fewest| batch <= *fewest))
}

/// What may help, what changes least first.
fn adjustments(comparison: &Comparison<'_>, runs: &[Run<'_>]) -> Vec<Adjustment> {
    let mut batches: Vec<usize> = vec![];
    let mut budgets: Vec<Amount> = vec![];
    for run in comparison.groups.iter().flatten().map(|i| &runs[*i]) {
        if !batches.contains(&run.plan.batch) {
            batches.push(run.plan.batch);
        }
        if !budgets.contains(&run.plan.budget) {
            budgets.push(run.plan.budget);
        }
    }
    // Epochs count what every arm sees.
    budgets.sort_by_key(|budget| budget.unit != Unit::Epochs);
    let epochs = runs.iter().filter_map(Run::cost).map(|cost| cost.samples.round()).filter(|n| *n >= 1.0);
    if let Some(count) = epochs.reduce(f64::min).filter(|_| budgets[0].unit != Unit::Epochs) {
        budgets.push(Amount { count, unit: Unit::Epochs });
    }
    let one_batch: Vec<Option<usize>> =
        if batches.len() > 1 { batches.iter().copied().map(Some).collect() } else { vec![] };
    let budget_of = |budget: &Amount| Adjustment { batch: None, budget: Some(*budget) };
    let batch_of = |batch: usize| Adjustment { batch: Some(batch), budget: None };
    let with = |batch: usize, budget: &Amount| Adjustment { batch: Some(batch), budget: Some(*budget) };
    let near = near(batches[0]);
    let mut all: Vec<Adjustment> = one_batch.iter().flatten().map(|batch| batch_of(*batch)).collect();
    let other: Vec<Amount> = if budgets.len() > 1 { budgets } else { vec![] };
    all.extend(other.iter().map(budget_of));
    all.extend(one_batch.iter().flatten().flat_map(|batch| other.iter().map(|budget| with(*batch, budget))));
    all.extend(near.iter().map(|batch| batch_of(*batch)));
    all.extend(other.iter().take(2).flat_map(|budget| near.iter().map(|batch| with(*batch, budget))));
    all
}

/// Batches from the nearest on, down to one sample.
fn near(batch: usize) -> Vec<usize> {
    let mut sizes: Vec<usize> = (1..=2 * batch.min(512)).filter(|size| *size != batch).collect();
    sizes.sort_by_key(|size| (size.abs_diff(batch), *size));
    sizes
}

fn finding(axis: &Axis, place: usize, pair: &Pair<'_>, advice: &Adjustment) -> Diagnostic {
    let name = |arm: &Arm| axis.values[arm.at[place]].clone();
    let ((less, few), (more, many)) = (&pair.less, &pair.more);
    let (verb, noun) = match pair.what {
        What::Samples => ("sees", "samples"),
        What::Updates => ("makes", "updates"),
    };
    let times = format!("{:.2}", pair.ratio);
    let times = times.trim_end_matches('0').trim_end_matches('.');
    let shown = |cost: &Cost| match (pair.what, cost.sized) {
        (What::Samples, _) => format!("sees the training split {} times", rounded(cost.samples)),
        (What::Updates, true) if cost.about => format!("makes about {} updates", rounded(cost.updates)),
        (What::Updates, true) => format!("makes {} updates", rounded(cost.updates)),
        (What::Updates, false) => format!("makes {} updates a training sample", rounded(cost.updates)),
    };
    Diagnostic::warning(LINT.name, format!("`{}` {verb} {times} times as many {noun} as `{}`", name(more), name(less)))
        .label(axis.span, "compared")
        .label(more.pipeline.budget_span, format!("`{}` {}, `{}` {}", name(more), shown(many), name(less), shown(few)))
        .help(help(advice))
}

fn help(advice: &Adjustment) -> String {
    let batch = advice.batch.map(|batch| format!("`batch {batch}`"));
    let budget = advice.budget.map(|budget| format!("`budget {budget}`"));
    match [batch, budget].into_iter().flatten().collect::<Vec<_>>().as_slice() {
        [] => {
            "no one `batch` or `budget` makes them equal: say so where the result is shown, and `allow(unfair-budget)`"
                .into()
        }
        settings => format!("with {} in all of them they are equal, within 5 %", settings.join(" and ")),
    }
}

fn rounded(x: f64) -> String {
    let text = format!("{x:.1}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}
