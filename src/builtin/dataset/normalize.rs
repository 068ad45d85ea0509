//! `normalize`: rows that sum to 1.

use super::{Draw, EachSample, Preparation, Sample, Transform};
use crate::builtin::ShapeError;
use crate::builtin::spelling::{Reduced, Spelling, Term, Test};
use crate::row;

row! {
    /// Divides every row of the last axis by its sum; a row of zeros stays as it is.
    ///
    /// Several classes at once become a distribution: `[1, 0, 1]` is `[0.5, 0, 0.5]`. Not to be taken for
    /// `standardize`, which is about features over samples.
    pub struct Normalize = "normalize" as Transform(dyn Preparation) {}
    example "normalize" on []
}

impl Preparation for Normalize {
    fn transform(&self) -> Transform<'_> {
        Transform::Each(self)
    }
}

impl EachSample for Normalize {
    fn axes(&self, axes: &[usize], _: &[usize]) -> Result<Vec<usize>, ShapeError> {
        if axes.is_empty() {
            return Err(ShapeError::new("`normalize` takes rows of numbers, not one number a sample"));
        }
        Ok(axes.to_vec())
    }

    fn apply(&self, sample: &Sample, to: &[usize], _: &mut Draw) -> Result<Vec<f64>, String> {
        let mut values = sample.values.clone();
        for row in values.chunks_mut(to[to.len() - 1].max(1)) {
            let sum: f64 = row.iter().sum();
            if sum == 0.0 && row.iter().any(|v| *v != 0.0) {
                return Err("a row with numbers other than 0 sums to 0: it cannot be divided by its sum".into());
            }
            if sum != 0.0 {
                row.iter_mut().for_each(|v| *v /= sum);
            }
        }
        Ok(values)
    }

    fn spell(&self, to: &mut Spelling, x: &Term) -> Option<Term> {
        let sum = to.reduce(Reduced::Sum, x, &[x.axes.len().checked_sub(1)?]);
        let (one, there) = (to.number(1.0), to.test(Test::NotZero, &sum));
        let by = to.choose(&there, &sum, &one);
        Some(to.div(x, &by))
    }

    fn is_rounded(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::dataset::prepared;

    #[test]
    fn rows_sum_to_one_and_zeros_stay() {
        let of = |values: &[f64]| prepared(&Normalize {}, &Sample { axes: vec![2, 2], values: values.to_vec() }, &[]);
        assert_eq!(of(&[1.0, 3.0, 0.0, 0.0]), Ok((vec![2, 2], vec![0.25, 0.75, 0.0, 0.0])));
        assert!(of(&[1.0, -1.0, 1.0, 0.0]).unwrap_err().contains("sums to 0"));
    }
}
