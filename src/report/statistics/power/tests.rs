//! Held against statsmodels and scipy, and against experiments that are made up.

use super::super::{Samples, holm, stands};
use super::*;
use crate::id::Part;
use crate::measured;
use crate::seed::{Seed, Stream};

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

/// Of so many pairs that spread by 1, whose mean is this.
fn of(n: usize, difference: f64) -> Paired {
    Paired { n, difference: Some(difference), spread: Some(1.0), ..Paired::default() }
}

fn seeds(effect: f64, comparisons: usize) -> Result<usize, Absent> {
    Powers::of(comparisons).power(&of(2, effect)).seeds
}

#[test]
fn powers_are_statsmodels() {
    // statsmodels.stats.power.TTestPower().power(d, n, alpha)
    let cases = [
        (0.5, 10, 0.05, 0.2931756065140767),
        (0.5, 34, 0.05, 0.8077775012792737),
        (1.0, 10, 0.0125, 0.5473318804488909),
        (2.0, 5, 0.05, 0.9088848681009402),
        (0.1, 1000, 0.05, 0.8847890988907138),
    ];
    for (effect, n, level, power) in cases {
        let test = Noncentral::of(t_angle(n - 1, 1.0 - level), n - 1);
        close(test.beyond(effect * (n as f64).sqrt()), power, 1e-10);
        close(test.beyond(0.0), level, 1e-12);
    }
    // With c = scipy.stats.t.ppf(1 - alpha / 2, n - 1), scipy.optimize.brentq(lambda d: scipy.special.ncfdtr(1, n - 1, n * d * d, c * c) - 0.2,
    // …); TTestPower().solve_power(effect_size=None, …) ends somewhere within 1e-4 of it.
    let cases = [
        (2, 0.05, 11.549888435882378),
        (5, 0.05, 1.6819969659555543),
        (10, 0.0125, 1.284296612512481),
        (20, 0.05 / 6.0, 0.8578076027216084),
        (34, 0.05, 0.49502809797344066),
        (100, 0.001, 0.4248591631103722),
        (1001, 0.05, 0.08863468393239814),
    ];
    for (n, level, effect) in cases {
        close(noncentrality(n - 1, level).unwrap() / (n as f64).sqrt(), effect, 1e-9);
    }
}

#[test]
fn seeds_are_statsmodels_where_the_signs_hold_nothing_back() {
    // TTestPower().solve_power(effect_size=d, alpha=0.05 / m, power=0.8), rounded up
    let cases = [
        (0.6, 1, 23.79451449116153),
        (0.5, 1, 33.36713118431779),
        (0.5, 4, 47.75843252952455),
        (0.3, 1, 89.14936472045834),
        (0.3, 12, 156.7893083050772),
        (0.1, 1, 786.808940181792),
        (0.05, 6, 4847.3022955574215),
        (0.02, 4, 27880.876327234633),
        (0.01, 1, 78490.52584432233),
    ];
    for (effect, comparisons, found) in cases {
        assert_eq!(seeds(effect, comparisons), Ok(f64::ceil(found) as usize), "{effect} of {comparisons}");
    }
}

#[test]
fn the_power_of_few_patterns_is_counted_out() {
    // scipy.stats.norm.ppf(0.8 ** (1 / 6))
    close(Powers::of(1).effect(Of::Seeds, 6).unwrap(), 1.7927367205804208, 1e-7);
    // scipy.integrate.quad of the same densities; of 200,000 drawn experiments with all their signs 0.7338 and 0.7184.
    close(power_of_signs(1.5, 9, 2), 0.7329305408759677, 1e-8);
    close(power_of_signs(1.2, 7, 3), 0.7173368933740123, 1e-8);
    // scipy.stats.norm.cdf
    for (x, share) in [(-2.0, 0.022750131948179195), (0.0, 0.5), (1.0, 0.8413447460685429), (6.0, 0.9999999990134123)] {
        close(below(x), share, 1e-15);
    }
}

#[test]
fn no_number_is_below_what_lints_and_claims_ask_for() {
    for comparisons in [1, 2, 6, 10, 32, 900] {
        let least = crate::significance::enough(comparisons);
        assert_eq!(seeds(1e6, comparisons), Ok(least));
        let of_least = Powers::of(comparisons).power(&of(least, 0.0)).smallest;
        assert!(of_least.is_ok_and(|smallest| smallest > 1.0));
        assert!(Powers::of(comparisons).power(&of(least - 1, 0.0)).smallest.is_err());
    }
    // Signs are drawn up to 1,000 pairs, and no p of theirs is so small.
    assert_eq!(seeds(1e6, 100_000), Ok(DRAWN_PAIRS + 1));
}

#[test]
fn the_two_answers_are_one() {
    for comparisons in [1, 4, 48] {
        let mut powers = Powers::of(comparisons);
        for n in (12..60).step_by(3).chain([200, 999, 1001, 5000]) {
            let smallest = powers.power(&of(n, 0.0)).smallest.unwrap();
            assert_eq!(powers.power(&of(n, -smallest * 1.000001)).seeds, Ok(n), "{n} of {comparisons}");
            assert!(powers.power(&of(n, smallest * 0.999)).seeds.is_ok_and(|more| more > n));
        }
    }
}

#[test]
fn parts_have_the_corrected_variance() {
    let parts = |n: usize, difference: f64, fixed| Paired { of: Of::Parts { of: 5, fixed }, ..of(n, difference) };
    // J values of k parts, c = scipy.stats.t.ppf(1 - alpha / 2, J - 1): the e at which
    // scipy.stats.nct.sf(c, J - 1, e / sqrt(1 / J + 1 / (k - 1))) + scipy.stats.nct.cdf(-c, …) is 0.8
    for (n, comparisons, effect) in
        [(5, 1, 2.5229954489333313), (25, 1, 1.5725399390297095), (25, 4, 1.9249533595322021)]
    {
        let smallest = Powers::of(comparisons).power(&parts(n, 1.0, false)).smallest.unwrap();
        close(smallest, effect, 1e-7);
    }
    let mut powers = Powers::of(1);
    assert_eq!(powers.power(&parts(5, 1.5726, false)).seeds, Ok(5));
    // (norm.ppf(0.975) + norm.ppf(0.8)) * sqrt(1 / 4) is 1.4008: below it no number of seeds helps.
    assert!(powers.power(&parts(5, 1.42, false)).seeds.is_ok());
    assert!(powers.power(&parts(5, 1.4, false)).seeds.unwrap_err().to_string().contains("share training samples"));
    close(powers.limit(Of::Parts { of: 5, fixed: false }, 5).unwrap(), 1.4008 / 2.5230, 1e-4);
    let groups = powers.power(&parts(5, 9.0, true));
    assert!(groups.smallest.is_ok() && groups.seeds.unwrap_err().to_string().contains("more parts"));
    // Two parts and very many comparisons.
    assert!(Powers::of(1000).power(&parts(2, 1.0, false)).smallest.is_err());
}

#[test]
fn odd_differences_have_a_reason_and_no_number() {
    let power = |values: &[f64]| {
        let samples = |values: &mut dyn Iterator<Item = f64>| -> Samples {
            values.enumerate().map(|(i, x)| ((i as u64, None), measured::finite(x))).collect()
        };
        let zeros = samples(&mut values.iter().map(|_| 0.0));
        Powers::of(1).power(&Paired::of(&zeros, &samples(&mut values.iter().copied()), "power"))
    };
    let why = |values: &[f64]| power(values).smallest.unwrap_err().to_string();
    for few in [&[][..], &[0.5], &[0.5, f64::NAN], &[f64::INFINITY, 1.0]] {
        assert_eq!(why(few), "fewer than 2 pairs");
        assert!(power(few).seeds.is_err());
    }
    assert_eq!(why(&[0.25; 8]), "all pairs differ by the same");
    assert_eq!((power(&[0.25; 8]).seeds, power(&[0.1 + 0.2, 0.3]).seeds), (Ok(6), Ok(6)));
    assert_eq!(power(&[0.0; 8]).seeds.unwrap_err().to_string(), "all pairs differ by the same");
    assert_eq!(why(&[1e308, -1e308, 1e308]), "the spread is beyond all numbers");
    assert_eq!(why(&[1.0, 2.0]), "too few pairs for any difference");
    assert_eq!(power(&[1.0, -1.0, 1.0, -1.0]).seeds.unwrap_err().to_string(), "more than 100000 seeds");
    // The spread of a difference is its own, whatever its size.
    let tiny = power(&[1e-150, 3e-150, 2e-150, 4e-150, 1e-150, 2e-150]);
    assert!(tiny.smallest.is_ok_and(|x| x < 1e-149) && tiny.seeds.is_ok());
}

/// Of experiments with `comparisons` differences, of which one is real and advised so many seeds, the percentage in which that one
/// stands.
fn found(effect: f64, comparisons: usize, times: usize) -> (usize, f64) {
    let n = seeds(effect, comparisons).unwrap();
    let mut stream = Seed(5).stream(&format!("power/{effect}/{comparisons}"));
    let samples = |mean: f64, stream: &mut Stream| -> Samples {
        (0..n).map(|seed| ((seed as u64, None), Ok(mean + stream.normal()))).collect()
    };
    let zeros: Samples = (0..n).map(|seed| ((seed as u64, None), Ok(0.0))).collect();
    let stands = |time: usize| {
        let all: Vec<Paired> = (0..comparisons)
            .map(|i| {
                let mean = if i == 0 { effect } else { 0.0 };
                Paired::of(&zeros, &samples(mean, &mut stream), &format!("{time}/{i}"))
            })
            .collect();
        stands(&all[0], holm(&all.iter().map(|paired| paired.p).collect::<Vec<_>>())[0])
    };
    let hits = (0..times).map(stands).filter(|stands| *stands).count();
    (n, 100.0 * hits as f64 / times as f64)
}

/// By all that is claimed by: the interval of its own, the signs, and Holm's correction.
#[test]
fn advised_seeds_find_what_they_are_advised_for() {
    for (effect, comparisons) in [(1.8, 1), (1.0, 1), (1.5, 4)] {
        let (n, percent) = found(effect, comparisons, 200);
        assert!((70.0..92.0).contains(&percent), "{n} seeds for {effect} of {comparisons}: {percent} %");
    }
}

/// Near the fewest seeds that can tell, one more is a leap: of four comparisons and 1.8 spreads from less than 80 % of 8 seeds to 94 % of
/// 9. Such effects are left out.
#[test]
#[ignore = "minutes: cargo test --lib advised -- --ignored --nocapture"]
#[expect(clippy::print_stdout, reason = "it is there to be read")]
fn advised_seeds_find_it_in_two_thousand_experiments() {
    for comparisons in [1, 4, 12] {
        for effect in [2.0, 1.5, 1.2, 1.0, 0.8, 0.6] {
            let (n, percent) = found(effect, comparisons, 2000);
            std::println!("{effect} spreads, {comparisons} comparisons, {n} seeds: found in {percent:.1} %");
            assert!((75.0..=90.0).contains(&percent), "{n} seeds for {effect} of {comparisons}: {percent} %");
        }
    }
}

/// Parts of one draw are no independent pairs; that the corrected test is careful with them is shown in `coverage`. Here: values as the
/// correction takes them to be, which have as much in common as they overlap.
#[test]
fn parts_find_what_they_say() {
    let (k, rounds) = (5usize, 3usize);
    let mut stream = Seed(6).stream("parts");
    let keys: Vec<(u64, Option<Part>)> = (0..rounds as u64)
        .flat_map(|seed| (1..=k).map(move |number| (seed, Some(Part { number, of: k, fixed: false }))))
        .collect();
    let zeros: Samples = keys.iter().map(|key| (*key, Ok(0.0))).collect();
    let pairs = Paired { of: Of::Parts { of: k, fixed: false }, ..of(k * rounds, 1.0) };
    let (effect, times) = (Powers::of(1).power(&pairs).smallest.unwrap(), 1000);
    let hits = (0..times).filter(|_| {
        let common = 0.5 * stream.normal();
        let values: Samples = keys.iter().map(|key| (*key, Ok(effect + common + stream.normal()))).collect();
        let paired = Paired::of(&zeros, &values, "parts");
        stands(&paired, paired.p)
    });
    let percent = 100.0 * hits.count() as f64 / f64::from(times);
    assert!((75.0..=90.0).contains(&percent), "{percent} %");
}
