//! `append`: one more number at the end.

use super::{Draw, EachSample, Preparation, Sample, Transform};
use crate::builtin::ShapeError;
use crate::row;

row! {
    /// Puts a number behind every row of the last axis: `append(1)` makes 20 classes 21, the last always 1.
    ///
    /// The label of a whole video with background, as multi-instance losses take it, is `|> append(1) |> normalize`.
    pub struct Append = "append" as Transform(dyn Preparation) {
        /// The number.
        value: f64,
    }
    example "append(1)" on []
}

impl Preparation for Append {
    fn transform(&self) -> Transform<'_> {
        Transform::Each(self)
    }
}

impl EachSample for Append {
    fn axes(&self, axes: &[usize], _: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let mut to = axes.to_vec();
        match to.last_mut() {
            Some(last) => *last += 1,
            // A number becomes two.
            None => to.push(2),
        }
        Ok(to)
    }

    fn apply(&self, sample: &Sample, to: &[usize], _: &mut Draw) -> Result<Vec<f64>, String> {
        let wide = to[to.len() - 1];
        let mut values = Vec::with_capacity(to.iter().product());
        for row in 0..to.iter().product::<usize>() / wide {
            values.extend_from_slice(&sample.values[row * (wide - 1)..][..wide - 1]);
            values.push(self.value);
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::dataset::prepared;

    #[test]
    fn every_row_gets_one_more() {
        let x = Sample { axes: vec![2, 2], values: vec![1.0, 2.0, 3.0, 4.0] };
        assert_eq!(prepared(&Append { value: 9.0 }, &x, &[]), Ok((vec![2, 3], vec![1.0, 2.0, 9.0, 3.0, 4.0, 9.0])));
        let number = Sample { axes: vec![], values: vec![5.0] };
        assert_eq!(prepared(&Append { value: 1.0 }, &number, &[]), Ok((vec![2], vec![5.0, 1.0])));
    }
}
