//! Zero mean and unit deviation, with the statistics of the training split.

use super::array::Array;
use super::recipe::{Draws, Recipe};
use super::{DataError, DataSpec, load};
use crate::seed::Seed;
use std::collections::BTreeMap;

/// What `standardize` takes off and divides by, one number each a feature (last axis).
#[derive(Clone, Debug, PartialEq)]
pub struct Standard {
    pub means: Vec<f64>,
    /// Of the population; 1 for constant features. As scikit-learn's `StandardScaler`.
    pub deviations: Vec<f64>,
}

impl Standard {
    /// Of these samples; all axes before the last are pooled with them. With a mask, of the steps where it is not 0.
    pub fn of(recipe: &Recipe, train: &[u32], present: Option<&Array>) -> Result<Self, DataError> {
        let width = recipe.declared.iter().product::<usize>().max(1);
        let features = recipe.declared.last().copied().unwrap_or(1);
        let mut moments = Moments::of(features);
        let mut ids = train.iter();
        recipe.read(train, Draws::Even, &mut |table| {
            table.is_finite()?;
            for (sample, id) in table.values.chunks(width).zip(ids.by_ref()).take(table.samples()) {
                let steps = present.map_or(&[1.0][..], |mask| mask.run(*id, 1));
                for (step, _) in sample.chunks(width / steps.len()).zip(steps).filter(|(_, real)| **real != 0.0) {
                    step.chunks(features).for_each(|row| moments.add(row));
                }
            }
            Ok(())
        })?;
        Ok(moments.standard())
    }

    /// `(x - mean) / sd` of every feature, in place. With the mask of these samples, steps where it is 0 become 0.
    pub fn apply(&self, values: &mut [f32], present: Option<&[f32]>) {
        let step = present.map_or(values.len(), |mask| values.len() / mask.len().max(1)).max(1);
        let one = [1.0];
        let real = present.unwrap_or(&one);
        for (step, real) in values.chunks_mut(step).zip(real) {
            if *real == 0.0 {
                step.fill(0.0);
                continue;
            }
            for row in step.chunks_mut(self.means.len().max(1)) {
                for ((value, mean), deviation) in row.iter_mut().zip(&self.means).zip(&self.deviations) {
                    *value = ((f64::from(*value) - mean) / deviation) as f32;
                }
            }
        }
    }
}

/// What the dataset's modalities are standardized by with this seed, by name.
///
/// # Errors
/// Those of [`load`].
pub fn standards(spec: &DataSpec, seed: Seed) -> Result<BTreeMap<String, Standard>, DataError> {
    Ok(load(spec, seed)?.standards)
}

/// Means and sums of squared distances from them, as rows arrive (Welford 1962): one pass, no cancellation.
struct Moments {
    rows: f64,
    means: Vec<f64>,
    squares: Vec<f64>,
}

impl Moments {
    fn of(features: usize) -> Self {
        Self { rows: 0.0, means: vec![0.0; features], squares: vec![0.0; features] }
    }

    fn add(&mut self, row: &[f32]) {
        self.rows += 1.0;
        let share = 1.0 / self.rows;
        for ((mean, square), value) in self.means.iter_mut().zip(&mut self.squares).zip(row) {
            let away = f64::from(*value) - *mean;
            *mean += away * share;
            *square += away * (f64::from(*value) - *mean);
        }
    }

    fn standard(self) -> Standard {
        let n = self.rows.max(1.0);
        let deviation = |(square, mean): (f64, &f64)| {
            let variance = square / n;
            // What rounding leaves of a constant: scikit-learn's `_is_constant_feature`.
            let rounding = n * f64::EPSILON * variance + (n * mean * f64::EPSILON).powi(2);
            if variance <= rounding { 1.0 } else { variance.sqrt() }
        };
        let deviations = self.squares.into_iter().zip(&self.means).map(deviation).collect();
        Standard { means: self.means, deviations }
    }
}

#[cfg(test)]
mod tests {
    use super::super::piece::Piece;
    use super::super::table::Table;
    use super::*;
    use std::sync::Arc;

    fn recipe(axes: &[usize], values: &[f32]) -> Recipe {
        let samples = values.len() / axes.iter().product::<usize>();
        let shape = [&[samples], axes].concat();
        let table = Table { shape, first: 0, values: values.to_vec(), file: "x".into(), array: None };
        Recipe::new("x", axes.to_vec(), vec![Piece::Held(Arc::new(table))])
    }

    fn standardized(axes: &[usize], values: &[f32], train: &[u32]) -> Vec<f32> {
        let standard = Standard::of(&recipe(axes, values), train, None).unwrap();
        let mut values = values.to_vec();
        standard.apply(&mut values, None);
        values
    }

    #[test]
    fn numbers_are_those_of_scikit_learn() {
        // python: StandardScaler().fit([[1, 2, 0.1], [2, 4, 0.1], [6, 0, 0.1]]).transform([[1, 2, 0.1], [10, 1, 5]])
        // [[-0.9258201, 0, 0], [3.2403703, -0.61237244, 4.9]]
        let x = [1.0, 2.0, 0.1, 2.0, 4.0, 0.1, 6.0, 0.0, 0.1, 10.0, 1.0, 5.0];
        let x = standardized(&[3], &x, &[0, 1, 2]);
        for (value, expected) in x[..3].iter().zip([-0.925_820_1, 0.0, 0.0]) {
            assert!((value - expected).abs() < 1e-6, "{x:?}");
        }
        for (value, expected) in x[9..].iter().zip([3.240_370_3, -0.612_372_4, 4.9]) {
            assert!((value - expected).abs() < 1e-5, "{x:?}");
        }
    }

    #[test]
    fn steps_of_a_sequence_are_pooled() {
        let sd = 5f64.sqrt();
        let expected = [-3.0, -1.0, 1.0, 3.0].map(|v| (v / sd) as f32);
        for (value, expected) in standardized(&[2, 1], &[1.0, 3.0, 5.0, 7.0], &[0, 1]).iter().zip(expected) {
            assert!((value - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn padding_neither_counts_nor_moves() {
        // Steps 1, 3 and 8 are real: mean 4, variance 26 / 3.
        let values = [1.0, 3.0, 8.0, 100.0];
        let mask = Array::kept("present", &[2], vec![1.0, 1.0, 1.0, 0.0]);
        let standard = Standard::of(&recipe(&[2, 1], &values), &[0, 1], Some(&mask)).unwrap();
        assert!((standard.means[0] - 4.0).abs() < 1e-12 && (standard.deviations[0].powi(2) - 26.0 / 3.0).abs() < 1e-12);
        let mut x = values;
        standard.apply(&mut x, Some(mask.run(0, 2)));
        assert!((f64::from(x[0]) + 3.0 / (26.0f64 / 3.0).sqrt()).abs() < 1e-6 && x[3] == 0.0, "{x:?}");
    }

    #[test]
    fn far_from_zero_nothing_cancels() {
        let values: Vec<f32> = (0..1000).map(|i| 16_000_000.0 + (i % 2) as f32).collect();
        let ids: Vec<u32> = (0..1000).collect();
        let standard = Standard::of(&recipe(&[1], &values), &ids, None).unwrap();
        assert!((standard.deviations[0] - 0.5).abs() < 1e-9, "{standard:?}");
    }
}
