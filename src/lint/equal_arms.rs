//! Arms that are one and the same.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Axis, Experiment};

pub const LINT: Lint = Lint { name: "equal-arms", looks: &[Look::Experiment(check)] };

fn check(experiment: &Experiment) -> Vec<Diagnostic> {
    experiment.axes.iter().flat_map(of_axis).collect()
}

fn of_axis(axis: &Axis) -> Vec<Diagnostic> {
    let same = |a: usize, b: usize| axis.meanings[a].is_some() && axis.meanings[a] == axis.meanings[b];
    let pairs = (0..axis.meanings.len()).filter_map(|i| Some((i, (0..i).find(|j| same(*j, i))?)));
    let finding = |(again, first): (usize, usize)| {
        Diagnostic::warning(LINT.name, format!("`{}` and `{}` are the same", axis.values[first], axis.values[again]))
            .label(axis.places[again], "the same again")
            .label(axis.places[first], "first here")
            .help("remove one, or give it the value that is meant")
    };
    pairs.map(finding).collect()
}
