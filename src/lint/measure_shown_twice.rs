//! A table with a column twice.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::Experiment;
use crate::span::Span;

pub const LINT: Lint = Lint { name: "measure-shown-twice", looks: &[Look::Experiment(check)] };

fn check(experiment: &Experiment) -> Vec<Diagnostic> {
    let tables = experiment.tables.iter().flat_map(|t| twice("table", &t.measures, &t.places));
    tables.chain(experiment.figures.iter().flat_map(|f| twice("figure", &f.measures, &f.places))).collect()
}

fn twice(of: &str, names: &[String], places: &[Span]) -> Vec<Diagnostic> {
    let again = (0..names.len()).filter_map(|i| Some((i, names[..i].iter().position(|name| *name == names[i])?)));
    let finding = |(again, first): (usize, usize)| {
        Diagnostic::warning(LINT.name, format!("the {of} shows `{}` twice", names[again]))
            .label(places[again], "again here")
            .label(places[first], "first here")
            .help("remove one, or name the measure that is meant")
    };
    again.map(finding).collect()
}
