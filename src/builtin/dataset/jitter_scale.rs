//! `jitter_scale`: a factor for every channel of a sample while training.

use super::{Draw, EachSample, Preparation, Redraws, Sample, Transform};
use crate::builtin::ShapeError;
use crate::builtin::value::Positive;
use crate::row;

row! {
    /// Multiplies every channel of a sample by a normal number of mean 1, anew every time a sample is trained on.
    ///
    /// A channel is a place on the last axis: all steps of a sequence have the same factor. Evaluation sees samples as they are.
    /// Every modality has factors of its own. Padding stays 0. The "scaling" of Um et al., Data augmentation of wearable sensor data
    /// (2017), who use `sd: 0.1`; before `standardize` it scales distances from 0, behind it those from the mean.
    pub struct JitterScale = "jitter_scale" as Transform(dyn Preparation) {
        /// Standard deviation of the factors.
        sd: Positive,
    }
    example "jitter_scale(0.1)" on []
}

impl Preparation for JitterScale {
    fn transform(&self) -> Transform<'_> {
        Transform::Each(self)
    }
}

impl EachSample for JitterScale {
    fn axes(&self, axes: &[usize], _: &[usize]) -> Result<Vec<usize>, ShapeError> {
        Ok(axes.to_vec())
    }

    fn apply(&self, sample: &Sample, _: &[usize], draw: &mut Draw) -> Result<Vec<f64>, String> {
        let Draw::Random(stream) = draw else { return Ok(sample.values.clone()) };
        let channels = sample.axes.last().copied().unwrap_or(1);
        let factors: Vec<f64> = (0..channels).map(|_| 1.0 + self.sd.0 * stream.normal()).collect();
        Ok(sample.values.iter().zip(factors.iter().cycle()).map(|(value, factor)| value * factor).collect())
    }

    fn redraws(&self) -> Redraws {
        Redraws::Values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::dataset::{prepared, trained_on};

    #[test]
    fn every_channel_has_one_factor_of_mean_1() {
        let scale = JitterScale { sd: Positive(0.2) };
        let x = Sample { axes: vec![3, 2], values: vec![1.0, 10.0, 2.0, 20.0, 0.0, -10.0] };
        assert_eq!(prepared(&scale, &x, &[]), Ok((x.axes.clone(), x.values.clone())));
        let y = trained_on(&scale, &x, "a");
        let (a, b) = (y[0], y[1] / 10.0);
        assert!(a != b && y == [a, 10.0 * b, 2.0 * a, 20.0 * b, 0.0, -10.0 * b], "{y:?}");
        let many = Sample { axes: vec![20_000], values: vec![1.0; 20_000] };
        let factors = trained_on(&scale, &many, "b");
        let mean = factors.iter().sum::<f64>() / 20_000.0;
        let deviation = (factors.iter().map(|f| (f - mean).powi(2)).sum::<f64>() / 20_000.0).sqrt();
        // Standard errors 0.0014 and 0.001.
        assert!((mean - 1.0).abs() < 0.006 && (deviation - 0.2).abs() < 0.004, "{mean} {deviation}");
        assert_eq!(trained_on(&scale, &Sample { axes: vec![], values: vec![2.0] }, "c").len(), 1);
        assert!(trained_on(&scale, &Sample { axes: vec![0, 2], values: vec![] }, "c").is_empty());
    }
}
