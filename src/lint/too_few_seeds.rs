//! A comparison that cannot come out significant, or hardly ever does.

use super::phases::listed;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Cross, Deal, Experiment};
use crate::significance::{FEW_PARTS, LEVEL, are_few, enough, smallest_p};
use std::collections::BTreeSet;

pub const LINT: Lint = Lint { name: "too-few-seeds", looks: &[Look::Experiment(check)] };

fn check(experiment: &Experiment) -> Vec<Diagnostic> {
    let each = || experiment.compare.iter().map(|axis| (axis, comparisons(experiment, axis)));
    let comparisons = each().map(|(_, own)| own).max().unwrap_or(0);
    if let Some(cross) = experiment.cross.as_ref().filter(|_| comparisons > 0) {
        return of_parts(experiment, cross).into_iter().collect();
    }
    let seeds = experiment.seeds.len();
    if comparisons == 0 || !are_few(seeds, comparisons) {
        return vec![];
    }
    // Those of fewer comparisons may well come out.
    let names: Vec<String> = each()
        .filter(|(_, own)| *own == comparisons || are_few(seeds, 1))
        .map(|(axis, _)| format!("`{axis}`"))
        .collect();
    let are = if names.len() == 1 { "is" } else { "are" };
    let (names, smallest) = (listed(&names), smallest_p(seeds));
    let message = match seeds {
        1 => format!("{names} {are} compared over one seed: there is no interval and no p"),
        n if are_few(n, 1) => format!("{names} {are} compared over {n} seeds: no difference can reach p < {LEVEL}"),
        n => format!(
            "{names} {are} compared over {n} seeds: corrected for {comparisons} comparisons, no difference can reach p < {LEVEL}"
        ),
    };
    let declared = experiment.seeds_span != experiment.span;
    let said = match (declared, seeds) {
        (false, _) => "declares no `seeds`: one run an arm".to_string(),
        (true, 1) => "one run an arm".to_string(),
        (true, _) => format!("the smallest p is {smallest}"),
    };
    let axis = experiment.axes.iter().find(|axis| experiment.compare.contains(&axis.name));
    let place = if declared { experiment.seeds_span } else { experiment.compare_spans[0] };
    let found = Diagnostic::warning(LINT.name, message).label(place, said);
    let found = axis.into_iter().fold(found, |found, axis| found.label(axis.span, "compared"));
    vec![found.help(match enough(comparisons) {
        least if least < 30 => format!("write `seeds 30`, or at least `seeds {least}`"),
        _ => "compare fewer arms, or show fewer measures".into(),
    })]
}

/// Of parts there are always enough for a t test; of a few it hardly ever tells anything.
fn of_parts(experiment: &Experiment, cross: &Cross) -> Option<Diagnostic> {
    let names: Vec<String> = experiment.compare.iter().map(|name| format!("`{name}`")).collect();
    let (pairs, help) = match &cross.deal {
        // How many groups there are is in files.
        Deal::Each(group) => (
            cross.groups.len(),
            format!("more groups are needed; with `cross 2, by: {group}` each of `seeds 5` deals them anew"),
        ),
        Deal::Into { parts, .. } => {
            (parts * experiment.seeds.len(), "write `cross 5`, and `seeds 5` for five rounds of it".to_string())
        }
    };
    (1..=FEW_PARTS).contains(&pairs).then(|| {
        let message = format!(
            "{} {} compared over {pairs} test parts: the interval is more than twice as wide as of many",
            listed(&names),
            if names.len() == 1 { "is" } else { "are" }
        );
        Diagnostic::warning(LINT.name, message).label(cross.span, format!("{pairs} pairs")).help(help)
    })
}

/// Differences that p is corrected for: every other arm, in every place of the other axes, by every measure of a table.
fn comparisons(experiment: &Experiment, compared: &str) -> usize {
    let all = experiment.tables.iter().flat_map(|table| &table.measures);
    let primary = experiment.compare.iter().zip(&experiment.compare_on).find(|(axis, _)| *axis == compared);
    // What a comparison is chiefly about is corrected for by itself.
    let measures: BTreeSet<&String> = match primary.filter(|(_, on)| !on.is_empty()) {
        Some((_, on)) => on.iter().collect(),
        None => all.collect(),
    };
    let of = |axis: &crate::hir::Axis| if axis.name == compared { axis.values.len() - 1 } else { axis.values.len() };
    // Without a table p is not shown, and one seed is too few all the same.
    experiment.axes.iter().map(of).product::<usize>() * measures.len().max(1)
}
