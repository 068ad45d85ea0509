//! `time_mask`: stretches of a sequence as zeros while training.

use super::{Draw, EachSample, Preparation, Redraws, Sample, Transform};
use crate::builtin::ShapeError;
use crate::builtin::value::Count;
use crate::row;

row! {
    /// Sets stretches of a sequence to 0, anew every time a sample is trained on.
    ///
    /// Each of `count` stretches has a length from 0 to `most` steps and begins at a step from 0 to `steps - length`, all equally likely;
    /// stretches may overlap (the time masking of SpecAugment, Park et al. 2019). Behind `standardize`, 0 is the mean of a feature.
    ///
    /// Evaluation sees samples as they are. Every modality has stretches of its own, so that others can tell what is hidden in one. The mask
    /// of a padded sequence stays: hidden steps are there, without a content.
    pub struct TimeMask = "time_mask" as Transform(dyn Preparation) {
        /// Steps that a stretch has at most.
        most: Count,
        /// How many stretches, at most 1000.
        count: Count = Count(1),
    }
    example "time_mask(10, count: 2)" on []
}

/// Stretches of a sample, each of which takes its time.
const MOST_STRETCHES: usize = 1000;

impl Preparation for TimeMask {
    fn transform(&self) -> Transform<'_> {
        Transform::Each(self)
    }
}

impl EachSample for TimeMask {
    fn axes(&self, axes: &[usize], _: &[usize]) -> Result<Vec<usize>, ShapeError> {
        match axes {
            _ if self.count.0 > MOST_STRETCHES => Err(ShapeError::new(format!(
                "`time_mask` hides {MOST_STRETCHES} stretches at most, not {}",
                self.count.0
            ))
            .help("hide longer ones: their length is `most`")),
            [] => Err(ShapeError::new("`time_mask` takes sequences, not one number a sample")),
            [..] => Ok(axes.to_vec()),
        }
    }

    fn apply(&self, sample: &Sample, _: &[usize], draw: &mut Draw) -> Result<Vec<f64>, String> {
        let mut values = sample.values.clone();
        let Draw::Random(stream) = draw else { return Ok(values) };
        let steps = sample.axes[0];
        let width: usize = sample.axes[1..].iter().product();
        for _ in 0..self.count.0 {
            let length = stream.below(self.most.0.min(steps) + 1);
            let start = stream.below(steps - length + 1);
            values[start * width..(start + length) * width].fill(0.0);
        }
        Ok(values)
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
    fn lengths_and_starts_are_equally_likely_and_evaluation_has_none() {
        let mask = TimeMask { most: Count(2), count: Count(1) };
        let x = Sample { axes: vec![4, 2], values: (1..=8).map(f64::from).collect() };
        assert_eq!(prepared(&mask, &x, &[]), Ok((x.axes.clone(), x.values.clone())));
        let mut seen = std::collections::BTreeMap::new();
        for draw in 0..6000 {
            let y = trained_on(&mask, &x, &format!("{draw}"));
            let hidden: Vec<usize> = (0..4).filter(|step| y[2 * step] == 0.0).collect();
            let kept = y.iter().zip(&x.values).enumerate();
            kept.for_each(|(i, (y, x))| assert_eq!(*y, if hidden.contains(&(i / 2)) { 0.0 } else { *x }));
            *seen.entry(hidden).or_insert(0) += 1;
        }
        // A third each of no step, one of four, and one of three pairs. A standard deviation is at most 37.
        let expected = [(vec![], 2000)].into_iter().chain((0..4).map(|i| (vec![i], 500)));
        for (hidden, times) in expected.chain((0..3).map(|i| (vec![i, i + 1], 667))) {
            let counted: i32 = seen.remove(&hidden).unwrap();
            assert!((counted - times).abs() < 150, "{hidden:?}: {counted} times");
        }
        assert!(seen.is_empty());
    }

    #[test]
    fn short_sequences_and_large_numbers_are_survived() {
        let mask = TimeMask { most: Count(1_000_000), count: Count(50) };
        let of = |axes: &[usize], values: &[f64]| Sample { axes: axes.to_vec(), values: values.to_vec() };
        assert!(trained_on(&mask, &of(&[0, 3], &[]), "a").is_empty());
        assert_eq!(trained_on(&mask, &of(&[1], &[7.0]), "a"), [0.0]);
        assert!(prepared(&mask, &of(&[], &[1.0]), &[]).unwrap_err().contains("not one number"));
        let endless = TimeMask { most: Count(1), count: Count(1001) };
        assert!(prepared(&endless, &of(&[1], &[7.0]), &[]).unwrap_err().contains("at most"));
    }
}
