//! `replace`: numbers in the place of those that are none.

use super::{Draw, EachSample, Preparation, Sample, Transform};
use crate::builtin::ShapeError;
use crate::builtin::spelling::{Spelling, Term, Test};
use crate::row;

row! {
    /// Puts a number in the place of every infinite one, and of every NaN: `replace(infinite: 0, nan: 0)`.
    ///
    /// In a table, a field that is empty or holds `NA` or `nan` is NaN. What is not named stays, and is then an error. The audio of CMU-MOSEI holds minus infinity (logarithms of
    /// silence), which its users set to 0.
    pub struct Replace = "replace" as Transform(dyn Preparation) {
        /// For plus and minus infinity.
        infinite: Option<f64> = None,
        /// For what is not a number.
        nan: Option<f64> = None,
    }
    example "replace(infinite: 0, nan: 0)" on []
}

impl Preparation for Replace {
    fn transform(&self) -> Transform<'_> {
        Transform::Each(self)
    }
}

impl EachSample for Replace {
    fn axes(&self, axes: &[usize], _: &[usize]) -> Result<Vec<usize>, ShapeError> {
        if self.infinite.is_none() && self.nan.is_none() {
            return Err(ShapeError::new("`replace` does not say what it replaces")
                .help("write `replace(infinite: 0)`, `replace(nan: 0)`, or both in one"));
        }
        Ok(axes.to_vec())
    }

    fn apply(&self, sample: &Sample, _: &[usize], _: &mut Draw) -> Result<Vec<f64>, String> {
        let new = |value: &f64| match (self.infinite, self.nan) {
            (Some(number), _) if value.is_infinite() => number,
            (_, Some(number)) if value.is_nan() => number,
            _ => *value,
        };
        Ok(sample.values.iter().map(new).collect())
    }

    fn spell(&self, to: &mut Spelling, x: &Term) -> Option<Term> {
        let mut x = x.clone();
        if let Some(number) = self.nan {
            let (void, number) = (to.test(Test::Void, &x), to.number(number as f32));
            x = to.choose(&void, &number, &x);
        }
        if let Some(number) = self.infinite {
            let (zero, number) = (to.number(0.0), to.number(number as f32));
            // Infinity times 0 is no number.
            let nothing = to.mul(&x, &zero);
            let (infinite, void) = (to.test(Test::Void, &nothing), to.test(Test::Void, &x));
            let replaced = to.choose(&infinite, &number, &x);
            x = to.choose(&void, &x, &replaced);
        }
        Some(x)
    }

    fn mends(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::dataset::prepared;

    #[test]
    fn only_what_is_named() {
        let x = Sample { axes: vec![4], values: vec![f64::NEG_INFINITY, 1.0, f64::NAN, f64::INFINITY] };
        let both = prepared(&Replace { infinite: Some(0.0), nan: Some(-1.0) }, &x, &[]);
        assert_eq!(both, Ok((vec![4], vec![0.0, 1.0, -1.0, 0.0])));
        let (_, values) = prepared(&Replace { infinite: Some(0.0), nan: None }, &x, &[]).unwrap();
        assert!(values[0] == 0.0 && values[2].is_nan());
        assert!(prepared(&Replace { infinite: None, nan: None }, &x, &[]).unwrap_err().contains("does not say"));
    }
}
