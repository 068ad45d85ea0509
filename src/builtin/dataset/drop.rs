//! `drop`: samples whose value is missing are no part of the dataset.

use super::missing::Stand;
use super::{Drops, Preparation, Transform};
use crate::builtin::ShapeError;
use crate::row;

row! {
    /// Leaves samples out of the dataset whose value here is missing: `csv("meta.csv", column: "age") |> drop`.
    ///
    /// A sample is one of modalities, targets and groups together, and is gone from all of them, whichever says `drop`: splits are
    /// drawn of the others, and folds, and `mhm data` says how many there were. Rows keep the numbers that they have in their
    /// files, in `rows`, `indices`, messages and predictions.
    ///
    /// What is missing is NaN, in a table an empty field, `NA` or `nan`, and with `key` or `by` a sample without a row. A number may
    /// stand for it, `drop(-1)`, or a file that is not there, `npy("gyro/{name}.npy") |> drop(file)`. A sample of several numbers is
    /// left out where any of them is missing; `drop(all: true)` leaves it out only where all are. `drop` stands first, behind
    /// its source, and may be written behind a group, too. `replace` fills in a number in its place, and `missing` keeps the
    /// sample and lets networks know.
    pub struct Dropped = "drop" as Transform(dyn Preparation) {
        /// What stands for a missing value: `nan`, a number such as `-1`, or `file`.
        what: Stand = Stand::Nan,
        /// Whether a sample of several numbers stays where some of them are there.
        all: bool = false,
    }
    example "drop" on []
}

impl Preparation for Dropped {
    fn transform(&self) -> Transform<'_> {
        Transform::Drop(self)
    }
}

impl Dropped {
    fn is_missing(&self, value: f64) -> bool {
        match self.what {
            Stand::Nan => value.is_nan(),
            // A file of 32-bit floats has the nearest of these.
            Stand::Number(number) => value == number || value == f64::from(number as f32),
            Stand::File => false,
        }
    }
}

impl Drops for Dropped {
    fn leaves_out(&self, sample: &[f64]) -> bool {
        let mut missing = sample.iter().map(|value| self.is_missing(*value));
        if self.all { !sample.is_empty() && missing.all(|is| is) } else { missing.any(|is| is) }
    }

    fn leaves_out_text(&self, text: &str) -> bool {
        match self.what {
            Stand::Nan => text.is_empty(),
            Stand::Number(_) => text.parse().is_ok_and(|value| self.is_missing(value)),
            Stand::File => false,
        }
    }

    fn is_of_files(&self) -> bool {
        self.what == Stand::File
    }

    fn check(&self) -> Result<(), ShapeError> {
        if self.all && self.is_of_files() {
            let error = ShapeError::new("`all` asks the numbers of a sample, and a file that is not there has none");
            return Err(error.help("leave `all` away"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_left_out_by_any_of_their_numbers_or_by_all() {
        let nan = f64::NAN;
        let out = |what, all, sample: &[f64]| Dropped { what, all }.leaves_out(sample);
        assert!(out(Stand::Nan, false, &[1.0, nan]) && !out(Stand::Nan, true, &[1.0, nan]));
        assert!(out(Stand::Nan, true, &[nan, nan]) && !out(Stand::Nan, false, &[1.0, f64::INFINITY]));
        assert!(out(Stand::Number(-0.1), false, &[f64::from(-0.1f32)]) && out(Stand::Number(-0.1), false, &[-0.1]));
        assert!(!out(Stand::Number(-1.0), false, &[nan, 1.0]) && !out(Stand::File, false, &[nan]));
        assert!(!out(Stand::Nan, true, &[]), "nothing is missing of nothing");
    }

    #[test]
    fn texts_are_missing_that_are_empty_or_that_number() {
        let out = |what, text: &str| Dropped { what, all: false }.leaves_out_text(text);
        assert!(out(Stand::Nan, "") && !out(Stand::Nan, "S01"));
        assert!(out(Stand::Number(-1.0), "-1") && !out(Stand::Number(-1.0), "1") && !out(Stand::Number(-1.0), ""));
    }
}
