//! What is odd about data that can be trained on: features that say nothing, classes that never occur. Owns the words.

use super::array::Target;
use super::check::{Fault, Place};
use super::error::DataError;
use super::values::Values;
use crate::builtin::TargetKind;
use std::collections::BTreeSet;

/// Features or classes that are named; the others are counted.
const SHOWN: usize = 8;

/// Of features of modality `i` that `standardize` found to have one value.
pub fn constant(i: usize, name: &str, places: &[usize]) -> Option<Fault> {
    let (which, are) = (these("feature", places)?, if places.len() == 1 { "is" } else { "are" });
    let error = DataError::new("mhm::constant-feature", format!("{which} of modality `{name}` {are} constant in `train`"))
        .help("standardized, they are 0 there, and elsewhere what they differ by (their deviation counts as 1); leave them out");
    Some(Fault { place: Place::Modality(i), error })
}

/// Of classes of target `i` that no sample of `train` has.
pub fn unseen(i: usize, target: &Target, train: &[u32]) -> Option<Fault> {
    let width = target.width();
    let rows = train.iter().map(|id| &target.values[*id as usize * width..][..width]);
    let (classes, seen): (usize, BTreeSet<usize>) = match target.kind {
        TargetKind::Class { classes, .. } => {
            (classes, rows.flatten().filter(|class| **class >= 0.0).map(|class| *class as usize).collect())
        }
        TargetKind::Multi { classes } => {
            (classes, rows.flat_map(|row| (0..row.len()).filter(|class| row[*class] == 1.0)).collect())
        }
        TargetKind::Real { .. } | TargetKind::Events { .. } => return None,
    };
    if train.is_empty() {
        return None;
    }
    let places: Vec<usize> = (0..classes).filter(|class| !seen.contains(class)).collect();
    let (which, verb) = (these("class", &places)?, if places.len() == 1 { "occurs" } else { "occur" });
    let message = format!("{which} of target `{}` never {verb} in `train`", target.name);
    let error = DataError::new("mhm::unseen-class", message).help(format!(
        "nothing is learned of what never occurs: is `{}` what the files hold? Ids are counted from 0",
        target.kind
    ));
    Some(Fault { place: Place::Target(i), error })
}

/// Whether features vary as they are prepared, and as 32-bit floats.
pub struct Rounding {
    features: Vec<Option<Feature>>,
    /// Whether some feature has not been seen to vary as 32-bit floats.
    is_open: bool,
}

#[derive(Clone, Copy)]
struct Feature {
    first: f64,
    varies: bool,
    varies_rounded: bool,
}

impl Rounding {
    /// Of samples of these axes.
    pub fn of(axes: &[usize]) -> Self {
        Self { features: vec![None; axes.last().copied().unwrap_or(1)], is_open: true }
    }

    /// Looks at more samples.
    pub fn see(&mut self, values: &Values) {
        let Values::Double(values) = values else {
            // Nothing is rounded.
            self.is_open = false;
            return;
        };
        if !self.is_open {
            return;
        }
        for row in values.chunks(self.features.len().max(1)) {
            for (feature, value) in self.features.iter_mut().zip(row) {
                let known = feature.get_or_insert(Feature { first: *value, varies: false, varies_rounded: false });
                known.varies |= known.first != *value;
                known.varies_rounded |= known.first as f32 != *value as f32;
            }
        }
        self.is_open = self.features.iter().flatten().any(|feature| !feature.varies_rounded);
    }

    /// Of features of modality `i` that were lost.
    pub fn remark(&self, i: usize, name: &str) -> Option<Fault> {
        if !self.is_open {
            return None;
        }
        let lost = |place: &usize| self.features[*place].is_some_and(|f| f.varies && !f.varies_rounded);
        let places: Vec<usize> = (0..self.features.len()).filter(lost).collect();
        let (which, verb) = (these("feature", &places)?, if places.len() == 1 { "varies" } else { "vary" });
        let message = format!("{which} of modality `{name}` {verb} in the file and not in training");
        let error = DataError::new("mhm::lost-feature", message)
            .found("numbers that differ by less than 32-bit floats do, in which networks compute")
            .help("`|> standardize` takes the mean off first, in 64 bits");
        Some(Fault { place: Place::Modality(i), error })
    }
}

/// "feature 3", "features 3, 5 and 7 more"; nothing of none.
fn these(noun: &str, places: &[usize]) -> Option<String> {
    let shown: Vec<String> = places.iter().take(SHOWN).map(ToString::to_string).collect();
    let plural = if noun == "class" { "classes".to_string() } else { format!("{noun}s") };
    match places {
        [] => None,
        [only] => Some(format!("{noun} {only}")),
        [..] if places.len() > SHOWN => {
            Some(format!("{plural} {} and {} more", shown.join(", "), places.len() - SHOWN))
        }
        [..] => Some(format!("{plural} {}", shown.join(", "))),
    }
}
