//! What is wrong with a description before any data is read, and which part of it. The checker asks here, and knows where
//! that part stands in the text.

mod columns;
mod groups;
mod splits;

use super::fault::Problem;
use super::spec::{DataSpec, LARGEST, Member};
use crate::builtin::ShapeError;
use columns::{check_modality, check_target};
use groups::{check_group, names_groups};
use splits::{apart, check_split, once};

/// Everything wrong with a description that can be known before data is read. Nothing: [`super::load`] can fail on the
/// world only.
pub fn check(spec: &DataSpec) -> Vec<Problem> {
    let mut problems = vec![];
    let mut say = |member, result: Result<(), ShapeError>| {
        problems.extend(result.err().map(|error| Problem { member, error }));
    };
    say(Member::Dataset, whole(spec));
    for (i, modality) in spec.modalities.iter().enumerate() {
        say(Member::Modality(i), check_modality(spec, modality));
    }
    for (i, target) in spec.targets.iter().enumerate() {
        say(Member::Target(i), check_target(spec, target));
    }
    for (i, group) in spec.groups.iter().enumerate() {
        say(Member::Group(i), check_group(spec, group));
    }
    for (i, split) in spec.splits.iter().enumerate() {
        let rules = split.rule.parts();
        say(Member::Split(i), rules.iter().try_for_each(|rule| check_split(spec, rule)));
        say(Member::Split(i), rules.iter().try_for_each(|rule| names_groups(spec, rule)));
        let earlier = spec.splits[..i].iter().flat_map(|s| s.rule.parts().iter().map(move |rule| (s, rule)));
        say(
            Member::Split(i),
            rules.iter().try_for_each(|b| earlier.clone().try_for_each(|(s, a)| apart(s, a, split, b))),
        );
        let twice =
            rules.iter().enumerate().try_for_each(|(j, b)| rules[..j].iter().try_for_each(|a| once(split, a, b)));
        say(Member::Split(i), twice);
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
