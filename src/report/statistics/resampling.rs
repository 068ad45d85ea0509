//! What is concluded by drawing again: the bootstrap and the sign-flip test. Random draws come from named streams of one constant
//! seed: the same values under the same name give the same bits.

use super::{CONFIDENCE, Interval};
use crate::seed::Seed;
use crate::significance::{DRAWN_PAIRS, EXACT_PAIRS, SIGN_DRAWS};

const RESAMPLES: usize = 10_000;
/// From this many pairs on the bootstrap interval is the one reported, see [`Paired::interval`](super::Paired::interval).
const BOOTSTRAP_PAIRS: usize = 20;
/// The draws of a report do not depend on the seeds of its runs.
const SEED: Seed = Seed(0);

/// Percentile bootstrap of the mean: the 2.5 % and 97.5 % quantiles (linear between order statistics) of the means of
/// 10,000 resamples with replacement. B. Efron, R. Tibshirani, An Introduction to the Bootstrap (1993), section 13.3.
pub(super) fn bootstrap_interval(values: &[f64], name: &str) -> Option<Interval> {
    if !(BOOTSTRAP_PAIRS..=DRAWN_PAIRS).contains(&values.len()) {
        return None;
    }
    let n = values.len();
    let mut stream = SEED.stream(&format!("bootstrap/{name}"));
    let mut means: Vec<f64> =
        (0..RESAMPLES).map(|_| (0..n).map(|_| values[stream.below(n)]).sum::<f64>() / n as f64).collect();
    means.sort_by(f64::total_cmp);
    let tail = (1.0 - CONFIDENCE) / 2.0;
    Some(Interval::of(values, quantile(&means, tail), quantile(&means, 1.0 - tail)))
}

pub(super) fn quantile(sorted: &[f64], fraction: f64) -> f64 {
    let place = fraction * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}

/// Two-sided sign-flip (paired permutation) test of a zero mean: the share of sign patterns with `|Σ ±d| ≥ |Σ d|`. Of up to
/// 16 pairs all patterns; of more 20,000 drawn ones, `(1 + hits) / (1 + draws)`, which is never zero. R. A. Fisher, The Design of
/// Experiments (1935), section 21; B. Phipson, G. Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010) 39.
pub(super) fn sign_flip_p(values: &[f64], name: &str) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    // Sums that are equal on paper may differ by rounding.
    let tolerance = 1e-12 * values.iter().map(|d| d.abs()).sum::<f64>();
    let observed = values.iter().sum::<f64>().abs() - tolerance;
    let reaches = |sum: f64| sum.abs() >= observed;
    if values.len() <= EXACT_PAIRS {
        let patterns = 1u32 << values.len();
        let signed = |pattern: u32| values.iter().enumerate().map(|(i, d)| flip(*d, pattern >> i & 1)).sum();
        let hits = (0..patterns).filter(|pattern| reaches(signed(*pattern))).count();
        return Some(hits as f64 / f64::from(patterns));
    }
    let mut stream = SEED.stream(&format!("signs/{name}"));
    let hits =
        (0..SIGN_DRAWS).filter(|_| reaches(values.iter().map(|d| flip(*d, stream.below(2) as u32)).sum())).count();
    Some((1 + hits) as f64 / (1 + SIGN_DRAWS) as f64)
}

fn flip(value: f64, sign: u32) -> f64 {
    if sign == 0 { value } else { -value }
}
