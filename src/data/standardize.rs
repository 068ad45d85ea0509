//! Zero mean and unit deviation, with the statistics of the training split.

use super::{Array, DataError, DataSpec, TRAIN, load};
use crate::builtin::dataset::Transform;
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
    /// Of these samples; all axes before the last are pooled with them.
    pub fn of(array: &Array, train: &[u32]) -> Self {
        let features = array.axes.last().copied().unwrap_or(1);
        let (means, deviations) = statistics(array, features, train);
        Self { means, deviations }
    }

    /// `(x - mean) / sd` of every feature, in place.
    pub fn apply(&self, values: &mut [f32]) {
        for row in values.chunks_mut(self.means.len().max(1)) {
            for ((value, mean), deviation) in row.iter_mut().zip(&self.means).zip(&self.deviations) {
                *value = ((f64::from(*value) - mean) / deviation) as f32;
            }
        }
    }
}

/// What the dataset's modalities are standardized by with this seed, by name.
///
/// # Errors
/// Those of [`load`].
pub fn standards(spec: &DataSpec, seed: Seed) -> Result<BTreeMap<String, Standard>, DataError> {
    let raw = load(&spec.raw(), seed)?;
    let train = raw.split(TRAIN).unwrap_or(&[]);
    let standard =
        spec.modalities.iter().zip(&raw.modalities).filter(|(m, _)| m.transforms == [Transform::Standardize]);
    Ok(standard.map(|(m, array)| (m.name.clone(), Standard::of(array, train))).collect())
}

fn statistics(array: &Array, features: usize, train: &[u32]) -> (Vec<f64>, Vec<f64>) {
    let width = array.width();
    let rows = || train.iter().flat_map(|id| array.values[*id as usize * width..][..width].chunks(features));
    let n = (train.len() * width / features) as f64;
    let mut means = vec![0.0; features];
    for row in rows() {
        for (mean, value) in means.iter_mut().zip(row) {
            *mean += f64::from(*value);
        }
    }
    means.iter_mut().for_each(|mean| *mean /= n);
    let mut deviations = vec![0.0; features];
    for row in rows() {
        for ((square, value), mean) in deviations.iter_mut().zip(row).zip(&means) {
            *square += (f64::from(*value) - mean).powi(2);
        }
    }
    for (deviation, mean) in deviations.iter_mut().zip(&means) {
        let variance = *deviation / n;
        // What rounding leaves of a constant: scikit-learn's `_is_constant_feature`.
        let rounding = n * f64::EPSILON * variance + (n * mean * f64::EPSILON).powi(2);
        *deviation = if variance <= rounding { 1.0 } else { variance.sqrt() };
    }
    (means, deviations)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(axes: &[usize], values: &[f32]) -> Array {
        Array { name: "x".into(), axes: axes.to_vec(), values: values.to_vec() }
    }

    #[test]
    fn numbers_are_those_of_scikit_learn() {
        // python: StandardScaler().fit([[1, 2, 0.1], [2, 4, 0.1], [6, 0, 0.1]]).transform([[1, 2, 0.1], [10, 1, 5]])
        // [[-0.9258201, 0, 0], [3.2403703, -0.61237244, 4.9]]
        let mut x = array(&[3], &[1.0, 2.0, 0.1, 2.0, 4.0, 0.1, 6.0, 0.0, 0.1, 10.0, 1.0, 5.0]);
        Standard::of(&x, &[0, 1, 2]).apply(&mut x.values);
        for (value, expected) in x.values[..3].iter().zip([-0.925_820_1, 0.0, 0.0]) {
            assert!((value - expected).abs() < 1e-6, "{:?}", x.values);
        }
        for (value, expected) in x.values[9..].iter().zip([3.240_370_3, -0.612_372_4, 4.9]) {
            assert!((value - expected).abs() < 1e-5, "{:?}", x.values);
        }
    }

    #[test]
    fn steps_of_a_sequence_are_pooled() {
        let mut x = array(&[2, 1], &[1.0, 3.0, 5.0, 7.0]);
        Standard::of(&x, &[0, 1]).apply(&mut x.values);
        let sd = 5f64.sqrt();
        assert_eq!(x.values, [-3.0, -1.0, 1.0, 3.0].map(|v| (v / sd) as f32));
    }
}
