//! `mean` of a dataset: the mean over axes of an array.

use super::{Draw, EachSample, Index, Preparation, Sample, Transform};
use crate::builtin::ShapeError;
use crate::row;

row! {
    /// Mean over axes of an array, which go away: `mean(axes: [2, 3])` of `[4143, 10, 7, 7, 512]` is `[4143, 10, 512]`.
    ///
    /// Axes are counted as NumPy counts those of the whole array: axis 0 is the samples', which stays. Sums are taken
    /// in 64-bit floats. Of a file too large for memory it is computed sample by sample.
    pub struct MeanOfAxes = "mean" as Transform(dyn Preparation) {
        /// From 1, the first axis of a sample.
        axes: Vec<Index>,
    }
    example "mean(axes: [2, 3])" on []
}

impl Preparation for MeanOfAxes {
    fn transform(&self) -> Transform<'_> {
        Transform::Each(self)
    }
}

impl EachSample for MeanOfAxes {
    fn axes(&self, axes: &[usize], _: &[usize]) -> Result<Vec<usize>, ShapeError> {
        for (i, axis) in self.axes.iter().enumerate() {
            if axis.0 == 0 {
                return Err(ShapeError::new("axis 0 is the samples', `mean` leaves it alone")
                    .help("axes are those of the whole array, as NumPy counts them: a sample's begin with 1"));
            }
            if axis.0 > axes.len() {
                let whole = axes.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
                return Err(ShapeError::new(format!("there is no axis {} in an array of [samples, {whole}]", axis.0))
                    .help(format!("its axes are 0 to {}, of which `mean` takes those from 1", axes.len())));
            }
            if self.axes[..i].contains(axis) {
                return Err(ShapeError::new(format!("axis {} is named twice", axis.0)));
            }
        }
        if let Some(i) = (0..axes.len()).find(|i| axes[*i] == 0 && self.goes(*i)) {
            return Err(ShapeError::new(format!("axis {} is empty: it has no mean", i + 1)));
        }
        Ok((0..axes.len()).filter(|i| !self.goes(*i)).map(|i| axes[i]).collect())
    }

    fn apply(&self, sample: &Sample, to: &[usize], _: &mut Draw) -> Result<Vec<f64>, String> {
        let mut sums = vec![0.0f64; to.iter().product()];
        // How far one step along each axis goes in the sums: not at all on those that go away.
        let mut strides = vec![0; sample.axes.len()];
        let mut stride = 1;
        for i in (0..sample.axes.len()).rev().filter(|i| !self.goes(*i)) {
            strides[i] = stride;
            stride *= sample.axes[i];
        }
        let mut place = vec![0; sample.axes.len()];
        let mut at = 0;
        for value in &sample.values {
            sums[at] += value;
            for i in (0..place.len()).rev() {
                place[i] += 1;
                at += strides[i];
                if place[i] < sample.axes[i] {
                    break;
                }
                at -= strides[i] * sample.axes[i];
                place[i] = 0;
            }
        }
        let count = (sample.values.len() / sums.len().max(1)) as f64;
        Ok(sums.into_iter().map(|sum| sum / count).collect())
    }

    fn is_rounded(&self) -> bool {
        true
    }
}

impl MeanOfAxes {
    /// Whether this axis of a sample is averaged over.
    fn goes(&self, axis: usize) -> bool {
        self.axes.contains(&Index(axis + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::dataset::prepared;

    #[test]
    fn means_are_numpys() {
        // python: numpy.arange(12.).reshape(1, 2, 3, 2).mean(axis=(2,)), .mean(axis=(1, 3)), .mean(axis=(1, 2, 3))
        let x = Sample { axes: vec![2, 3, 2], values: (0..12).map(f64::from).collect() };
        let mean = |axes: &[usize]| prepared(&MeanOfAxes { axes: axes.iter().map(|a| Index(*a)).collect() }, &x, &[]);
        assert_eq!(mean(&[2]), Ok((vec![2, 2], vec![2.0, 3.0, 8.0, 9.0])));
        assert_eq!(mean(&[1, 3]), Ok((vec![3], vec![3.5, 5.5, 7.5])));
        assert_eq!(mean(&[3, 2, 1]), Ok((vec![], vec![5.5])));
        assert!(mean(&[0]).unwrap_err().contains("samples'"));
        assert!(mean(&[4]).unwrap_err().contains("no axis 4"));
        assert!(mean(&[1, 1]).unwrap_err().contains("twice"));
    }
}
