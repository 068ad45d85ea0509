//! `mask`: a number of steps as ones, then zeros.

use super::{Draw, EachSample, Preparation, Sample, Transform};
use crate::builtin::ShapeError;
use crate::row;

row! {
    /// Turns the number of real steps into a mask: so many ones, then zeros up to the declared size.
    ///
    /// `modality present: [106] = npz("length") |> mask`. Masked ops take it as their last input: `mean(x, present, 0)`.
    pub struct Mask = "mask" as Transform(dyn Preparation) {}
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
        if axes.iter().any(|n| *n != 1) {
            return Err(ShapeError::new(format!("`mask` takes one number of steps a sample, not {axes:?}"))
                .help("give it the array of lengths; a mask that the file has is read as it is"));
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
        let (count, steps) = (sample.values[0], to[0]);
        if count < 0.0 || count.fract() != 0.0 || count > steps as f64 {
            return Err(format!("{count} is no number of steps from 0 to {steps}, as the mask is declared"));
        }
        Ok((0..steps).map(|i| f64::from(i < count as usize)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::dataset::prepared;

    #[test]
    fn so_many_ones() {
        let mask = |count: f64| prepared(&Mask {}, &Sample { axes: vec![], values: vec![count] }, &[3]);
        assert_eq!(mask(2.0), Ok((vec![3], vec![1.0, 1.0, 0.0])));
        assert_eq!(mask(0.0), Ok((vec![3], vec![0.0; 3])));
        assert!(mask(4.0).unwrap_err().contains("from 0 to 3"));
        assert!(mask(1.5).is_err() && mask(-1.0).is_err() && mask(f64::NAN).is_err());
        let wide = Sample { axes: vec![2], values: vec![1.0; 2] };
        assert!(prepared(&Mask {}, &wide, &[3]).unwrap_err().contains("one number"));
    }
}
