//! Zero mean and unit deviation, with the statistics of the training split, in 64 bits.

use super::error::{Code, DataError};
use std::collections::BTreeMap;

/// What `standardize` takes off and divides by, one number each a feature (last axis).
#[derive(Clone, Debug, PartialEq)]
pub struct Standard {
    pub means: Vec<f64>,
    /// Of the population; 1 for constant features. As scikit-learn's `StandardScaler`.
    pub deviations: Vec<f64>,
}

/// What modalities are standardized by, by name.
pub type Standards = BTreeMap<String, Standard>;

/// Statistics, and the features that have one value on the training split.
pub type Learned = (Standard, Vec<usize>);

impl Standard {
    /// `(x - mean) / sd` of every feature, in place. With the mask of these samples, steps where it is 0 become 0.
    pub fn apply(&self, values: &mut [f64], present: Option<&[f32]>) {
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
                    *value = (*value - mean) / deviation;
                }
            }
        }
    }
}

/// Means and sums of squared distances from them, as rows arrive (Welford 1962): one pass, no cancellation.
pub struct Moments {
    rows: f64,
    features: Vec<Moment>,
}

/// Of one feature. Numbers are counted from the first one, so that those close to each other and far from 0 lose nothing, and in
/// units of a power of two, so that no square overflows or vanishes.
#[derive(Clone, Copy)]
struct Moment {
    origin: f64,
    unit: f64,
    mean: f64,
    square: f64,
}

/// 2^-1000: its inverse is a number, too.
const LEAST_UNIT: f64 = f64::from_bits((1023 - 1000) << 52);

impl Moment {
    const NONE: Self = Self { origin: 0.0, unit: LEAST_UNIT, mean: 0.0, square: 0.0 };

    fn add(&mut self, value: f64, rows: f64, share: f64) {
        if rows == 1.0 {
            self.origin = value;
            return;
        }
        let away = value - self.origin;
        if away.abs() > 2.0 * self.unit {
            // Its own power of two: nothing is rounded.
            let unit = f64::from_bits(away.to_bits() & (0x7ff << 52));
            let ratio = self.unit / unit;
            *self = Self { unit, mean: self.mean * ratio, square: self.square * ratio * ratio, ..*self };
        }
        let number = away / self.unit;
        let away = number - self.mean;
        self.mean += away * share;
        self.square += away * (number - self.mean);
    }
}

impl Moments {
    pub fn of(features: usize) -> Self {
        Self { rows: 0.0, features: vec![Moment::NONE; features] }
    }

    pub fn add(&mut self, row: &[f64]) {
        self.rows += 1.0;
        let share = 1.0 / self.rows;
        self.features.iter_mut().zip(row).for_each(|(feature, value)| feature.add(*value, self.rows, share));
    }

    /// Of the modality `name`; a deviation of at most so many times the mean is none.
    pub fn learned(self, name: &str, tolerance: f64) -> Result<Learned, DataError> {
        if self.rows == 0.0 {
            return Err(DataError::new(
                Code::NotPrepared,
                format!(
                    "`standardize` of modality `{name}` has nothing to learn from: all of it is missing or padding on `train`"
                ),
            )
            .help("is it the right mask, or what stands for missing values? A mask is not 0 where steps are real"));
        }
        let mut standard = Standard { means: vec![], deviations: vec![] };
        let mut constant = vec![];
        for (place, Moment { origin, unit, mean, square }) in self.features.into_iter().enumerate() {
            let mean = origin + mean * unit;
            let deviation = (square / self.rows).sqrt() * unit;
            if !(mean.is_finite() && deviation.is_finite()) {
                return Err(DataError::new(
                    Code::NotFinite,
                    format!("feature {place} of modality `{name}` is too large to be standardized"),
                )
                .help("divide it by a large number before saving"));
            }
            let rounding = tolerance * mean.abs();
            if deviation <= rounding {
                constant.push(place);
            }
            standard.means.push(mean);
            standard.deviations.push(if deviation <= rounding { 1.0 } else { deviation });
        }
        Ok((standard, constant))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::array::Array;
    use crate::data::recipe::Recipe;
    use crate::data::segment::Segment;
    use crate::data::table::Table;
    use crate::id::SampleId;
    use std::sync::Arc;

    fn recipe(axes: &[usize], values: &[f64]) -> Recipe {
        let samples = values.len() / axes.iter().product::<usize>();
        let shape = [&[samples], axes].concat();
        let table =
            Table { shape, first: 0, values: values.to_vec().into(), file: "x".into(), array: None, places: None };
        Recipe::new("x", axes.to_vec(), vec![Segment::InMemory(Arc::new(table))])
    }

    fn standardized(axes: &[usize], values: &[f64], train: &[u32]) -> Vec<f64> {
        let (standard, _) =
            recipe(axes, values).learn(&train.iter().copied().map(SampleId).collect::<Vec<_>>(), None).unwrap();
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
        let expected = [-3.0, -1.0, 1.0, 3.0].map(|v| v / sd);
        for (value, expected) in standardized(&[2, 1], &[1.0, 3.0, 5.0, 7.0], &[0, 1]).iter().zip(expected) {
            assert!((value - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn padding_neither_counts_nor_moves() {
        // Steps 1, 3 and 8 are real: mean 4, variance 26 / 3.
        let values = [1.0, 3.0, 8.0, 100.0];
        let mask = Array::kept("present", &[2], vec![1.0, 1.0, 1.0, 0.0]);
        let (standard, _) = recipe(&[2, 1], &values).learn(&[SampleId(0), SampleId(1)], Some(mask.mask())).unwrap();
        assert!((standard.means[0] - 4.0).abs() < 1e-12 && (standard.deviations[0].powi(2) - 26.0 / 3.0).abs() < 1e-12);
        let mut x = values;
        standard.apply(&mut x, Some(&mask.values));
        assert!((x[0] + 3.0 / (26.0f64 / 3.0).sqrt()).abs() < 1e-6 && x[3] == 0.0, "{x:?}");
    }

    /// A column of a thousand numbers, its mean and its deviation: numpy's `mean()` and `std()` in float64, and where numpy itself
    /// rounds away what there is (the last four), both from fractions.
    type Hard = (&'static str, fn(u32) -> f64, f64, f64);

    const HARD: [Hard; 8] = [
        ("seconds", |i| 1.7e9 + 40.0 * f64::from(i % 2) + 0.1 * f64::from(i), 1_700_000_069.95, 35.147_297_193_518_83),
        ("far from zero", |i| 16_000_000.0 + f64::from(i % 2), 16_000_000.5, 0.5),
        ("tiny spread", |i| 1e6 + 1e-6 * f64::from(i % 7), 1_000_000.000_002_997_1, 1.998_762_579_180_401_6e-6),
        ("one far out", |i| if i == 0 { 1e9 } else { f64::from(i % 4) }, 1_000_001.5, 31_606_961.211_100_35),
        ("whole", |i| 9_007_199_254_739_992.0 + f64::from(i), 9_007_199_254_740_492.0, 288.674_990_257_209_5),
        ("denormal", |i| 1e-310 * f64::from(1 + i % 5), 3e-310, 1.414_213_562_373_1e-310),
        ("huge", |i| 1e200 * f64::from(1 + i % 3), 1.999e200, 8.167_000_673_441_873e199),
        ("last bit", |i| 1.0 + f64::EPSILON * f64::from(i % 2), 1.0, 1.110_223_024_625_156_5e-16),
    ];

    #[test]
    fn hard_columns_have_their_means_and_deviations() {
        let ids: Vec<SampleId> = SampleId::of(0..1000).collect();
        for (name, number, mean, deviation) in HARD {
            let mut values: Vec<f64> = ids.iter().map(|id| number(id.0)).collect();
            let (standard, constant) = recipe(&[1], &values).learn(&ids, None).unwrap();
            let near = |a: f64, b: f64| ((a - b) / b).abs() < 1e-6;
            assert!(near(standard.means[0], mean) && near(standard.deviations[0], deviation), "{name} {standard:?}");
            assert!(constant.is_empty(), "{name}");
            standard.apply(&mut values, None);
            if name == "last bit" {
                // Its mean lies between two numbers.
                continue;
            }
            let sd = (values.iter().map(|v| v * v).sum::<f64>() / 1000.0).sqrt();
            assert!((sd - 1.0).abs() < 1e-3, "{name} {sd}");
        }
    }

    #[test]
    fn one_value_is_constant_and_what_does_not_fit_is_an_error() {
        let of = |values: &[f64], mask: Option<&Array>| {
            let ids: Vec<SampleId> = SampleId::of(0..values.len()).collect();
            recipe(&[1], values).learn(&ids, mask.map(Array::mask))
        };
        for values in [&[0.1; 1000][..], &[7.0], &[1e300; 3], &[0.0; 2]] {
            let expected = Standard { means: vec![values[0]], deviations: vec![1.0] };
            assert_eq!(of(values, None).unwrap(), (expected, vec![0]));
        }
        assert!(of(&[f64::MAX, f64::MIN], None).unwrap_err().message.contains("too large"));
        let none = Array::kept("present", &[1], vec![0.0; 2]);
        assert!(of(&[1.0, 2.0], Some(&none)).unwrap_err().message.contains("nothing to learn from"));
    }
}
