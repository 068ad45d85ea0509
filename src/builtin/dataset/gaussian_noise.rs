//! `gaussian_noise`: a normal number added to every value while training.

use super::{Draw, EachSample, Preparation, Redraws, Sample, Transform};
use crate::builtin::ShapeError;
use crate::builtin::value::Positive;
use crate::row;

row! {
    /// Adds a normal number of mean 0 to every value, anew every time a sample is trained on.
    ///
    /// Evaluation sees samples as they are. Behind `standardize`, `sd` counts in standard deviations of the feature: `standardize |>
    /// gaussian_noise(0.1)`; before it, in units of the file. Every modality has noise of its own. Padding stays 0 behind
    /// `standardize(present)`. (Bishop, Training with noise is equivalent to Tikhonov regularization, 1995.)
    pub struct GaussianNoise = "gaussian_noise" as Transform(dyn Preparation) {
        /// Standard deviation of what is added.
        sd: Positive,
    }
    example "gaussian_noise(0.1)" on []
}

impl Preparation for GaussianNoise {
    fn transform(&self) -> Transform<'_> {
        Transform::Each(self)
    }
}

impl EachSample for GaussianNoise {
    fn axes(&self, axes: &[usize], _: &[usize]) -> Result<Vec<usize>, ShapeError> {
        Ok(axes.to_vec())
    }

    fn apply(&self, sample: &Sample, _: &[usize], draw: &mut Draw) -> Result<Vec<f64>, String> {
        let Draw::Random(stream) = draw else { return Ok(sample.values.clone()) };
        Ok(sample.values.iter().map(|value| value + self.sd.0 * stream.normal()).collect())
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
    fn what_is_added_is_normal_and_evaluation_has_none() {
        let noise = GaussianNoise { sd: Positive(0.5) };
        let x = Sample { axes: vec![10_000, 2], values: vec![3.0; 20_000] };
        assert_eq!(prepared(&noise, &x, &[]), Ok((x.axes.clone(), x.values.clone())));
        let added: Vec<f64> = trained_on(&noise, &x, "a").iter().map(|y| (y - 3.0) / 0.5).collect();
        let moment = |power: i32| added.iter().map(|a| a.powi(power)).sum::<f64>() / added.len() as f64;
        // Standard errors of the four moments of 20,000 standard normal numbers: 0.007, 0.010, 0.027 and 0.069.
        for (power, expected, off) in [(1, 0.0, 0.03), (2, 1.0, 0.04), (3, 0.0, 0.11), (4, 3.0, 0.28)] {
            assert!((moment(power) - expected).abs() < off, "moment {power} is {}", moment(power));
        }
        assert_eq!(trained_on(&noise, &x, "a"), trained_on(&noise, &x, "a"));
        assert_ne!(trained_on(&noise, &x, "a"), trained_on(&noise, &x, "b"));
        let one = Sample { axes: vec![], values: vec![1e300] };
        assert_eq!(trained_on(&noise, &one, "a"), [1e300]);
        assert!(trained_on(&noise, &Sample { axes: vec![0, 2], values: vec![] }, "a").is_empty());
    }
}
