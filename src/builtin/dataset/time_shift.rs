//! `time_shift`: sequences a few steps earlier or later while training.

use super::{Draw, EachSample, Preparation, Redraws, Sample, Transform};
use crate::builtin::ShapeError;
use crate::builtin::value::Count;
use crate::row;

row! {
    /// Moves a sequence by a whole number of steps from `-most` to `most`, all equally likely, anew every time a sample is trained on.
    ///
    /// Later steps move to a higher place on the first axis. What moves beyond an end is lost, and zeros move in; with `edge`, the first or
    /// last step again. Evaluation sees samples as they are.
    ///
    /// Modalities that are prepared by the same `time_shift` move alike, so what happens at once stays together; where one has more steps
    /// a second, they do not. A mask moves as what it is the mask of: `|> mask |> time_shift(5)`. With `standardize(present)`, it comes
    /// before: `time_shift(5) |> standardize(there)`.
    pub struct TimeShift = "time_shift" as Transform(dyn Preparation) {
        /// Steps that a sequence moves at most.
        most: Count,
        /// The step at the end is repeated where steps are missing.
        edge: bool = false,
    }
    example "time_shift(5)" on []
}

impl Preparation for TimeShift {
    fn transform(&self) -> Transform<'_> {
        Transform::Each(self)
    }
}

impl EachSample for TimeShift {
    fn axes(&self, axes: &[usize], _: &[usize]) -> Result<Vec<usize>, ShapeError> {
        match axes {
            [] => Err(ShapeError::new("`time_shift` takes sequences, not one number a sample")),
            [..] => Ok(axes.to_vec()),
        }
    }

    fn apply(&self, sample: &Sample, _: &[usize], draw: &mut Draw) -> Result<Vec<f64>, String> {
        let Draw::Random(stream) = draw else { return Ok(sample.values.clone()) };
        let most = self.most.0 as i64;
        let by = stream.below(2 * self.most.0 + 1) as i64 - most;
        let steps = sample.axes[0] as i64;
        let width: usize = sample.axes[1..].iter().product();
        let mut values = Vec::with_capacity(sample.values.len());
        for step in 0..steps {
            let from = step - by;
            let there = from.clamp(0, steps - 1);
            match there == from || self.edge {
                true => values.extend_from_slice(&sample.values[there as usize * width..][..width]),
                false => values.extend(std::iter::repeat_n(0.0, width)),
            }
        }
        Ok(values)
    }

    fn pads(&self) -> bool {
        !self.edge
    }

    fn redraws(&self) -> Redraws {
        Redraws::Steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::dataset::{prepared, trained_on};

    fn moved(most: usize, edge: bool, values: &[f64], stream: &str) -> Vec<f64> {
        let x = Sample { axes: vec![values.len()], values: values.to_vec() };
        trained_on(&TimeShift { most: Count(most), edge }, &x, stream)
    }

    #[test]
    fn all_shifts_are_equally_likely_and_evaluation_has_none() {
        let shift = TimeShift { most: Count(2), edge: false };
        let x = Sample { axes: vec![3, 2], values: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0] };
        assert_eq!(prepared(&shift, &x, &[]), Ok((x.axes.clone(), x.values.clone())));
        let all: [[f64; 6]; 5] = [
            [5.0, 6.0, 0.0, 0.0, 0.0, 0.0],
            [3.0, 4.0, 5.0, 6.0, 0.0, 0.0],
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            [0.0, 0.0, 1.0, 2.0, 3.0, 4.0],
            [0.0, 0.0, 0.0, 0.0, 1.0, 2.0],
        ];
        let mut seen = [0; 5];
        for draw in 0..5000 {
            let y = trained_on(&shift, &x, &format!("{draw}"));
            seen[all.iter().position(|one| y == one).unwrap()] += 1;
        }
        // A standard deviation is 28.
        assert!(seen.iter().all(|n: &i32| (n - 1000).abs() < 120), "{seen:?}");
        let one_number = Sample { axes: vec![], values: vec![1.0] };
        assert!(prepared(&shift, &one_number, &[]).unwrap_err().contains("not one number"));
    }

    #[test]
    fn edges_are_repeated_masks_move_alike_and_ends_are_survived() {
        for draw in 0..40 {
            let name = format!("{draw}");
            let zeros = moved(2, false, &[1.0, 2.0, 3.0, 4.0], &name);
            let edges = moved(2, true, &[1.0, 2.0, 3.0, 4.0], &name);
            let mask = moved(2, false, &[1.0; 4], &name);
            for ((zero, edge), real) in zeros.iter().zip(&edges).zip(&mask) {
                assert_eq!((*zero, *edge == 1.0 || *edge == 4.0 || *real == 1.0), (edge * real, true));
            }
            // Further than there are steps.
            assert!(moved(1_000_000, false, &[7.0], &name).iter().all(|x| *x == 0.0 || *x == 7.0));
            assert_eq!(moved(1_000_000, true, &[7.0], &name), [7.0]);
            assert!(moved(3, true, &[], &name).is_empty());
        }
    }
}
