//! `missing`: what stands for values that were never measured.

use super::{Marks, Preparation, Transform, Word};
use crate::builtin::spelling::{Reduced, Spelling, Term, Test};
use crate::builtin::value::{by_word, word_of};
use crate::builtin::{Expected, FromValue, ShapeError, Value};
use crate::row;

/// What stands for values that are missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stand {
    /// NaN; in a table, an empty field, `NA` or `nan`.
    Nan,
    /// The file of the sample, or its array, is not there.
    File,
    /// This number.
    Number(f64),
}

const WORDS: [(&str, Stand); 2] = [("nan", Stand::Nan), ("file", Stand::File)];

impl FromValue for Stand {
    const EXPECTED: Expected = Expected::WordOrNumbers(&["nan", "file"], "a number");
    const LEADS: bool = true;

    fn from_value(value: &Value) -> Option<Self> {
        by_word(value, &WORDS).or_else(|| f64::from_value(value).map(Stand::Number))
    }

    fn show(&self) -> String {
        let number = if let Stand::Number(number) = self { *number } else { f64::NAN };
        word_of(self, &WORDS).map_or_else(|| number.show(), Into::into)
    }
}

row! {
    /// Says what stands for values that were never measured, so that it is known which samples and steps have them.
    ///
    /// `npz("gyro") |> missing(nan) |> standardize`. A step (all numbers along the last axis) is missing where all of its numbers
    /// are what stands for it; a sample lacks the modality where all its steps are. Missing values are 0 once everything is
    /// prepared; `standardize` leaves them out of its mean and deviation. A network asks with `available(gyro)`, 1 for a sample
    /// that has it and 0 for one that lacks it, and `available(gyro, steps: true)`, the same for every step.
    ///
    /// A step of which some numbers are NaN and others are not is an error, as NaN is anywhere: `any: true` counts it as missing,
    /// too, `|> missing(nan) |> replace(nan: 0)` keeps it and fills in the numbers. `missing(file)` stands first, behind a source
    /// with `{name}` in its name. `missing(unless: worn)` takes the word of another modality: one number a sample or one a
    /// step, 1 where something was measured and 0 where nothing was. Several may follow one another. Steps that `first` fills up are missing, too.
    pub struct Missing = "missing" as Transform(dyn Preparation) {
        /// `nan`, a number such as `0` or `-1`, or `file`, where a sample that lacks the modality has no file.
        what: Option<Stand> = None,
        /// Whether a step is missing where any of its numbers is, not only where all are.
        any: bool = false,
        /// The modality that is 1 where this one was measured, and 0 where it was not.
        unless: Option<Word> = None,
    }
    example "missing(nan)" on []
}

impl Preparation for Missing {
    fn transform(&self) -> Transform<'_> {
        Transform::Missing(self)
    }
}

impl Marks for Missing {
    fn mask(&self) -> Option<&str> {
        self.unless.as_ref().map(|word| word.0.as_str())
    }

    fn mark(&self, values: &mut [f64], features: usize) {
        let is = |value: f64| match self.what {
            Some(Stand::Nan) => value.is_nan(),
            // A file of 32-bit floats has the nearest of these.
            Some(Stand::Number(number)) => value == number || value == f64::from(number as f32),
            Some(Stand::File) | None => false,
        };
        for step in values.chunks_mut(features.max(1)) {
            let gone = if self.any { step.iter().any(|v| is(*v)) } else { step.iter().all(|v| is(*v)) };
            if gone {
                step.fill(f64::NAN);
            }
        }
    }

    fn spell(&self, to: &mut Spelling, x: &Term) -> Term {
        let is = match self.what {
            Some(Stand::Nan) => to.test(Test::Void, x),
            Some(Stand::Number(number)) => {
                let (number, one) = (to.number(number as f32), to.number(1.0));
                let away = to.sub(x, &number);
                let other = to.test(Test::NotZero, &away);
                to.sub(&one, &other)
            }
            Some(Stand::File) | None => return x.clone(),
        };
        let gone = match x.axes.len() {
            0 => is,
            rank if self.any => to.reduce(Reduced::Max, &is, &[rank - 1]),
            rank => to.reduce(Reduced::Product, &is, &[rank - 1]),
        };
        let void = to.number(f32::NAN);
        to.choose(&gone, &void, x)
    }

    fn takes_nan(&self) -> bool {
        self.what == Some(Stand::Nan)
    }

    fn is_of_files(&self) -> bool {
        self.what == Some(Stand::File)
    }

    fn check(&self) -> Result<(), ShapeError> {
        match (self.what, &self.unless) {
            (None, None) => Err(ShapeError::new("`missing` does not say what stands for missing values").help(
                "write `missing(nan)`, a number, `missing(0)`, or the modality that knows: `missing(unless: worn)`",
            )),
            (None | Some(Stand::File), _) if self.any => {
                Err(ShapeError::new("`any` asks the numbers of a step, and no number stands for missing ones")
                    .help("leave `any` away, or write `missing(nan, any: true)`"))
            }
            (_, _) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::dataset::is_void;

    fn marked(missing: &Missing, values: &[f64]) -> Vec<bool> {
        let mut values = values.to_vec();
        missing.mark(&mut values, 2);
        values.chunks(2).map(is_void).collect()
    }

    #[test]
    fn a_step_is_missing_where_all_of_it_is_or_any() {
        let x = [1.0, 2.0, f64::NAN, f64::NAN, f64::NAN, 3.0, 0.0, 0.0, 0.0, 4.0];
        let all = |what| Missing { what: Some(what), any: false, unless: None };
        let any = |what| Missing { any: true, ..all(what) };
        assert_eq!(marked(&all(Stand::Nan), &x), [false, true, false, false, false]);
        assert_eq!(marked(&any(Stand::Nan), &x), [false, true, true, false, false]);
        assert_eq!(marked(&all(Stand::Number(0.0)), &x), [false, true, false, true, false]);
        assert_eq!(marked(&any(Stand::Number(0.0)), &x), [false, true, false, true, true]);
    }

    #[test]
    fn a_number_of_32_bits_is_the_one_that_is_written() {
        let missing = Missing { what: Some(Stand::Number(-0.1)), any: false, unless: None };
        for number in [-0.1, f64::from(-0.1f32)] {
            assert_eq!(marked(&missing, &[number; 2]), [true]);
        }
        assert_eq!(marked(&missing, &[-0.1001; 2]), [false]);
    }
}
