//! How large a difference so many pairs show, and how many seeds show one of a given size: the power of what a claim has to stand. Owns
//! no level: that is `significance`'s.

use super::student::{bisect, t_angle, t_probability};
use super::{Of, Paired};
use crate::measured::{Absent, Measured, finite};
use crate::record::manifest::MOST_SEEDS;
use crate::significance::{DRAWN_PAIRS, EXACT_PAIRS, LEVEL, largest_p, smallest_p};
use std::collections::BTreeMap;
use std::f64::consts::{PI, TAU};

/// The share of experiments in which a difference is found that is called so: J. Cohen, Statistical Power Analysis for the
/// Behavioral Sciences (1988), section 2.4.
pub const POWER: f64 = 0.8;

/// What pairs that spread as these do can show.
#[derive(Clone, Debug, PartialEq)]
pub struct Power {
    /// The smallest difference that so many are likely to show.
    pub smallest: Measured,
    /// Seeds that are likely to show the difference that was seen, were it real.
    pub seeds: Result<usize, Absent>,
}

impl Default for Power {
    fn default() -> Self {
        let unknown = || Absent::because("fewer than 2 pairs");
        Power { smallest: Err(unknown()), seeds: Err(unknown()) }
    }
}

/// The powers of differences that are corrected together.
#[derive(Clone, Debug)]
pub struct Powers {
    comparisons: usize,
    /// What was computed, by what pairs are of and how many there are.
    known: BTreeMap<(Option<usize>, usize), Option<f64>>,
}

impl Powers {
    /// Of so many comparisons. Each is asked for the power to stand Holm's first step; later steps are easier.
    pub fn of(comparisons: usize) -> Self {
        Powers { comparisons: comparisons.max(1), known: BTreeMap::new() }
    }

    pub fn power(&mut self, paired: &Paired) -> Power {
        let (Some(spread), Some(difference)) = (paired.spread, paired.difference) else { return Power::default() };
        let absent =
            |why: &'static str| Power { smallest: Err(Absent::because(why)), seeds: Err(Absent::because(why)) };
        if !(spread.is_finite() && difference.is_finite()) {
            return absent("the spread is beyond all numbers");
        }
        // A spread that is only rounding is none.
        if spread <= 1e-12 * difference.abs() {
            let same = absent("all pairs differ by the same");
            return if difference == 0.0 {
                same
            } else {
                Power { seeds: self.seeds(paired.of, f64::INFINITY), ..same }
            };
        }
        let smallest = match self.effect(paired.of, paired.n) {
            Some(effect) => finite(effect * spread),
            None => Err(Absent::because("too few pairs for any difference")),
        };
        Power { smallest, seeds: self.seeds(paired.of, difference.abs() / spread) }
    }

    /// The smallest difference, in standard deviations of pairs, that no number of seeds goes below, for one that so many pairs go below.
    pub fn limit(&mut self, of: Of, pairs: usize) -> Option<f64> {
        Some(self.effect(of, MOST_SEEDS as usize)? / self.effect(of, pairs)?)
    }

    /// The fewest seeds that show a difference of so many standard deviations of pairs.
    fn seeds(&mut self, of: Of, effect: f64) -> Result<usize, Absent> {
        let (a_seed, ranges) = match of {
            Of::Parts { fixed: true, .. } => return Err(Absent::because("more parts, and more seeds are none")),
            Of::Parts { of, .. } => (of, vec![(1, MOST_SEEDS as usize)]),
            // Within each of these, more pairs show more.
            Of::Seeds => {
                let kinds = [(2, EXACT_PAIRS), (EXACT_PAIRS + 1, DRAWN_PAIRS), (DRAWN_PAIRS + 1, MOST_SEEDS as usize)];
                (1, kinds.to_vec())
            }
        };
        let mut shows = |seeds: usize| self.effect(of, seeds * a_seed).is_some_and(|least| least <= effect);
        for (mut low, mut high) in ranges {
            if !shows(high) {
                continue;
            }
            while low < high {
                let middle = low.midpoint(high);
                if shows(middle) { high = middle } else { low = middle + 1 }
            }
            return Ok(low);
        }
        Err(match of {
            Of::Seeds => Absent::because(format!("more than {MOST_SEEDS} seeds")),
            Of::Parts { .. } => Absent::because("more than any number of seeds, for parts share training samples"),
        })
    }

    /// The smallest difference, in standard deviations of pairs, that so many are likely to show.
    fn effect(&mut self, of: Of, pairs: usize) -> Option<f64> {
        let parts = match of {
            Of::Seeds => None,
            Of::Parts { of, .. } => Some(of),
        };
        if let Some(known) = self.known.get(&(parts, pairs)) {
            return *known;
        }
        let found = effect(of, pairs, self.comparisons);
        self.known.insert((parts, pairs), found);
        found
    }
}

fn effect(of: Of, pairs: usize, comparisons: usize) -> Option<f64> {
    let p = match of {
        Of::Seeds => largest_p(pairs, comparisons)?,
        Of::Parts { .. } => LEVEL / comparisons as f64,
    };
    let freedom = pairs.checked_sub(1).filter(|freedom| *freedom > 0)?;
    if of == Of::Seeds && pairs <= EXACT_PAIRS {
        let patterns = (p / smallest_p(pairs)).round() as usize;
        if patterns <= FEW_PATTERNS {
            return Some(bisect(0.0, 10.0, |effect| power_of_signs(effect, pairs, patterns) >= POWER));
        }
    }
    Some(noncentrality(freedom, p)? * (1.0 / pairs as f64 + of.overlap()).sqrt())
}

// ------------------------------------------------------------ the t test

/// With so many degrees of freedom noncentralities are those of the normal distribution but for the first term in 1/ν.
const MANY: usize = DRAWN_PAIRS;
/// Where noncentralities end: so large a one is asked for by few pairs and many comparisons alone.
const MOST: f64 = 100.0;

/// The mean of `T √(1/n)`-scaled differences over their standard error that a two-sided t test at this level finds with [`POWER`].
fn noncentrality(freedom: usize, level: f64) -> Option<f64> {
    let few = freedom.min(MANY);
    let theta = t_angle(few, 1.0 - level);
    let test = Noncentral::of(theta, few);
    let found = bisect(0.0, MOST, |noncentrality| test.beyond(noncentrality) >= POWER);
    // W. Guenther, The American Statistician 35 (1981) 243–244: n of the t test is that of the normal plus z²/2.
    let z = (few as f64).sqrt() * theta.tan();
    let excess = |freedom: usize| 1.0 + z * z / (4.0 * freedom as f64);
    (found < 0.999 * MOST).then(|| found * excess(freedom) / excess(few))
}

/// A t with ν degrees of freedom whose mean is not zero, held against θ = arctan(t / √ν).
struct Noncentral {
    /// `P(|T| ≤ t)` where it is zero.
    central: f64,
    /// What the incomplete beta function of a + 1 lacks of that of a = 1/2, and its ratio of neighbours: `sin² θ`.
    step: f64,
    square: f64,
    freedom: f64,
}

impl Noncentral {
    fn of(theta: f64, freedom: usize) -> Self {
        // B(1/2, ν/2) by B(a, b + 1) = B(a, b) b / (a + b), from B(1/2, 1/2) = π or B(1/2, 1) = 2.
        let first = if freedom % 2 == 1 { PI } else { 2.0 };
        let steps = (2 - freedom % 2..freedom).step_by(2);
        let beta = steps.fold(first, |beta, twice| beta * twice as f64 / (twice + 1) as f64);
        let (sine, cosine) = theta.sin_cos();
        Noncentral {
            central: t_probability(theta, freedom),
            step: 2.0 * sine * cosine.powi(freedom as i32) / beta,
            square: sine * sine,
            freedom: freedom as f64,
        }
    }

    /// `P(|T| ≥ t)`: T² has the noncentral F distribution with 1 and ν degrees of freedom, so that `P(|T| ≤ t)` is
    /// `Σ_j e^(−λ/2) (λ/2)^j / j! · I_x(1/2 + j, ν/2)` with λ = δ² and x = t² / (t² + ν). Abramowitz and Stegun, 26.6.20 and, from one I to
    /// the next, 26.5.16.
    fn beyond(&self, noncentrality: f64) -> f64 {
        let half = noncentrality * noncentrality / 2.0;
        let (mut weight, mut weights, mut sum) = (1.0f64, 0.0, 0.0);
        let (mut inside, mut step) = (self.central, self.step);
        for j in 0.. {
            let j = f64::from(j);
            weights += weight;
            sum += weight * inside;
            // The weights are those of Poisson's distribution but for a factor.
            if j > half && weight < 1e-17 * weights {
                break;
            }
            inside -= step;
            step *= self.square * (j + (1.0 + self.freedom) / 2.0) / (j + 1.5);
            weight *= half / (j + 1.0);
            if weight > 1e200 {
                (weight, weights, sum) = (weight * 1e-200, weights * 1e-200, sum * 1e-200);
            }
        }
        (1.0 - sum / weights).clamp(0.0, 1.0)
    }
}

// ------------------------------------------------------------ the signs of few pairs

/// Up to so many patterns of signs, each with its opposite, have their power counted out; of more it is that of the t test at their p.
const FEW_PATTERNS: usize = 3;

/// The chance that p is that of so many patterns of signs or fewer, of normal differences with this mean in standard deviations. One
/// pattern is that all have one sign; of two, the smallest difference alone may have the other sign; of three, one that is the second
/// smallest may.
fn power_of_signs(effect: f64, pairs: usize, patterns: usize) -> f64 {
    let all = below(effect).powi(pairs as i32) + below(-effect).powi(pairs as i32);
    let others = pairs as i32 - 1;
    // One difference is −x; all others are larger than x, or all but one, which is positive.
    let density = |x: f64| {
        let larger = below(effect - x);
        let between =
            if patterns > 2 { f64::from(others) * (below(effect) - larger) * larger.powi(others - 1) } else { 0.0 };
        (larger.powi(others) + between) * (-(x + effect).powi(2) / 2.0).exp() / TAU.sqrt()
    };
    match patterns {
        ..=1 => all,
        _ => all + pairs as f64 * simpson(density, 10.0),
    }
}

/// `∫ f` from 0.
fn simpson(f: impl Fn(f64) -> f64, to: f64) -> f64 {
    const PAIRS: usize = 200;
    let step = to / (2 * PAIRS) as f64;
    let at = |i: usize| f(i as f64 * step);
    (0..PAIRS).map(|i| at(2 * i) + 4.0 * at(2 * i + 1) + at(2 * i + 2)).sum::<f64>() * step / 3.0
}

/// Φ(x), by the series of G. Marsaglia, J. Statistical Software 11 (2004) 4.
fn below(x: f64) -> f64 {
    if x.abs() > 8.0 {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    let (mut sum, mut term, mut odd) = (x, x, 1.0);
    while term.abs() > 1e-17 * sum.abs() {
        odd += 2.0;
        term *= x * x / odd;
        sum += term;
    }
    0.5 + sum * (-x * x / 2.0).exp() / TAU.sqrt()
}

#[cfg(test)]
mod tests;
