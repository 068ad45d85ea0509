//! Proposals of the tree-structured Parzen estimator (J. Bergstra, R. Bardenet, Y. Bengio and B. Kégl, NIPS (2011) 2546–2554): points
//! where better trials lie densely and all others do not. Owns these densities, and which results a proposal knows of.
//!
//! Trials are proposed a few at a time, whatever number of them runs side by side: those of one round know the results of the rounds before
//! it, and each other's points, which count as bad. More trials begin with the same ones.

use super::{Coordinate, Dimension, Domain, Point, Scale, nth, size};
use crate::seed::{Seed, Stream};
use std::f64::consts::{PI, SQRT_2};

/// Trials that are drawn at random before any is proposed.
pub const FIRST: usize = 8;

/// Trials of a round.
pub const ROUND: usize = 4;

/// The share of trials that count as good, as in the paper.
const GOOD: f64 = 0.15;

/// Draws of a dimension, of which the best is taken.
const CANDIDATES: usize = 24;

/// Points that are drawn before those that are left are counted.
const DRAWS: usize = 100;

/// A trial: its point, and what it came to, less being better. Without a value it is as bad as can be: it failed, or runs yet.
pub type Tried = (Point, Option<f64>);

/// How many trials are over when the one of this number is proposed; `None` where it is drawn at random.
pub fn known(trial: usize) -> Option<usize> {
    let behind = trial.checked_sub(FIRST)?;
    Some(trial - behind % ROUND)
}

/// The next point behind those that were tried, another one than all of them; `None` where there are no more.
pub fn propose(space: &[Dimension], seed: Seed, tried: &[Tried]) -> Option<Point> {
    let mut ranked: Vec<&Tried> = tried.iter().collect();
    let rank = |value: &Option<f64>| value.unwrap_or(f64::INFINITY);
    ranked.sort_by(|(_, a), (_, b)| rank(a).total_cmp(&rank(b)));
    let results = tried.iter().filter(|(_, value)| value.is_some()).count();
    let (good, bad) = ranked.split_at(((GOOD * results as f64).ceil() as usize).min(results));
    let mut densities: Vec<(Density, Density, Stream)> = vec![];
    for (d, (name, domain)) in space.iter().enumerate() {
        let of = |some: &[&Tried]| Density::of(domain, some.iter().map(|(point, _)| domain.share(point[d])).collect());
        densities.push((of(good), of(bad), seed.stream(&format!("choose/{name}/{}", tried.len()))));
    }
    let is_new = |point: &Point| tried.iter().all(|(known, _)| known != point);
    for _ in 0..DRAWS {
        let best = |((_, domain), (good, bad, stream)): (&Dimension, &mut (Density, Density, Stream))| {
            let drawn = (0..CANDIDATES).map(|_| good.draw(stream));
            let ratio = |share: &f64| good.at(*share).ln() - bad.at(*share).ln();
            let best = drawn.reduce(|a, b| if ratio(&b) > ratio(&a) { b } else { a });
            domain.at(best.unwrap_or_default())
        };
        let point: Point = space.iter().zip(&mut densities).map(best).collect();
        if is_new(&point) {
            return Some(point);
        }
    }
    (0..size(space)?).map(|number| nth(space, number)).find(is_new)
}

impl Domain {
    /// Where a value lies in the domain: a share that it is the value at.
    fn share(&self, value: Coordinate) -> f64 {
        let of = |low: f64, high: f64, scale: Scale, x: f64| match scale {
            Scale::Linear => (x - low) / (high - low),
            Scale::Log => (x.ln() - low.ln()) / (high.ln() - low.ln()),
        };
        match (*self, value) {
            (Domain::Listed(count), Coordinate::Listed(place)) => (place as f64 + 0.5) / count as f64,
            (Domain::Whole { from, to, scale }, Coordinate::Whole(n)) => {
                of(from as f64, to as f64 + 1.0, scale, n as f64 + 0.5)
            }
            (Domain::Real { from, to, scale }, Coordinate::Real(x)) => of(from, to, scale, x),
            // No value of this domain.
            (Domain::Listed(_) | Domain::Whole { .. } | Domain::Real { .. }, _) => 0.5,
        }
    }
}

/// How densely some trials lie along a dimension, from 0 to 1.
enum Density {
    /// Of listed values, each by how often it was tried, and once more.
    Listed(Vec<f64>),
    /// A kernel for every trial, and a wide one.
    Kernels(Vec<Kernel>),
}

/// A normal distribution without what lies beyond the ends.
struct Kernel {
    mean: f64,
    deviation: f64,
    /// How much of it lies between the ends.
    inside: f64,
}

impl Density {
    fn of(domain: &Domain, mut shares: Vec<f64>) -> Self {
        if let Domain::Listed(count) = *domain {
            let mut weights = vec![1.0; count];
            shares.iter().for_each(|share| weights[place(*share, count)] += 1.0);
            let sum: f64 = weights.iter().sum();
            return Density::Listed(weights.into_iter().map(|weight| weight / sum).collect());
        }
        // Each reaches to the farther of its neighbours, and none is so narrow that nothing else is tried.
        let least = 1.0 / (shares.len() + 1).min(100) as f64;
        shares.sort_by(f64::total_cmp);
        let wide = shares.partition_point(|share| *share <= 0.5);
        shares.insert(wide, 0.5);
        let kernel = |i: usize| {
            let (before, after) =
                (i.checked_sub(1).map_or(0.0, |i| shares[i]), shares.get(i + 1).copied().unwrap_or(1.0));
            let reach = (shares[i] - before).max(after - shares[i]);
            Kernel::new(shares[i], if i == wide { 1.0 } else { reach.clamp(least, 1.0) })
        };
        Density::Kernels((0..shares.len()).map(kernel).collect())
    }

    fn at(&self, share: f64) -> f64 {
        match self {
            Density::Listed(weights) => weights[place(share, weights.len())],
            Density::Kernels(kernels) => kernels.iter().map(|k| k.at(share)).sum::<f64>() / kernels.len() as f64,
        }
    }

    fn draw(&self, stream: &mut Stream) -> f64 {
        let share = stream.uniform_f64();
        match self {
            Density::Listed(weights) => {
                let mut sum = 0.0;
                let drawn = weights.iter().position(|weight| {
                    sum += weight;
                    share < sum
                });
                (drawn.unwrap_or(weights.len() - 1) as f64 + 0.5) / weights.len() as f64
            }
            Density::Kernels(kernels) => kernels[place(share, kernels.len())].draw(stream),
        }
    }
}

/// The stretch of so many equal ones that a share lies in.
fn place(share: f64, count: usize) -> usize {
    ((share * count as f64) as usize).min(count - 1)
}

impl Kernel {
    fn new(mean: f64, deviation: f64) -> Self {
        let below = |x: f64| (1.0 + erf((x - mean) / (deviation * SQRT_2))) / 2.0;
        Self { mean, deviation, inside: below(1.0) - below(0.0) }
    }

    fn at(&self, share: f64) -> f64 {
        let z = (share - self.mean) / self.deviation;
        (-z * z / 2.0).exp() / (self.deviation * (2.0 * PI).sqrt() * self.inside)
    }

    /// At least a third of it lies inside.
    fn draw(&self, stream: &mut Stream) -> f64 {
        let mut drawn = (0..DRAWS).map(|_| self.mean + self.deviation * stream.normal());
        drawn.find(|x| (0.0..1.0).contains(x)).unwrap_or(self.mean)
    }
}

/// To seven digits: formula 7.1.26 of M. Abramowitz and I. Stegun (1964).
fn erf(x: f64) -> f64 {
    const TERMS: [f64; 5] = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let sum = TERMS.iter().fold(0.0, |sum, term| (sum + term) * t);
    (1.0 - sum * (-x * x).exp()).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::random;

    fn space() -> Vec<Dimension> {
        vec![
            ("lr".into(), Domain::Real { from: 1e-5, to: 1.0, scale: Scale::Log }),
            ("p".into(), Domain::Real { from: 0.0, to: 0.5, scale: Scale::Linear }),
            ("method".into(), Domain::Listed(3)),
            ("width".into(), Domain::Whole { from: 4, to: 64, scale: Scale::Log }),
        ]
    }

    /// Least, 0, where the rate is 0.005, `p` 0.2, the second method has a width of 20.
    fn bowl(point: &Point) -> f64 {
        let [Coordinate::Real(lr), Coordinate::Real(p), Coordinate::Listed(method), Coordinate::Whole(width)] =
            point[..]
        else {
            panic!("{point:?}")
        };
        let off = [lr.log10() - 0.005f64.log10(), 4.0 * (p - 0.2), (width as f64 / 20.0).ln()];
        off.iter().map(|x| x * x).sum::<f64>() + [0.3, 0.0, 0.6][method]
    }

    /// So many trials, one round after the other; those that `fails` have no value.
    fn searched(seed: u64, trials: usize, fails: impl Fn(&Point) -> bool) -> Vec<Tried> {
        let mut tried: Vec<Tried> = vec![];
        for trial in 0..trials {
            let point = match known(trial) {
                None => random(&space(), Seed(seed), trials.min(FIRST))[trial].clone(),
                Some(known) => {
                    let seen = |(i, (point, value)): (usize, &Tried)| (point.clone(), value.filter(|_| i < known));
                    let before: Vec<Tried> = tried.iter().enumerate().map(seen).collect();
                    propose(&space(), Seed(seed), &before).expect("a space without end")
                }
            };
            let value = (!fails(&point)).then(|| bowl(&point));
            tried.push((point, value));
        }
        tried
    }

    fn best(values: impl Iterator<Item = f64>) -> f64 {
        values.fold(f64::INFINITY, f64::min)
    }

    fn median(mut values: Vec<f64>) -> f64 {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    }

    #[test]
    fn it_comes_nearer_than_random_draws() {
        const SEEDS: u64 = 41;
        let own =
            median((0..SEEDS).map(|seed| best(searched(seed, 30, |_| false).iter().filter_map(|t| t.1))).collect());
        let drawn = median((0..SEEDS).map(|seed| best(random(&space(), Seed(seed), 30).iter().map(bowl))).collect());
        assert!(own < 0.7 * drawn, "{own} beside {drawn}");
        // Where some come to nothing, too.
        let fails = |point: &Point| matches!(point[0], Coordinate::Real(lr) if lr > 0.05);
        let lost = median((0..SEEDS).map(|seed| best(searched(seed, 30, fails).iter().filter_map(|t| t.1))).collect());
        assert!(lost < 0.7 * drawn, "{lost} beside {drawn}");
    }

    #[test]
    fn more_trials_begin_with_the_same_ones() {
        let many = searched(3, 30, |_| false);
        for trials in [5, 8, 9, 14, 29] {
            assert_eq!(searched(3, trials, |_| false), many[..trials]);
        }
        assert_ne!(searched(4, 30, |_| false), many);
        let known: Vec<Option<usize>> = (FIRST - 1..FIRST + 9).map(known).collect();
        assert_eq!(known, [None, Some(8), Some(8), Some(8), Some(8), Some(12), Some(12), Some(12), Some(12), Some(16)]);
    }

    #[test]
    fn no_point_comes_twice_and_a_small_space_is_used_up() {
        let space = [
            ("a".to_string(), Domain::Listed(3)),
            ("b".into(), Domain::Whole { from: 1, to: 4, scale: Scale::Linear }),
        ];
        let mut tried: Vec<Tried> = vec![];
        while let Some(point) = propose(&space, Seed(1), &tried) {
            assert!(tried.iter().all(|(known, _)| *known != point));
            let value = tried.len().is_multiple_of(3);
            tried.push((point, value.then_some(0.5)));
        }
        assert_eq!(tried.len(), 12);
    }

    #[test]
    fn shares_are_of_their_values() {
        let whole = Domain::Whole { from: -2, to: 9, scale: Scale::Linear };
        let logs = Domain::Whole { from: 1, to: 900, scale: Scale::Log };
        for n in -2..=9 {
            assert_eq!(whole.at(whole.share(Coordinate::Whole(n))), Coordinate::Whole(n));
        }
        for n in 1..=900 {
            assert_eq!(logs.at(logs.share(Coordinate::Whole(n))), Coordinate::Whole(n));
        }
        let rate = Domain::Real { from: 1e-4, to: 1e-1, scale: Scale::Log };
        assert_eq!(rate.at(rate.share(Coordinate::Real(0.00123))), Coordinate::Real(0.00123));
        for place in 0..7 {
            let listed = Domain::Listed(7);
            assert_eq!(listed.at(listed.share(Coordinate::Listed(place))), Coordinate::Listed(place));
        }
    }

    /// `scipy.special.erf([-2, -0.5, 0, 0.1, 1, 3])`
    #[test]
    fn erf_is_scipys() {
        let values = [
            (-2.0, -0.995_322_265),
            (-0.5, -0.520_499_878),
            (0.0, 0.0),
            (0.1, 0.112_462_916),
            (1.0, 0.842_700_793),
            (3.0, 0.999_977_910),
        ];
        for (x, expected) in values {
            assert!((erf(x) - expected).abs() < 2e-7, "{x}: {}", erf(x));
        }
    }

    /// The area below each density, by its value at many places.
    #[test]
    fn densities_have_an_area_of_one() {
        let real = Domain::Real { from: 0.0, to: 1.0, scale: Scale::Linear };
        for shares in [vec![], vec![0.0], vec![0.1, 0.11, 0.9], vec![0.5, 0.5, 1.0]] {
            let density = Density::of(&real, shares);
            let area: f64 = (0..10_000).map(|i| density.at((f64::from(i) + 0.5) / 10_000.0)).sum::<f64>() / 10_000.0;
            assert!((area - 1.0).abs() < 1e-5, "{area}");
        }
    }
}
