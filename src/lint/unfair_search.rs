//! Arms of which one is searched more than another.

use super::cost::Run;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Arm, Candidates, Experiment, Pipeline, Rung, Search, expected};
use std::collections::BTreeMap;

pub const LINT: Lint = Lint { name: "unfair-search", looks: &[Look::Experiment(check)] };

/// What smaller last batches may bring.
const TOLERANCE: f64 = 0.05;

/// What was tried for one arm.
struct Tried<'e> {
    arm: &'e Arm,
    search: &'e Search,
    trials: usize,
    /// Training splits that all trials see; `None` where that hangs on the course of training or on files.
    samples: Option<f64>,
}

fn check(experiment: &Experiment) -> Vec<Diagnostic> {
    if experiment.searches.is_empty() {
        return vec![];
    }
    let of = |search: &'_ Search, own: &Candidates| (own.arm, samples(search, own), search.count);
    let mut tried: BTreeMap<usize, Tried<'_>> = BTreeMap::new();
    for search in &experiment.searches {
        for candidates in &search.arms {
            let (arm, samples, trials) = of(search, candidates);
            tried.insert(arm, Tried { arm: &experiment.arms[arm], search, trials, samples });
        }
    }
    if let Some(without) = (0..experiment.arms.len()).find(|arm| !tried.contains_key(arm)) {
        let (name, span) = (experiment.arm_name(&experiment.arms[without]), experiment.searches[0].span);
        let found =
            Diagnostic::warning(LINT.name, format!("nothing is chosen for {name}, and something is for others"));
        let help = "search for every arm alike: leave `for` away, or add a `choose` for it with as many trials";
        return vec![found.label(span, "others are at their best").help(help)];
    }
    let least = tried.values().min_by_key(|own| own.trials);
    let most = tried.values().max_by_key(|own| own.trials);
    if let Some((least, most)) = least.zip(most).filter(|(least, most)| least.trials < most.trials) {
        let (few, many) = (experiment.arm_name(least.arm), experiment.arm_name(most.arm));
        let found = Diagnostic::warning(
            LINT.name,
            format!("{many} is tried {} times, {few} {} times", most.trials, least.trials),
        );
        let found = found
            .label(most.search.span, format!("{} trials", most.trials))
            .label(least.search.span, format!("{} trials", least.trials));
        let help = format!("draw as many for both: `sampler random  trials {}`", most.trials);
        return vec![found.help(help)];
    }
    compared(experiment, &tried)
}

/// Training splits that all trials of an arm see.
fn samples(search: &Search, own: &Candidates) -> Option<f64> {
    let rungs = own.rungs(search);
    let of = |rung: &Rung| -> Option<Vec<f64>> {
        let seen = |p: &Pipeline| Some(Run::new(&p.halting(rung.halt))?.cost()?.samples);
        own.pipelines.iter().map(seen).collect()
    };
    let figures: Option<Vec<Vec<f64>>> = rungs.iter().map(of).collect();
    // Those that are proposed later are taken to cost as much.
    let whole = search.count as f64 / own.pipelines.len().max(1) as f64;
    figures.map(|figures| expected(&rungs, &figures) * whole)
}

/// Searches that see more samples than those that they are compared with.
fn compared(experiment: &Experiment, tried: &BTreeMap<usize, Tried<'_>>) -> Vec<Diagnostic> {
    let axes = experiment.axes.iter().enumerate().filter(|(_, axis)| experiment.compare.contains(&axis.name));
    let mut found = vec![];
    for (place, axis) in axes {
        let mut groups: BTreeMap<Vec<usize>, Vec<(&Tried<'_>, f64)>> = BTreeMap::new();
        for own in tried.values() {
            let mut rest = own.arm.at.clone();
            rest.remove(place);
            groups.entry(rest).or_default().extend(own.samples.map(|samples| (own, samples)));
        }
        let uneven = groups.values().filter_map(|group| {
            let least = group.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
            let most = group.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
            Some((least, most, most.1 / least.1))
        });
        let worst = uneven.filter(|(.., ratio)| *ratio > 1.0 + TOLERANCE).reduce(|a, b| if b.2 > a.2 { b } else { a });
        let Some(((less, few), (more, many), ratio)) = worst else { continue };
        let name = |own: &Tried<'_>| axis.values[own.arm.at[place]].clone();
        let (less, more) = ((name(less), less), (name(more), more));
        let text = format!("the trials of `{}` see {ratio:.2} times as many samples as those of `{}`", more.0, less.0);
        let seen = |name: &str, samples: f64| format!("those of `{name}` see the training split {samples:.0} times");
        found.push(
            Diagnostic::warning(LINT.name, text)
                .label(more.1.search.span, seen(&more.0, *many))
                .label(less.1.search.span, seen(&less.0, *few))
                .help("give both the same trials and the same lengths"),
        );
    }
    found
}
