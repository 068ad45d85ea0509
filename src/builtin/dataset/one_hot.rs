//! `one_hot`: class ids as rows of zeros with one 1.

use super::{Draw, EachSample, Preparation, Sample, Transform};
use crate::builtin::ShapeError;
use crate::builtin::value::Count;
use crate::row;

row! {
    /// Class ids as rows of `classes` numbers: 1 at the class, 0 elsewhere.
    pub struct OneHot = "one_hot" as Transform(dyn Preparation) {
        /// How many classes there are; ids go from 0.
        classes: Count,
    }
    example "one_hot(29)" on []
}

impl Preparation for OneHot {
    fn transform(&self) -> Transform<'_> {
        Transform::Each(self)
    }
}

impl EachSample for OneHot {
    fn axes(&self, axes: &[usize], _: &[usize]) -> Result<Vec<usize>, ShapeError> {
        // `[N, 1]` is as good as `[N]` for one id a sample.
        let ids: &[usize] = if axes == [1] { &[] } else { axes };
        Ok([ids, &[self.classes.0]].concat())
    }

    fn apply(&self, sample: &Sample, to: &[usize], _: &mut Draw) -> Result<Vec<f64>, String> {
        let mut values = vec![0.0; to.iter().product()];
        for (row, id) in values.chunks_mut(self.classes.0).zip(&sample.values) {
            if !(0.0..self.classes.0 as f64).contains(id) || id.fract() != 0.0 {
                return Err(format!("{id} is no class id from 0 to {}", self.classes.0 - 1));
            }
            row[*id as usize] = 1.0;
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::dataset::prepared;

    #[test]
    fn one_where_the_class_is() {
        let of = |axes: &[usize], values: &[f64]| {
            prepared(&OneHot { classes: Count(3) }, &Sample { axes: axes.to_vec(), values: values.to_vec() }, &[])
        };
        assert_eq!(of(&[], &[2.0]), Ok((vec![3], vec![0.0, 0.0, 1.0])));
        assert_eq!(of(&[1], &[0.0]), Ok((vec![3], vec![1.0, 0.0, 0.0])));
        assert_eq!(of(&[2], &[0.0, 1.0]), Ok((vec![2, 3], vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0])));
        assert!(of(&[], &[3.0]).unwrap_err().contains("0 to 2"));
        assert!(of(&[], &[f64::NAN]).is_err());
    }
}
