//! `mask`: a number of steps, or those that a sequence has, as ones beside zeros.

use super::first::Side;
use super::{Draw, EachSample, Preparation, Sample, Transform};
use crate::builtin::ShapeError;
use crate::row;

row! {
    /// Turns the number of real steps into a mask: so many ones, then zeros up to the declared size.
    ///
    /// `modality present: [106] = npz("length") |> mask`. Masked ops take it as their last input: `mean(x, present, 0)`.
    ///
    /// `mask(steps: true)` counts the steps of a sequence by itself: `csv("long.csv", column: "x", by: "clip") |> mask(steps: true)`
    /// beside `csv("long.csv", columns: ["x", "y"], by: "clip") |> first(100) |> standardize(present)`. Of longer sequences it has as
    /// many ones as are declared, as `first` cuts them.
    pub struct Mask = "mask" as Transform(dyn Preparation) {
        /// Whether it is of a sequence, which has as many steps as it has, and not of a number of them.
        steps: bool = false,
        /// The side on which there are no steps, as for `first`.
        pad: Side = Side::Right,
    }
    example "mask" on []
}

impl Preparation for Mask {
    fn transform(&self) -> Transform<'_> {
        Transform::Each(self)
    }
}

impl EachSample for Mask {
    fn is_mask(&self) -> bool {
        true
    }

    fn axes(&self, axes: &[usize], declared: &[usize]) -> Result<Vec<usize>, ShapeError> {
        if self.steps && axes.is_empty() {
            return Err(ShapeError::new("`mask(steps: true)` takes sequences, not one number a sample")
                .help("of a number of steps it is `mask`"));
        }
        if !self.steps && axes.iter().any(|n| *n != 1) {
            return Err(ShapeError::new(format!("`mask` takes one number of steps a sample, not {axes:?}")).help(
                "give it the array of lengths, or write `mask(steps: true)` for the steps that a sequence has; a mask that the file has is \
                 read as it is",
            ));
        }
        match declared {
            [steps] => Ok(vec![*steps]),
            _ => {
                Err(ShapeError::of_declaration(format!("a mask has one axis, its steps; it is declared {declared:?}"))
                    .help("declare it with the number of padded steps, such as `[106]`"))
            }
        }
    }

    fn apply(&self, sample: &Sample, to: &[usize], _: &mut Draw) -> Result<Vec<f64>, String> {
        let steps = to[0];
        let ones = |count: usize| {
            let start = if self.pad == Side::Left { steps - count } else { 0 };
            (0..steps).map(|step| f64::from(step >= start && step < start + count)).collect()
        };
        if self.steps {
            return Ok(ones(sample.axes[0].min(steps)));
        }
        let count = sample.values[0];
        if count < 0.0 || count.fract() != 0.0 || count > steps as f64 {
            return Err(format!("{count} is no number of steps from 0 to {steps}, as the mask is declared"));
        }
        Ok(ones(count as usize))
    }

    fn evens_out(&self) -> bool {
        self.steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::dataset::prepared;

    #[test]
    fn so_many_ones() {
        let counted = |pad| Mask { steps: false, pad };
        let mask = |count: f64| prepared(&counted(Side::Right), &Sample { axes: vec![], values: vec![count] }, &[3]);
        assert_eq!(mask(2.0), Ok((vec![3], vec![1.0, 1.0, 0.0])));
        assert_eq!(mask(0.0), Ok((vec![3], vec![0.0; 3])));
        assert!(mask(4.0).unwrap_err().contains("from 0 to 3"));
        assert!(mask(1.5).is_err() && mask(-1.0).is_err() && mask(f64::NAN).is_err());
        let wide = Sample { axes: vec![2], values: vec![1.0; 2] };
        assert!(prepared(&counted(Side::Right), &wide, &[3]).unwrap_err().contains("one number"));
        let one = Sample { axes: vec![], values: vec![1.0] };
        assert_eq!(prepared(&counted(Side::Left), &one, &[3]), Ok((vec![3], vec![0.0, 0.0, 1.0])));
    }

    #[test]
    fn as_many_ones_as_a_sequence_has_steps() {
        let mask = |steps: usize, pad| {
            let sequence = Sample { axes: vec![steps, 2], values: vec![7.0; 2 * steps] };
            prepared(&Mask { steps: true, pad }, &sequence, &[3]).map(|(_, values)| values)
        };
        assert_eq!(mask(1, Side::Right), Ok(vec![1.0, 0.0, 0.0]));
        assert_eq!(mask(2, Side::Left), Ok(vec![0.0, 1.0, 1.0]));
        assert_eq!(mask(5, Side::Right), Ok(vec![1.0; 3]), "longer ones are cut");
        let one = Sample { axes: vec![], values: vec![1.0] };
        assert!(prepared(&Mask { steps: true, pad: Side::Right }, &one, &[3]).unwrap_err().contains("sequences"));
    }
}
