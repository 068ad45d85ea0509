//! Points of a space of settings, as a search tries them. Owns how they are drawn; what they mean to a program, and which of them is
//! the best, is for others.
//!
//! What is drawn of a dimension hangs on the seed and its name alone: another dimension changes nothing of it, and more points begin
//! with the same ones.

mod sobol;
mod tpe;

pub use sobol::DIMENSIONS as SOBOL_DIMENSIONS;
pub use tpe::{FIRST as TPE_FIRST, Tried, known, propose};

use crate::seed::{Seed, Stream};
use sobol::Sobol;
use std::fmt;

/// What a setting is tried at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Domain {
    /// So many values, one after the other.
    Listed(usize),
    /// Whole numbers, the ends among them.
    Whole { from: i64, to: i64, scale: Scale },
    /// Numbers of [`DIGITS`] digits, the ends among them.
    Real { from: f64, to: f64, scale: Scale },
}

/// What is drawn evenly: numbers, or their logarithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    Linear,
    Log,
}

/// The value of one dimension.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Coordinate {
    /// The place of a listed value.
    Listed(usize),
    Whole(i64),
    Real(f64),
}

/// One value a dimension.
pub type Point = Vec<Coordinate>;

/// A dimension by its name.
pub type Dimension = (String, Domain);

/// Digits of a number that is drawn: what is reported is what was run, to the last digit.
pub const DIGITS: usize = 3;

/// How points are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampler {
    /// All of them.
    Grid,
    /// Independent ones.
    Random,
    /// Ones that lie evenly.
    Sobol,
    /// One after the other, by what those before came to.
    Tpe,
}

impl Sampler {
    pub const ALL: [Sampler; 4] = [Sampler::Grid, Sampler::Random, Sampler::Sobol, Sampler::Tpe];

    /// As the language calls it.
    pub fn name(self) -> &'static str {
        match self {
            Sampler::Grid => "grid",
            Sampler::Random => "random",
            Sampler::Sobol => "sobol",
            Sampler::Tpe => "tpe",
        }
    }
}

impl fmt::Display for Sampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Domain {
    /// How many values there are; `None` where there is no end of them.
    pub fn count(&self) -> Option<u64> {
        match *self {
            Domain::Listed(count) => Some(count as u64),
            Domain::Whole { from, to, .. } => Some(to.abs_diff(from).saturating_add(1)),
            Domain::Real { from, to, .. } => (from == to).then_some(1),
        }
    }

    /// Whether it is a value of the domain.
    pub fn has(&self, value: Coordinate) -> bool {
        match (*self, value) {
            (Domain::Listed(count), Coordinate::Listed(place)) => place < count,
            (Domain::Whole { from, to, .. }, Coordinate::Whole(n)) => (from..=to).contains(&n),
            (Domain::Real { from, to, .. }, Coordinate::Real(x)) => (from..=to).contains(&x),
            (Domain::Listed(_) | Domain::Whole { .. } | Domain::Real { .. }, _) => false,
        }
    }

    /// Every listed value, or the ends.
    pub fn ends(&self) -> Vec<Coordinate> {
        match *self {
            Domain::Listed(count) => (0..count).map(Coordinate::Listed).collect(),
            Domain::Whole { from, to, .. } => [from, to].map(Coordinate::Whole).to_vec(),
            Domain::Real { from, to, .. } => [from, to].map(Coordinate::Real).to_vec(),
        }
    }

    /// The value at this share of the domain, from 0 to less than 1.
    fn at(&self, share: f64) -> Coordinate {
        match *self {
            Domain::Listed(count) => Coordinate::Listed(((share * count as f64) as usize).min(count.saturating_sub(1))),
            Domain::Whole { from, to, scale } => {
                // Each whole number has the stretch to the next one.
                let (low, high) = (from as f64, to as f64 + 1.0);
                Coordinate::Whole((between(low, high, scale, share).floor() as i64).clamp(from, to))
            }
            Domain::Real { from, to, scale } => {
                let drawn = between(from, to, scale, share);
                Coordinate::Real(rounded(drawn).clamp(from, to))
            }
        }
    }

    /// The value of this place among all.
    fn nth(&self, place: u64) -> Coordinate {
        match *self {
            Domain::Listed(_) => Coordinate::Listed(place as usize),
            Domain::Whole { from, .. } => Coordinate::Whole(from.saturating_add_unsigned(place)),
            Domain::Real { from, .. } => Coordinate::Real(from),
        }
    }
}

fn between(from: f64, to: f64, scale: Scale, share: f64) -> f64 {
    match scale {
        Scale::Linear => from + share * (to - from),
        Scale::Log => (from.ln() + share * (to.ln() - from.ln())).exp(),
    }
}

/// To [`DIGITS`] digits.
fn rounded(x: f64) -> f64 {
    format!("{x:.*e}", DIGITS - 1).parse().unwrap_or(x)
}

/// Seeds of runs that choose begin here: no other run has one of those.
const TUNING: u64 = 1 << 63;

/// Of those, seeds of runs that choose for one round of cross-validation.
const OF_A_ROUND: u64 = 1 << 62;

/// Bits of such a seed that are its number; those before them are the seed of its round.
const NUMBER_BITS: u32 = 22;

/// Seeds of runs that choose have numbers below this.
pub const TUNING_NUMBERS: u64 = OF_A_ROUND;

/// The same of runs that choose for one round of cross-validation.
pub const NUMBERS_OF_A_ROUND: u64 = 1 << NUMBER_BITS;

/// Rounds that are chosen for have seeds below this.
pub const ROUNDS: u64 = OF_A_ROUND >> NUMBER_BITS;

/// The seed of this number of runs that choose.
pub fn tuning(number: u64) -> u64 {
    TUNING | number
}

/// The same for the round of cross-validation that is dealt by the seed `round`.
pub fn tuning_of(round: u64, seed: u64) -> u64 {
    TUNING | OF_A_ROUND | (round << NUMBER_BITS) | (seed & !TUNING)
}

/// The seed that the data of a run are drawn from: its own, or that of the round that it chooses for.
pub fn of_the_data(seed: u64) -> u64 {
    let is_of_a_round = is_tuning(seed) && seed & OF_A_ROUND != 0;
    if is_of_a_round { (seed & !(TUNING | OF_A_ROUND)) >> NUMBER_BITS } else { seed }
}

/// Whether a run of this seed chooses.
pub fn is_tuning(seed: u64) -> bool {
    seed & TUNING != 0
}

/// "seed 3", "tuning seed 3", "tuning seed 3 of seed 0".
pub fn seed_name(seed: u64) -> String {
    match of_the_data(seed) {
        round if round != seed => format!("tuning seed {} of seed {round}", seed & (NUMBERS_OF_A_ROUND - 1)),
        _ if is_tuning(seed) => format!("tuning seed {}", seed & !TUNING),
        _ => format!("seed {seed}"),
    }
}

/// What the name of an experiment is followed by where it is the search before its runs; no experiment can be called so.
const SEARCH: &str = ".search";

/// What the search before the runs of an experiment is called.
pub fn search_of(experiment: &str) -> String {
    format!("{experiment}{SEARCH}")
}

/// The experiment whose search is called so.
pub fn searched(name: &str) -> Option<&str> {
    name.strip_suffix(SEARCH)
}

/// How many points a space has; `None` where there is no end of them.
pub fn size(space: &[Dimension]) -> Option<u64> {
    space.iter().try_fold(1u64, |size, (_, domain)| Some(size.saturating_mul(domain.count()?)))
}

/// Every point, the last dimension running fastest; at most so many.
pub fn grid(space: &[Dimension], most: usize) -> Vec<Point> {
    let size = size(space).unwrap_or(0).min(most as u64);
    (0..size).map(|number| nth(space, number)).collect()
}

/// The point of this number.
fn nth(space: &[Dimension], number: u64) -> Point {
    let (mut rest, mut point) = (number, vec![]);
    for (_, domain) in space.iter().rev() {
        let count = domain.count().unwrap_or(1).max(1);
        point.push(domain.nth(rest % count));
        rest /= count;
    }
    point.reverse();
    point
}

/// Points that are drawn independently, each another one: so many, or all there are.
pub fn random(space: &[Dimension], seed: Seed, count: usize) -> Vec<Point> {
    let mut streams: Vec<Stream> = space.iter().map(|(name, _)| seed.stream(&format!("choose/{name}"))).collect();
    let draw = || space.iter().zip(&mut streams).map(|((_, domain), stream)| domain.at(stream.uniform_f64())).collect();
    distinct(space, count, draw)
}

/// Points that lie evenly, each another one: so many, or all there are, of at most [`SOBOL_DIMENSIONS`] dimensions. A dimension behind
/// the others changes none of them.
pub fn sobol(space: &[Dimension], seed: Seed, count: usize) -> Vec<Point> {
    let shift = |name: &str| (seed.stream(&format!("choose/{name}")).uniform_f64() * 2f64.powi(32)) as u32;
    let mut sequence = Sobol::new(space.iter().map(|(name, _)| shift(name)).collect());
    let draw = || space.iter().zip(sequence.point()).map(|((_, domain), share)| domain.at(share)).collect();
    distinct(space, count, draw)
}

/// The first so many of the points that `draw` gives which are no others' equal. Where it comes to no new ones, those that are left
/// in the order of the grid.
fn distinct(space: &[Dimension], count: usize, mut draw: impl FnMut() -> Point) -> Vec<Point> {
    let wanted = size(space).map_or(count, |size| count.min(usize::try_from(size).unwrap_or(usize::MAX)));
    let mut points: Vec<Point> = vec![];
    // The rarest point of many may take long to come.
    for _ in 0..1000 + 100 * count {
        if points.len() >= wanted {
            return points;
        }
        let point = draw();
        if !points.contains(&point) {
            points.push(point);
        }
    }
    for number in 0..size(space).unwrap_or(0) {
        if points.len() >= wanted {
            break;
        }
        let point = nth(space, number);
        if !points.contains(&point) {
            points.push(point);
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space() -> Vec<Dimension> {
        let rate = Domain::Real { from: 1e-4, to: 1e-1, scale: Scale::Log };
        vec![("lr".into(), rate), ("width".into(), Domain::Listed(3))]
    }

    fn reals(points: &[Point]) -> Vec<f64> {
        let real = |point: &Point| if let Coordinate::Real(x) = point[0] { x } else { panic!("no number") };
        points.iter().map(real).collect()
    }

    #[test]
    fn a_grid_is_every_point_in_order() {
        let space = [
            ("a".to_string(), Domain::Listed(2)),
            ("b".into(), Domain::Whole { from: -1, to: 1, scale: Scale::Linear }),
        ];
        let at = |a, b| vec![Coordinate::Listed(a), Coordinate::Whole(b)];
        assert_eq!(grid(&space, 100), [at(0, -1), at(0, 0), at(0, 1), at(1, -1), at(1, 0), at(1, 1)]);
        assert_eq!(grid(&space, 2), [at(0, -1), at(0, 0)]);
        assert_eq!(grid(&[], 9), [Point::new()]);
        assert_eq!(size(&self::space()), None);
    }

    #[test]
    fn more_points_begin_with_the_same_ones_and_a_dimension_changes_no_other() {
        let few = random(&space(), Seed(3), 8);
        assert_eq!(random(&space(), Seed(3), 20)[..8], few);
        assert_ne!(random(&space(), Seed(4), 8), few);
        let alone = random(&space()[..1], Seed(3), 8);
        assert_eq!(reals(&alone), reals(&few));
    }

    #[test]
    fn logarithms_are_even_and_numbers_short() {
        let drawn = reals(&random(&space(), Seed(0), 900));
        assert!(drawn.iter().all(|x| (1e-4..=1e-1).contains(x) && rounded(*x) == *x));
        for decade in [1e-4, 1e-3, 1e-2] {
            let inside = drawn.iter().filter(|x| (decade..10.0 * decade).contains(*x)).count();
            assert!((250..350).contains(&inside), "{inside} of 900 from {decade}");
        }
        // As many of each of the whole numbers, and twice as many below 4 as from 4 to 7 of logarithms.
        let share = |scale, share| Domain::Whole { from: 1, to: 7, scale }.at(share);
        assert_eq!(share(Scale::Linear, 0.0), Coordinate::Whole(1));
        assert_eq!(share(Scale::Linear, 0.999), Coordinate::Whole(7));
        assert_eq!((share(Scale::Log, 0.34), share(Scale::Log, 0.67)), (Coordinate::Whole(2), Coordinate::Whole(4)));
    }

    #[test]
    fn points_of_sobol_lie_evenly() {
        let few = sobol(&space(), Seed(3), 8);
        let many = sobol(&space(), Seed(3), 64);
        assert_eq!(many[..8], few);
        assert_eq!(reals(&sobol(&space()[..1], Seed(3), 8)), reals(&few));
        // Of 64 points as many in each half of the logarithms, and of 8 four.
        for points in [few, many] {
            let low = reals(&points).into_iter().filter(|x| *x < 10f64.powf(-2.5)).count();
            assert_eq!(low, points.len() / 2);
        }
        let all = sobol(&[("a".to_string(), Domain::Listed(6))], Seed(0), 9);
        assert_eq!(all.len(), 6);
    }

    #[test]
    fn seeds_that_choose_for_a_round_have_its_data() {
        for (round, number) in [(0, 0), (0, 7), (3, 1), (ROUNDS - 1, NUMBERS_OF_A_ROUND - 1)] {
            let seed = tuning_of(round, tuning(number));
            assert_eq!(of_the_data(seed), round);
            assert_eq!(seed_name(seed), format!("tuning seed {number} of seed {round}"));
        }
        for seed in [0, 5, TUNING - 1, tuning(0), tuning(TUNING_NUMBERS - 1)] {
            assert_eq!(of_the_data(seed), seed);
        }
        assert_eq!((seed_name(4), seed_name(tuning(4))), ("seed 4".into(), "tuning seed 4".into()));
    }

    #[test]
    fn a_small_space_is_used_up() {
        let space =
            [("a".to_string(), Domain::Listed(4)), ("b".into(), Domain::Whole { from: 1, to: 99, scale: Scale::Log })];
        let all = random(&space, Seed(1), 500);
        assert_eq!(all.len(), 396);
        let few = random(&space[..1], Seed(1), 9);
        assert_eq!(few.len(), 4);
        assert_eq!(random(&space[..1], Seed(1), 2), few[..2]);
    }
}
