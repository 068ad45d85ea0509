//! `argmax`: the place of the largest number.

use super::{Draw, EachSample, Index, Preparation, Sample, Transform};
use crate::builtin::ShapeError;
use crate::row;

row! {
    /// The place of the largest number of every row of the last axis, which goes away: one-hot rows become class ids.
    ///
    /// `target event: class(29) = hdf5("labels.h5") |> argmax`. The first of equal numbers counts, as in NumPy.
    /// Where labels of background alone are left out, `hdf5("labels.h5") + fill(0) |> argmax(none: 28)` puts them back.
    pub struct Argmax = "argmax" as Transform(dyn Preparation) {
        /// For rows that have no largest number, all of theirs being equal; the first place otherwise.
        none: Option<Index> = None,
    }
    example "argmax" on []
}

impl Preparation for Argmax {
    fn transform(&self) -> Transform<'_> {
        Transform::Each(self)
    }
}

impl EachSample for Argmax {
    fn axes(&self, axes: &[usize], _: &[usize]) -> Result<Vec<usize>, ShapeError> {
        match axes.split_last() {
            Some((1..=16_777_216, rest)) => Ok(rest.to_vec()),
            Some((n, _)) => Err(ShapeError::new(format!("`argmax` of a row of {n} numbers is no class id"))),
            None => Err(ShapeError::new("`argmax` takes rows of numbers, not one number a sample")
                .help("class ids are read as they are: leave `argmax` away")),
        }
    }

    fn apply(&self, sample: &Sample, _: &[usize], _: &mut Draw) -> Result<Vec<f64>, String> {
        let place = |row: &[f64]| {
            if let (Some(none), [first, others @ ..]) = (self.none, row)
                && others.iter().all(|value| value == first)
            {
                return none.0 as f64;
            }
            let mut best = 0;
            for (i, value) in row.iter().enumerate() {
                if *value > row[best] {
                    best = i;
                }
            }
            best as f64
        };
        if sample.values.iter().any(|v| v.is_nan()) {
            return Err("a row holds NaN: it has no largest number".into());
        }
        Ok(sample.values.chunks(sample.axes[sample.axes.len() - 1]).map(place).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::dataset::prepared;

    #[test]
    fn first_of_the_largest() {
        let x = Sample { axes: vec![2, 3], values: vec![0.0, 1.0, 1.0, -1.0, -2.0, -3.0] };
        assert_eq!(prepared(&Argmax { none: None }, &x, &[]), Ok((vec![2], vec![1.0, 0.0])));
        assert!(prepared(&Argmax { none: None }, &Sample { axes: vec![], values: vec![1.0] }, &[]).is_err());
        let x = Sample { axes: vec![3, 2], values: vec![0.0, 1.0, 0.0, 0.0, 2.0, 2.0] };
        assert_eq!(prepared(&Argmax { none: Some(Index(28)) }, &x, &[]), Ok((vec![3], vec![1.0, 28.0, 28.0])));
        assert_eq!(prepared(&Argmax { none: None }, &x, &[]), Ok((vec![3], vec![1.0, 0.0, 0.0])));
    }
}
