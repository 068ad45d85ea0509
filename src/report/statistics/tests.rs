//! Held against scipy, numpy and R.

use super::resampling::quantile;
use super::student::t_quantile;
use super::*;
use crate::measured::finite;
use crate::seed::Seed;

fn samples(values: &[f64]) -> Samples {
    values.iter().enumerate().map(|(i, x)| ((i as u64, None), finite(*x))).collect()
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
    0.846, 1.322, 0.83, -0.803, 1.405, 0.946, -0.037, 1.081, 0.865, 0.794, 0.528, 1.047, -0.236, 0.337, 0.018, 1.099,
    0.54, 0.208, -0.282, 0.243, 0.508, 0.224, 1.794, 1.507, -2.211, -1.389, 0.325, 0.078, 0.714, 0.717,
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
    close(student_p(&THIRTY, 0.0).unwrap(), 0.008489600769, 1e-9);
    assert_eq!(student_p(&[1.0; 4], 0.0), Some(0.0));
    let mut stream = Seed(7).stream("many");
    let many: Vec<f64> = (0..=DRAWN_PAIRS).map(|_| 0.05 + stream.normal()).collect();
    let (most, beyond) = (&many[..DRAWN_PAIRS], paired(&many));
    let (drawn, student) = (bootstrap_interval(most, "test").unwrap(), student_interval(most, 0.0).unwrap());
    for (drawn, student) in [(drawn.low, student.low), (drawn.high, student.high)] {
        close(drawn, student, 0.03 * (drawn.abs().max(student.abs())).max(0.1));
    }
    close(sign_flip_p(most, "test").unwrap(), student_p(most, 0.0).unwrap(), 0.01);
    assert_eq!((beyond.bootstrap, beyond.interval(), beyond.p), (None, beyond.student, student_p(&many, 0.0)));
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
    let first = [(1, Ok(1.0)), (2, Ok(1.0)), (3, Err(Absent::failed())), (4, Ok(1.0))];
    let first: Samples = first.into_iter().map(|(seed, value)| ((seed, None), value)).collect();
    let no = || Err(Absent::because("no positive"));
    let other = [(1, Ok(2.0)), (2, no()), (3, no()), (4, Ok(4.0)), (5, Ok(2.0))];
    let other: Samples = other.into_iter().map(|(seed, value)| ((seed, None), value)).collect();
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
