//! Student's t: the interval of a mean and the p of a difference. Owns the quantiles of the distribution.

use super::{CONFIDENCE, Interval, mean};
use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

/// `x̄ ± t(0.975, n − 1) · s √(1/n + overlap)` with `s² = Σ (x − x̄)² / (n − 1)`. Of independent values, whose overlap is 0: Student,
/// Biometrika 6 (1908) 1–25. Of the parts of cross-validation, whose training samples are shared, overlap is the ratio of test to
/// training samples: the corrected resampled t of C. Nadeau, Y. Bengio, Machine Learning 52 (2003) 239–281, section 3; of several
/// rounds of parts, R. Bouckaert, E. Frank, PAKDD (2004) 3–12.
pub(super) fn student_interval(values: &[f64], overlap: f64) -> Option<Interval> {
    let (mean, error) = mean_and_error(values, overlap)?;
    let half = t_quantile(values.len() - 1) * error;
    Some(Interval::of(values, mean - half, mean + half))
}

/// The mean of two values or more and its standard error, `s √(1/n + overlap)`.
fn mean_and_error(values: &[f64], overlap: f64) -> Option<(f64, f64)> {
    let variance = variance(values)?;
    Some((mean(values)?, (variance / values.len() as f64 + variance * overlap).sqrt()))
}

/// `Σ (x − x̄)² / (n − 1)` of two values or more.
fn variance(values: &[f64]) -> Option<f64> {
    let mean = mean(values).filter(|_| values.len() > 1)?;
    Some(values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64)
}

/// Standard deviation of two values or more.
pub(super) fn deviation(values: &[f64]) -> Option<f64> {
    variance(values).map(f64::sqrt)
}

/// `P(|T| ≥ |x̄| / (s √(1/n + overlap)))` with n − 1 degrees of freedom.
pub(super) fn student_p(values: &[f64], overlap: f64) -> Option<f64> {
    let (mean, error) = mean_and_error(values, overlap)?;
    let freedom = values.len() - 1;
    // arctan(t / √ν), also where there is no spread; 0 / 0 is no difference.
    let theta = mean.abs().atan2(error * (freedom as f64).sqrt());
    Some((1.0 - t_probability(theta, freedom)).clamp(0.0, 1.0))
}

/// The t with `P(|T| ≤ t) = 0.95`.
pub(super) fn t_quantile(freedom: usize) -> f64 {
    (freedom as f64).sqrt() * t_angle(freedom, CONFIDENCE).tan()
}

/// The θ = arctan(t / √ν), which has a bounded range, with `P(|T| ≤ t)` as asked.
pub(super) fn t_angle(freedom: usize, probability: f64) -> f64 {
    bisect(0.0, FRAC_PI_2, |theta| t_probability(theta, freedom) >= probability)
}

/// Where what is false at first becomes true.
pub(super) fn bisect(mut low: f64, mut high: f64, is_beyond: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if is_beyond(middle) { high = middle } else { low = middle }
    }
    low
}

/// `A(t|ν) = P(|T| ≤ t)` at θ = arctan(t / √ν). Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 (ν odd)
/// and 26.7.4 (ν even): finite sums, exact for whole ν.
///
/// ```text
/// ν = 1:   2/π θ
/// ν odd:   2/π {θ + sin θ [cos θ + 2/3 cos³ θ + … + 2·4⋯(ν−3)/(3·5⋯(ν−2)) cos^(ν−2) θ]}
/// ν even:  sin θ {1 + 1/2 cos² θ + 1·3/(2·4) cos⁴ θ + … + 1·3⋯(ν−3)/(2·4⋯(ν−2)) cos^(ν−2) θ}
/// ```
pub(super) fn t_probability(theta: f64, freedom: usize) -> f64 {
    let (sine, cosine) = theta.sin_cos();
    let odd = freedom % 2 == 1;
    let mut term = if odd { cosine } else { 1.0 };
    let mut sum = 0.0;
    // `power` is the power of the cosine in `term`.
    for power in (freedom % 2..freedom.saturating_sub(1)).step_by(2) {
        sum += term;
        term *= cosine * cosine * (power + 1) as f64 / (power + 2) as f64;
    }
    if odd { FRAC_2_PI * (theta + sine * sum) } else { sine * sum }
}
