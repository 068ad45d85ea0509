//! Means, paired differences and what may be concluded from them. Owns no layout and no words.
//!
//! Random draws come from named streams of one constant seed: the same values under the same name give the same bits.

use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

use crate::measured::{Absent, Measured};
use crate::seed::Seed;
use crate::significance::{DRAWN_PAIRS, EXACT_PAIRS, LEVEL, SIGN_DRAWS};

/// One measure of one arm, by the seed of the run.
pub type Samples = BTreeMap<u64, Measured>;

/// Why values are absent, and how many are for that.
pub type Reasons = BTreeMap<Absent, usize>;

/// "no positive in `test` (7); failed (1)".
pub fn spelt_out(reasons: &Reasons) -> String {
    reasons.iter().map(|(why, n)| format!("{why} ({n})")).collect::<Vec<_>>().join("; ")
}

const CONFIDENCE: f64 = 0.95;
const RESAMPLES: usize = 10_000;
/// From this many pairs on the bootstrap interval is the one reported, see [`Paired::interval`].
const BOOTSTRAP_PAIRS: usize = 20;
/// The draws of a report do not depend on the seeds of its runs.
const SEED: Seed = Seed(0);

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

/// `x̄ ± t(0.975, n − 1) · s / √n` with `s² = Σ (x − x̄)² / (n − 1)`. Student, Biometrika 6 (1908) 1–25.
fn student_interval(values: &[f64]) -> Option<Interval> {
    let (mean, error) = mean_and_error(values)?;
    let half = t_quantile(values.len() - 1) * error;
    Some(Interval::of(values, mean - half, mean + half))
}

/// The mean of two values or more and its standard error, `s / √n`.
fn mean_and_error(values: &[f64]) -> Option<(f64, f64)> {
    let mean = mean(values).filter(|_| values.len() > 1)?;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64;
    Some((mean, (variance / values.len() as f64).sqrt()))
}

/// `P(|T| ≥ |x̄| √n / s)` with n − 1 degrees of freedom.
fn student_p(values: &[f64]) -> Option<f64> {
    let (mean, error) = mean_and_error(values)?;
    let freedom = values.len() - 1;
    // arctan(t / √ν), also where there is no spread; 0 / 0 is no difference.
    let theta = mean.abs().atan2(error * (freedom as f64).sqrt());
    Some((1.0 - t_probability(theta, freedom)).clamp(0.0, 1.0))
}

/// The t with `P(|T| ≤ t) = 0.95`: bisection over θ = arctan(t / √ν), which has a bounded range.
fn t_quantile(freedom: usize) -> f64 {
    let (mut low, mut high) = (0.0, FRAC_PI_2);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if t_probability(middle, freedom) < CONFIDENCE { low = middle } else { high = middle }
    }
    (freedom as f64).sqrt() * low.tan()
}

/// `A(t|ν) = P(|T| ≤ t)` at θ = arctan(t / √ν). Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 (ν odd)
/// and 26.7.4 (ν even): finite sums, exact for whole ν.
///
/// ```text
/// ν = 1:   2/π θ
/// ν odd:   2/π {θ + sin θ [cos θ + 2/3 cos³ θ + … + 2·4⋯(ν−3)/(3·5⋯(ν−2)) cos^(ν−2) θ]}
/// ν even:  sin θ {1 + 1/2 cos² θ + 1·3/(2·4) cos⁴ θ + … + 1·3⋯(ν−3)/(2·4⋯(ν−2)) cos^(ν−2) θ}
/// ```
fn t_probability(theta: f64, freedom: usize) -> f64 {
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

/// Percentile bootstrap of the mean: the 2.5 % and 97.5 % quantiles (linear between order statistics) of the means of
/// 10,000 resamples with replacement. B. Efron, R. Tibshirani, An Introduction to the Bootstrap (1993), section 13.3.
fn bootstrap_interval(values: &[f64], name: &str) -> Option<Interval> {
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

fn quantile(sorted: &[f64], fraction: f64) -> f64 {
    let place = fraction * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}

/// Two-sided sign-flip (paired permutation) test of a zero mean: the share of sign patterns with `|Σ ±d| ≥ |Σ d|`. Of up to
/// 16 pairs all patterns; of more 20,000 drawn ones, `(1 + hits) / (1 + draws)`, which is never zero. R. A. Fisher, The Design of
/// Experiments (1935), section 21; B. Phipson, G. Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010) 39.
fn sign_flip_p(values: &[f64], name: &str) -> Option<f64> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measured::finite;

    fn samples(values: &[f64]) -> Samples {
        values.iter().enumerate().map(|(i, x)| (i as u64, finite(*x))).collect()
    }

    /// Against zeros, so that the differences are the values.
    fn paired(values: &[f64]) -> Paired {
        Paired::of(&samples(&vec![0.0; values.len()]), &samples(values), "test")
    }

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() < tolerance, "{found} is not {expected}");
    }

    /// numpy.round(numpy.random.default_rng(1).normal(0.5, 1, 30), 3)
    const THIRTY: [f64; 30] = [
        0.846, 1.322, 0.83, -0.803, 1.405, 0.946, -0.037, 1.081, 0.865, 0.794, 0.528, 1.047, -0.236, 0.337, 0.018,
        1.099, 0.54, 0.208, -0.282, 0.243, 0.508, 0.224, 1.794, 1.507, -2.211, -1.389, 0.325, 0.078, 0.714, 0.717,
    ];

    #[test]
    fn t_quantiles_are_scipys() {
        // [scipy.stats.t.ppf(0.975, df) for df in (1, 2, 3, 4, 9, 29, 100)]
        let expected = [
            (1, 12.706204736174694),
            (2, 4.302652729749462),
            (3, 3.1824463052837078),
            (4, 2.7764451051977934),
            (9, 2.262157162798205),
            (29, 2.045229642132703),
            (100, 1.9839715185235518),
        ];
        for (freedom, t) in expected {
            close(t_quantile(freedom), t, 1e-9);
        }
    }

    #[test]
    fn the_t_interval_is_scipys() {
        // x = [15.1, 14.2, 16.8, 15.9, 14.4]
        // scipy.stats.t.interval(.95, 4, loc=numpy.mean(x), scale=scipy.stats.sem(x))
        let summary = Summary::of(&samples(&[15.1, 14.2, 16.8, f64::NAN, 15.9, 14.4]));
        assert_eq!((summary.n, summary.dropped()), (5, 1));
        let interval = summary.interval.unwrap();
        close(interval.low, 13.938658019617641, 1e-6);
        close(interval.high, 16.621341980382354, 1e-6);
        close(interval.half_width(), 1.341341980382356, 1e-6);
    }

    #[test]
    fn two_arms_are_paired_as_scipy_pairs_them() {
        // a = [17.5, 15.0, 20.0, 17.5, 12.5, 22.5, 17.5, 15.0]
        // b = [15.0, 15.0, 17.5, 12.5, 15.0, 17.5, 15.0, 12.5]
        let a = samples(&[17.5, 15.0, 20.0, 17.5, 12.5, 22.5, 17.5, 15.0]);
        let b = samples(&[15.0, 15.0, 17.5, 12.5, 15.0, 17.5, 15.0, 12.5]);
        let paired = Paired::of(&a, &b, "test");
        assert_eq!(paired.difference, Some(-2.1875));
        // scipy.stats.ttest_rel(b, a).confidence_interval(0.95)
        close(paired.interval().unwrap().low, -4.2588070617070555, 1e-6);
        close(paired.interval().unwrap().high, -0.11619293829294453, 1e-6);
        // scipy.stats.permutation_test((b, a), lambda x, y: numpy.mean(x - y), permutation_type='samples',
        //     vectorized=False, n_resamples=numpy.inf).pvalue
        assert_eq!(paired.p, Some(0.09375));
    }

    #[test]
    fn quantiles_are_numpys() {
        // numpy.quantile([3.1, 4.1, 5.9, 2.6, 5.3, 5.8, 9.7], [0.025, 0.975])
        let mut sorted = [3.1, 4.1, 5.9, 2.6, 5.3, 5.8, 9.7];
        sorted.sort_by(f64::total_cmp);
        close(quantile(&sorted, 0.025), 2.675, 1e-12);
        close(quantile(&sorted, 0.975), 9.13, 1e-12);
    }

    #[test]
    fn one_run_has_no_interval_and_none_has_nothing() {
        let one = Summary::of(&samples(&[0.5]));
        assert_eq!((one.n, one.mean, one.interval), (1, Some(0.5), None));
        assert_eq!(Summary::of(&samples(&[])), Summary::default());
        let absent = Reasons::from([(Absent::because("not a number (NaN)"), 1)]);
        assert_eq!(Summary::of(&samples(&[f64::NAN])), Summary { absent, ..Summary::default() });
        let one = paired(&[0.5]);
        assert_eq!((one.difference, one.interval(), one.p), (Some(0.5), None, None));
        assert_eq!(paired(&[]), Paired::default());
    }

    #[test]
    fn the_exact_permutation_is_the_enumerated_one() {
        // d = [1.2, -0.4, 2.1, 0.3, 0.9, 1.7]
        // sum(abs(sum(s * v for s, v in zip(p, d))) >= abs(sum(d)) - 1e-12 for p in itertools.product([1, -1], repeat=6)) = 6 of 64
        // scipy.stats.permutation_test((d,), numpy.mean, permutation_type='samples', n_resamples=numpy.inf).pvalue
        assert_eq!(paired(&[1.2, -0.4, 2.1, 0.3, 0.9, 1.7]).p, Some(0.09375));
        assert_eq!(paired(&[1.0; 5]).p, Some(crate::significance::smallest_p(5)));
    }

    #[test]
    fn thirty_pairs_are_near_scipys() {
        let thirty = paired(&THIRTY);
        // scipy.stats.t.interval(.95, 29, loc=d.mean(), scale=scipy.stats.sem(d))
        close(thirty.student.unwrap().low, 0.11965750470925712, 1e-6);
        close(thirty.student.unwrap().high, 0.7482091619574096, 1e-6);
        // scipy.stats.bootstrap((d,), numpy.mean, method='percentile', n_resamples=200000, random_state=1)
        close(thirty.bootstrap.unwrap().low, 0.12229916666666683, 0.015);
        close(thirty.bootstrap.unwrap().high, 0.7134333333333333, 0.015);
        // scipy.stats.permutation_test((d,), numpy.mean, permutation_type='samples', n_resamples=400000, random_state=1).pvalue
        close(thirty.p.unwrap(), 0.008669978325054187, 0.002);
        assert_eq!(thirty.interval(), thirty.bootstrap);
        assert_eq!(paired(&THIRTY[..19]).interval(), paired(&THIRTY[..19]).student);
    }

    #[test]
    fn of_many_pairs_students_numbers_are_those_of_draws() {
        // 1 − ∫ of Student's density with 29 degrees of freedom from −t to t = 2.8239, by Simpson's rule.
        close(student_p(&THIRTY).unwrap(), 0.008489600769, 1e-9);
        assert_eq!(student_p(&[1.0; 4]), Some(0.0));
        let mut stream = Seed(7).stream("many");
        let many: Vec<f64> = (0..=DRAWN_PAIRS).map(|_| 0.05 + stream.normal()).collect();
        let (most, beyond) = (&many[..DRAWN_PAIRS], paired(&many));
        let (drawn, student) = (bootstrap_interval(most, "test").unwrap(), student_interval(most).unwrap());
        for (drawn, student) in [(drawn.low, student.low), (drawn.high, student.high)] {
            close(drawn, student, 0.03 * (drawn.abs().max(student.abs())).max(0.1));
        }
        close(sign_flip_p(most, "test").unwrap(), student_p(most).unwrap(), 0.01);
        assert_eq!((beyond.bootstrap, beyond.interval(), beyond.p), (None, beyond.student, student_p(&many)));
    }

    #[test]
    fn exchanging_the_arms_exchanges_the_sign() {
        let (zero, values) = (samples(&[0.0; 30]), samples(&THIRTY));
        let (there, back) = (Paired::of(&zero, &values, "test"), Paired::of(&values, &zero, "test"));
        close(there.difference.unwrap(), -back.difference.unwrap(), 1e-12);
        close(there.bootstrap.unwrap().low, -back.bootstrap.unwrap().high, 1e-12);
        close(there.student.unwrap().low, -back.student.unwrap().high, 1e-12);
        assert_eq!(there.p, back.p);
    }

    #[test]
    fn identical_samples_do_not_differ() {
        for n in [2, 16, 17, 30] {
            let same = samples(&THIRTY[..n]);
            let paired = Paired::of(&same, &same, "test");
            assert_eq!((paired.difference, paired.p, paired.is_clear()), (Some(0.0), Some(1.0), false));
        }
        // 0.1 + 0.2 is not 0.3.
        let rounded = Paired::of(&samples(&[0.3; 3]), &samples(&[0.1 + 0.2; 3]), "test");
        assert_eq!((rounded.difference, rounded.p), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn an_interval_that_touches_zero_does_not_exclude_it() {
        // 0.1 + 0.2 - 0.3 is 5.6e-17.
        let values: Vec<f64> = [0.1, 0.2, -0.3].repeat(7);
        let interval = Interval::of(&values, 0.1 + 0.2 - 0.3, 0.5);
        assert_eq!((interval.low, interval.high), (0.0, 0.5));
        assert!(!interval.excludes_zero());
    }

    #[test]
    fn a_pair_needs_both_values() {
        let first = Samples::from([(1, Ok(1.0)), (2, Ok(1.0)), (3, Err(Absent::failed())), (4, Ok(1.0))]);
        let no = || Err(Absent::because("no positive"));
        let other = Samples::from([(1, Ok(2.0)), (2, no()), (3, no()), (4, Ok(4.0)), (5, Ok(2.0))]);
        let paired = Paired::of(&first, &other, "test");
        assert_eq!((paired.n, paired.dropped(), paired.difference), (2, 3, Some(2.0)));
        assert_eq!(spelt_out(&paired.absent), "failed (1); no positive (1); no run (1)");
    }

    #[test]
    fn the_same_name_gives_the_same_bits() {
        assert_eq!(paired(&THIRTY), paired(&THIRTY));
        assert_ne!(bootstrap_interval(&THIRTY, "a"), bootstrap_interval(&THIRTY, "b"));
    }

    #[test]
    fn holm_corrects_in_ascending_order() {
        let corrected = holm(&[Some(0.01), None, Some(0.04), Some(0.03), Some(0.005)]);
        // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") = 0.03 0.06 0.06 0.02
        for (found, expected) in corrected.iter().zip([Some(0.03), None, Some(0.06), Some(0.06), Some(0.02)]) {
            assert_eq!(found.is_some(), expected.is_some());
            close(found.unwrap_or(0.0), expected.unwrap_or(0.0), 1e-12);
        }
        assert_eq!(holm(&[Some(0.6), Some(0.9)]), [Some(1.0), Some(1.0)]);
        assert!(holm(&[]).is_empty());
    }
}
