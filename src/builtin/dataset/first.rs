//! `first`: sequences of one length, cut or padded.

use super::{Draw, EachSample, Preparation, Sample, Transform};
use crate::builtin::ShapeError;
use crate::builtin::value::Count;
use crate::row;

crate::words! {
    /// Where zeros go.
    pub enum Side {
        /// Before the steps.
        Left = "left",
        /// Behind them.
        Right = "right",
    }
}

row! {
    /// The first `steps` steps of a sequence; a shorter one is filled with zeros.
    ///
    /// Steps are the first axis of a sample. Which of them are real a mask tells: `present(x)` in a network, or an
    /// array of lengths with `mask`.
    pub struct First = "first" as Transform(dyn Preparation) {
        /// Steps afterwards.
        steps: Count,
        /// The side on which a shorter sequence gets zeros.
        pad: Side = Side::Right,
    }
    example "first(50, pad: left)" on []
}

impl Preparation for First {
    fn transform(&self) -> Transform<'_> {
        Transform::Each(self)
    }
}

impl EachSample for First {
    fn axes(&self, axes: &[usize], _: &[usize]) -> Result<Vec<usize>, ShapeError> {
        match axes.split_first() {
            Some((_, rest)) => Ok([&[self.steps.0], rest].concat()),
            None => Err(ShapeError::new("`first` takes sequences, not one number a sample")),
        }
    }

    fn apply(&self, sample: &Sample, to: &[usize], _: &mut Draw) -> Result<Vec<f64>, String> {
        let width: usize = to[1..].iter().product();
        let mut values = vec![0.0; self.steps.0 * width];
        let kept = sample.axes[0].min(self.steps.0);
        let start = match self.pad {
            Side::Left => self.steps.0 - kept,
            Side::Right => 0,
        };
        values[start * width..][..kept * width].copy_from_slice(&sample.values[..kept * width]);
        Ok(values)
    }

    fn evens_out(&self) -> bool {
        true
    }

    fn pads(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::dataset::prepared;

    #[test]
    fn longer_ones_are_cut_and_shorter_ones_filled() {
        let x = Sample { axes: vec![2, 2], values: vec![1.0, 2.0, 3.0, 4.0] };
        let first = |steps, pad| prepared(&First { steps: Count(steps), pad }, &x, &[]);
        assert_eq!(first(1, Side::Right), Ok((vec![1, 2], vec![1.0, 2.0])));
        assert_eq!(first(3, Side::Right), Ok((vec![3, 2], vec![1.0, 2.0, 3.0, 4.0, 0.0, 0.0])));
        assert_eq!(first(3, Side::Left), Ok((vec![3, 2], vec![0.0, 0.0, 1.0, 2.0, 3.0, 4.0])));
    }
}
