//! A comparison that cannot come out significant.

use super::phases::listed;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::Experiment;

pub const LINT: Lint = Lint {
    name: "too-few-seeds",
    doc: "Differences are tested by flipping their signs over paired seeds: the smallest p of n seeds is 2 / 2ⁿ, so fewer than \
          6 never reach 0.05, and one has no interval at all.",
    looks: &[Look::Experiment(check)],
};

/// `2 / 2⁶ < 0.05 < 2 / 2⁵`.
const ENOUGH: usize = 6;

fn check(experiment: &Experiment) -> Vec<Diagnostic> {
    let seeds = experiment.seeds.len();
    if experiment.compare.is_empty() || seeds >= ENOUGH {
        return vec![];
    }
    let names: Vec<String> = experiment.compare.iter().map(|name| format!("`{name}`")).collect();
    let declared = experiment.seeds_span != experiment.span;
    let smallest = 2.0 / 2f64.powi(seeds as i32);
    let message = match seeds {
        1 => format!("{} is compared over one seed: there is no interval and no p", listed(&names)),
        n => format!("{} is compared over {n} seeds: no difference can reach p < 0.05", listed(&names)),
    };
    let mut diagnostic = Diagnostic::warning(LINT.name, message).label(
        experiment.seeds_span,
        match (declared, seeds) {
            (false, _) => "declares no `seeds`: one run an arm".to_string(),
            (true, 1) => "one run an arm".to_string(),
            (true, _) => format!("the smallest p is {smallest}"),
        },
    );
    let axis = experiment.axes.iter().find(|axis| experiment.compare.contains(&axis.name));
    if let Some(axis) = axis {
        diagnostic = diagnostic.label(axis.span, "compared");
    }
    vec![diagnostic.help("write `seeds 30`, or at least `seeds 6`")]
}
