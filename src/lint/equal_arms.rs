//! Arms that are one and the same.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Argument, Experiment};
use std::collections::BTreeSet;

pub const LINT: Lint = Lint { name: "equal-arms", looks: &[Look::Experiment(check)] };

fn check(experiment: &Experiment) -> Vec<Diagnostic> {
    (0..experiment.axes.len()).flat_map(|axis| of_axis(experiment, axis)).collect()
}

fn of_axis(experiment: &Experiment, at: usize) -> Vec<Diagnostic> {
    let axis = &experiment.axes[at];
    let meaning = |value: usize| {
        let offered = offered(experiment, at, value);
        let written = axis.meanings[value].as_ref()?;
        Some(written.iter().map(|argument| Meaning::of(argument, offered.as_ref())).collect::<Vec<_>>())
    };
    let meanings: Vec<_> = (0..axis.values.len()).map(meaning).collect();
    let same = |a: usize, b: usize| meanings[a].is_some() && meanings[a] == meanings[b];
    let pairs = (0..meanings.len()).filter_map(|i| Some((i, (0..i).find(|j| same(*j, i))?)));
    let finding = |(again, first): (usize, usize)| {
        Diagnostic::warning(LINT.name, format!("`{}` and `{}` are the same", axis.values[first], axis.values[again]))
            .label(axis.places[again], "the same again")
            .label(axis.places[first], "first here")
            .help("remove one, or give it the value that is meant")
    };
    pairs.map(finding).collect()
}

/// What a value comes to. Modalities are those of the data in its order, however they are listed.
#[derive(PartialEq)]
enum Meaning<'e> {
    Modalities(BTreeSet<&'e str>),
    Written(&'e Argument),
}

impl<'e> Meaning<'e> {
    /// `offered`: what networks see in the arms of the value.
    fn of(argument: &'e Argument, offered: Option<&BTreeSet<&'e str>>) -> Self {
        let names = match argument {
            Argument::Plain(word) if word == "all" => offered.cloned(),
            Argument::List(items) => {
                items.iter().map(name).collect::<Option<_>>().filter(|names| Some(names) == offered)
            }
            Argument::Plain(_) | Argument::Call { .. } => None,
        };
        names.map_or(Self::Written(argument), Self::Modalities)
    }
}

/// The modalities that networks see in the arms of a value; nothing where these differ.
fn offered(experiment: &Experiment, axis: usize, value: usize) -> Option<BTreeSet<&str>> {
    let arms = experiment.arms.iter().filter(|arm| arm.at[axis] == value);
    let mut sets = arms.map(|arm| {
        let offered = arm.pipeline.data.modalities.iter().filter(|modality| modality.offered);
        offered.map(|modality| modality.name.as_str()).collect::<BTreeSet<_>>()
    });
    let first = sets.next()?;
    sets.all(|other| other == first).then_some(first)
}

/// A modality may be called as a builtin is, and stand there as a text.
fn name(item: &Argument) -> Option<&str> {
    match item {
        Argument::Plain(word) | Argument::Call { word, .. } => Some(word.trim_matches('"')),
        Argument::List(_) => None,
    }
}
