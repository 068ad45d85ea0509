//! Means, paired differences and what may be concluded from them. Owns no layout and no words.

mod resampling;
mod student;

use std::collections::{BTreeMap, BTreeSet};

use crate::measured::{Absent, Measured};
use crate::significance::{DRAWN_PAIRS, LEVEL};
use resampling::{bootstrap_interval, sign_flip_p};
use student::{student_interval, student_p};

/// One measure of one arm, by the seed of the run.
pub type Samples = BTreeMap<u64, Measured>;

/// Why values are absent, and how many are for that.
pub type Reasons = BTreeMap<Absent, usize>;

/// "no positive in `test` (7); failed (1)".
pub fn spelt_out(reasons: &Reasons) -> String {
    reasons.iter().map(|(why, n)| format!("{why} ({n})")).collect::<Vec<_>>().join("; ")
}

const CONFIDENCE: f64 = 0.95;

/// A 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// An end that is zero but for rounding (below 10⁻¹² of the largest value) is zero: the interval touches it.
    fn of(values: &[f64], low: f64, high: f64) -> Self {
        let rounding = 1e-12 * values.iter().fold(0.0f64, |most, x| most.max(x.abs()));
        let [low, high] = [low, high].map(|end| if end.abs() <= rounding { 0.0 } else { end });
        Interval { low, high }
    }

    pub fn half_width(self) -> f64 {
        (self.high - self.low) / 2.0
    }

    pub fn excludes_zero(self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// The mean of one arm's measure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Seeds with a value.
    pub n: usize,
    /// Of the seeds without one.
    pub absent: Reasons,
    pub mean: Option<f64>,
    /// None with fewer than two runs.
    pub interval: Option<Interval>,
}

impl Summary {
    /// Mean and t interval of the values there are.
    pub fn of(samples: &Samples) -> Self {
        let there: Vec<f64> = samples.values().flatten().copied().collect();
        let absent = reasons(samples.values().filter_map(|value| value.as_ref().err()));
        Summary { n: there.len(), absent, mean: mean(&there), interval: student_interval(&there) }
    }

    /// Seeds without a value.
    pub fn dropped(&self) -> usize {
        self.absent.values().sum()
    }
}

/// The difference of two arms over the seeds that both finished.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paired {
    /// Seeds with a value in both arms.
    pub n: usize,
    /// Of the seeds without a value in at least one.
    pub absent: Reasons,
    /// Mean of `other − first`.
    pub difference: Option<f64>,
    pub student: Option<Interval>,
    pub bootstrap: Option<Interval>,
    /// Two-sided p: of the sign-flip test, of many pairs of Student's. None, as the intervals, with fewer than two pairs.
    pub p: Option<f64>,
}

impl Paired {
    /// `other − first`, seed by seed; `name` names the streams, for example `test_error/near/Mhm`.
    pub fn of(first: &Samples, other: &Samples, name: &str) -> Self {
        let pairs = pairs(first, other);
        let absent = reasons(pairs.iter().filter_map(|pair| pair.as_ref().err()));
        let differences = differences(pairs.into_iter().flatten().collect());
        Paired {
            n: differences.len(),
            absent,
            difference: mean(&differences),
            student: student_interval(&differences),
            bootstrap: bootstrap_interval(&differences, name),
            p: if differences.len() > DRAWN_PAIRS { student_p(&differences) } else { sign_flip_p(&differences, name) },
        }
    }

    /// Seeds without a pair.
    pub fn dropped(&self) -> usize {
        self.absent.values().sum()
    }

    /// The interval to report: the bootstrap from 20 pairs on, Student's t below. The percentile bootstrap of few
    /// values is too narrow (T. Hesterberg, What Teachers Should Know About the Bootstrap, 2015, section 4.1): of normal
    /// values it covers the mean in 74 % of samples of 3, 84 % of 5, 89 % of 10 and 94 % of 20, where 95 % is promised.
    pub fn interval(&self) -> Option<Interval> {
        self.bootstrap.or(self.student)
    }

    /// Whether there is a difference, as far as one comparison by itself can tell.
    pub fn is_clear(&self) -> bool {
        self.interval().is_some_and(Interval::excludes_zero)
    }
}

/// Whether a difference may be claimed among all those made with it: its own interval excludes zero, and its p stays below
/// the level after [`holm`]'s correction. Tables, comparisons and figures all ask here.
pub fn stands(paired: &Paired, corrected: Option<f64>) -> bool {
    paired.is_clear() && corrected.is_some_and(|p| p < LEVEL)
}

/// Holm's correction: of m p-values in ascending order the i-th becomes `max_{j ≤ i} min(1, (m − j + 1) p_j)`, so that the
/// chance of one false claim among all stays below the level. S. Holm, Scand. J. Statistics 6 (1979) 65–70. What has no p
/// is not counted.
pub fn holm(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<(usize, f64)> = p.iter().enumerate().filter_map(|(i, p)| p.map(|p| (i, p))).collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut corrected = vec![None; p.len()];
    let mut largest = 0.0f64;
    for (rank, (i, p)) in order.iter().enumerate() {
        largest = largest.max((p * (order.len() - rank) as f64).min(1.0));
        corrected[*i] = Some(largest);
    }
    corrected
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn reasons<'a>(absent: impl Iterator<Item = &'a Absent>) -> Reasons {
    let mut reasons = Reasons::new();
    absent.for_each(|why| *reasons.entry(why.clone()).or_default() += 1);
    reasons
}

/// The values of both by seed; of a seed that lacks one, why.
fn pairs(first: &Samples, other: &Samples) -> Vec<Result<(f64, f64), Absent>> {
    let seeds: BTreeSet<u64> = first.keys().chain(other.keys()).copied().collect();
    let value = |of: &Samples, seed: u64| of.get(&seed).cloned().unwrap_or_else(|| Err(Absent::because("no run")));
    seeds.into_iter().map(|seed| Ok((value(first, seed)?, value(other, seed)?))).collect()
}

/// `other − first`. A difference that is only rounding (below 10⁻¹² of the largest value) is zero.
fn differences(pairs: Vec<(f64, f64)>) -> Vec<f64> {
    let largest = pairs.iter().fold(0.0f64, |m, (a, b)| m.max(a.abs()).max(b.abs()));
    pairs.iter().map(|(a, b)| b - a).map(|d| if d.abs() <= 1e-12 * largest { 0.0 } else { d }).collect()
}

/// What p is of, by the number of pairs.
pub fn test(pairs: usize) -> &'static str {
    if pairs > DRAWN_PAIRS { "the paired t test" } else { "the sign-flip test" }
}

#[cfg(test)]
mod tests;
