//! `resample`: sequences of any length as so many segments.

use super::{Draw, EachSample, Preparation, Redraws, Sample, Transform};
use crate::builtin::ShapeError;
use crate::builtin::value::Count;
use crate::row;

row! {
    /// Takes `segments` steps of a sequence at equal distances, whatever its length.
    ///
    /// Segment i of a sequence of `len` steps is step `floor(i len / segments)`; a shorter sequence repeats steps.
    ///
    /// With `random`, a training step sees other ones: with `s_i = i len / segments` (and `len - 1` behind the last),
    /// segment i is a whole number drawn from `floor(s_i)` to `floor(s_{i+1})`, as BaS-Net samples its videos
    /// (github.com/Pilhyeon/BaSNet-pytorch, `thumos_features.py`). They are drawn anew every time a sample is trained
    /// on, the same for all modalities of equally many steps. Whatever is evaluated has equal distances.
    pub struct Resample = "resample" as Transform(dyn Preparation) {
        /// Steps afterwards.
        segments: Count,
        /// Draws other steps while training.
        random: bool = false,
    }
    example "resample(750, random: true)" on []
}

impl Resample {
    /// Which step of a sequence of `steps` each segment is.
    fn places(&self, steps: usize, draw: &mut Draw) -> Vec<usize> {
        let start = |i: usize| i * steps / self.segments.0;
        match draw {
            Draw::Random(stream) if self.random => {
                let end = |i: usize| if i + 1 == self.segments.0 { steps - 1 } else { start(i + 1) };
                let one = |i: usize| {
                    let (low, high) = (start(i), end(i));
                    if low < high { low + stream.below(high - low + 1) } else { low }
                };
                (0..self.segments.0).map(one).collect()
            }
            Draw::Random(_) | Draw::Even => (0..self.segments.0).map(start).collect(),
        }
    }
}

impl Preparation for Resample {
    fn transform(&self) -> Transform<'_> {
        Transform::Each(self)
    }
}

impl EachSample for Resample {
    fn axes(&self, axes: &[usize], _: &[usize]) -> Result<Vec<usize>, ShapeError> {
        match axes.split_first() {
            Some((0, _)) => Err(ShapeError::new("a sequence without steps cannot be resampled")),
            Some((_, rest)) => Ok([&[self.segments.0], rest].concat()),
            None => Err(ShapeError::new("`resample` takes sequences, not one number a sample")),
        }
    }

    fn apply(&self, sample: &Sample, to: &[usize], draw: &mut Draw) -> Result<Vec<f64>, String> {
        let width: usize = to[1..].iter().product();
        let mut values = Vec::with_capacity(self.segments.0 * width);
        for place in self.places(sample.axes[0], draw) {
            values.extend_from_slice(&sample.values[place * width..][..width]);
        }
        Ok(values)
    }

    fn evens_out(&self) -> bool {
        true
    }

    fn redraws(&self) -> Redraws {
        if self.random { Redraws::Steps } else { Redraws::Nothing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::dataset::prepared;
    use crate::seed::Seed;

    fn even(segments: usize, steps: usize) -> Vec<usize> {
        Resample { segments: Count(segments), random: true }.places(steps, &mut Draw::Even)
    }

    #[test]
    fn segments_at_equal_distances_are_numpys() {
        // python: numpy.floor(numpy.arange(4) * 10 / 4).astype(int), numpy.floor(numpy.arange(5) * 3 / 5).astype(int)
        assert_eq!(even(4, 10), [0, 2, 5, 7]);
        assert_eq!(even(5, 3), [0, 0, 1, 1, 2]);
        assert_eq!(even(3, 1), [0, 0, 0]);
        let x = Sample { axes: vec![3, 2], values: vec![0.0, 1.0, 10.0, 11.0, 20.0, 21.0] };
        let taken = prepared(&Resample { segments: Count(2), random: false }, &x, &[]);
        assert_eq!(taken, Ok((vec![2, 2], vec![0.0, 1.0, 10.0, 11.0])));
        let empty = Sample { axes: vec![0, 2], values: vec![] };
        assert!(prepared(&Resample { segments: Count(2), random: false }, &empty, &[]).is_err());
    }

    #[test]
    fn drawn_segments_stay_between_their_neighbours_and_reach_all_of_them() {
        let resample = Resample { segments: Count(4), random: true };
        let mut seen = vec![std::collections::BTreeSet::new(); 4];
        for draw in 0..400 {
            let places = resample.places(10, &mut Draw::Random(Box::new(Seed(1).stream(&format!("{draw}")))));
            seen.iter_mut().zip(places).for_each(|(seen, place)| _ = seen.insert(place));
        }
        let seen: Vec<Vec<usize>> = seen.into_iter().map(|s| s.into_iter().collect()).collect();
        // s = 0, 2.5, 5, 7.5 and 9 behind the last.
        assert_eq!(seen, [vec![0, 1, 2], vec![2, 3, 4, 5], vec![5, 6, 7], vec![7, 8, 9]]);
        let mut short = Draw::Random(Box::new(Seed(1).stream("short")));
        assert!(resample.places(2, &mut short).iter().all(|p| *p < 2));
    }
}
