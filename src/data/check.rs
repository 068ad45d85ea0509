//! What is wrong with a description before any data is read, and which part of it. The checker asks here, and knows where
//! that part stands in the text.

mod columns;
mod splits;

use super::DataSpec;
use super::error::DataError;
use crate::builtin::ShapeError;
pub use columns::WIDEST;
use columns::{check_modality, check_target};
use splits::{apart, check_split, once};

/// Class ids are kept in 32-bit floats, exact up to here; samples of a generator are limited to the same.
const LARGEST: usize = 1 << 24;

/// One thing wrong with a description.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub place: Place,
    pub error: ShapeError,
}

/// One thing wrong with the data that a description names.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub place: Place,
    pub error: DataError,
}

/// Which part of the `dataset` item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The item itself, or its `from`.
    From,
    Modality(usize),
    Target(usize),
    Split(usize),
}

impl Place {
    /// "modality `audio`".
    pub fn named(self, spec: &DataSpec) -> String {
        match self {
            Place::From => format!("dataset `{}`", spec.name),
            Place::Modality(i) => format!("modality `{}`", spec.modalities[i].name),
            Place::Target(i) => format!("target `{}`", spec.targets[i].name),
            Place::Split(i) => format!("split `{}`", spec.splits[i].name),
        }
    }
}

impl Problem {
    /// For a description that no checker has seen.
    pub(super) fn into_error(self, spec: &DataSpec) -> DataError {
        let place = self.place.named(spec);
        let error = DataError::new("mhm::dataset-unsound", format!("{place}: {}", self.error.message));
        if let Some(help) = self.error.help { error.help(help) } else { error }
    }
}

/// Everything wrong with a description that can be known before data is read. Nothing: [`super::load`] can fail on the
/// world only.
pub fn check(spec: &DataSpec) -> Vec<Problem> {
    let mut problems = vec![];
    let mut say = |place, result: Result<(), ShapeError>| {
        problems.extend(result.err().map(|error| Problem { place, error }));
    };
    say(Place::From, whole(spec));
    for (i, modality) in spec.modalities.iter().enumerate() {
        say(Place::Modality(i), check_modality(spec, modality));
    }
    for (i, target) in spec.targets.iter().enumerate() {
        say(Place::Target(i), check_target(spec, target));
    }
    for (i, split) in spec.splits.iter().enumerate() {
        let rules = split.rule.parts();
        say(Place::Split(i), rules.iter().try_for_each(|rule| check_split(spec, rule)));
        let earlier = spec.splits[..i].iter().flat_map(|s| s.rule.parts().iter().map(move |rule| (s, rule)));
        say(
            Place::Split(i),
            rules.iter().try_for_each(|b| earlier.clone().try_for_each(|(s, a)| apart(s, a, split, b))),
        );
        let twice =
            rules.iter().enumerate().try_for_each(|(j, b)| rules[..j].iter().try_for_each(|a| once(split, a, b)));
        say(Place::Split(i), twice);
    }
    problems
}

fn whole(spec: &DataSpec) -> Result<(), ShapeError> {
    if spec.modalities.is_empty() {
        return Err(ShapeError::new("a dataset needs a modality").help("for example `modality x: [1] = axis(0)`"));
    }
    if spec.splits.is_empty() {
        return Err(ShapeError::new("a dataset needs a split")
            .help("for example `split train = random(0.9)` and `split test = rest`"));
    }
    match spec.generator.as_deref() {
        Some(generator) if generator.per_class().saturating_mul(generator.classes()) > LARGEST => {
            Err(ShapeError::new(format!("a generator makes at most {LARGEST} samples")))
        }
        Some(_) | None => Ok(()),
    }
}
