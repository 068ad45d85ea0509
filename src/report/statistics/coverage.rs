//! Whether intervals over the parts of cross-validation cover what they promise: of simulated experiments, in each of which a learner
//! is cross-validated on people that differ, how many intervals have the accuracy that the learner is to be expected to have on
//! others.

use super::{Of, Paired, Samples, Summary};
use crate::id::Part;
use crate::seed::{Seed, Stream};

const FEATURES: usize = 5;
/// What the first feature of the two classes differs by.
const APART: f64 = 1.5;

/// How a class is told.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Learner {
    /// By the nearest class mean: a few windows more or less change little.
    Mean,
    /// By the nearest window: each of its own people's windows may change what it says.
    Neighbour,
}

/// People, windows of each (from, to), how far people are apart, parts and rounds.
#[derive(Clone, Copy, Debug)]
struct Design {
    people: usize,
    windows: (usize, usize),
    effect: f64,
    /// As many as people: each is a part.
    parts: usize,
    rounds: usize,
    learner: Learner,
}

type Window = ([f64; FEATURES], usize);

/// A person's windows, alternately of both classes.
fn person(design: Design, stream: &mut Stream) -> Vec<Window> {
    let own: [f64; FEATURES] = std::array::from_fn(|_| design.effect * stream.normal());
    let (least, most) = design.windows;
    let count = least + if most > least { stream.below(most - least + 1) } else { 0 };
    let window = |i: usize| {
        let mut x: [f64; FEATURES] = std::array::from_fn(|f| own[f] + stream.normal());
        x[0] += APART * (i % 2) as f64;
        (x, i % 2)
    };
    (0..count).map(window).collect()
}

/// Two learners that are equally good: each has the feature that tells, and two that do not.
const LEARNERS: [[usize; 3]; 2] = [[0, 1, 2], [0, 3, 4]];

fn far(features: &[usize], a: &[f64; FEATURES], b: &[f64; FEATURES]) -> f64 {
    features.iter().map(|&f| (a[f] - b[f]).powi(2)).sum()
}

/// How many of these windows are told right by what is learned of others, and how many they are.
fn right<'w>(
    learner: Learner,
    features: &[usize],
    train: impl Iterator<Item = &'w Window> + Clone,
    test: impl Iterator<Item = &'w Window>,
) -> (f64, f64) {
    let mut means = [[0.0; FEATURES]; 2];
    if learner == Learner::Mean {
        let mut counts = [0.0; 2];
        for (x, class) in train.clone() {
            (0..FEATURES).for_each(|f| means[*class][f] += x[f]);
            counts[*class] += 1.0;
        }
        means.iter_mut().zip(counts).for_each(|(mean, count)| mean.iter_mut().for_each(|sum| *sum /= count));
    }
    let said = |x: &[f64; FEATURES]| match learner {
        Learner::Mean => usize::from(far(features, x, &means[1]) < far(features, x, &means[0])),
        Learner::Neighbour => {
            let near = train.clone().map(|(y, class)| (far(features, x, y), *class));
            near.reduce(|a, b| if b.0 < a.0 { b } else { a }).map_or(0, |(_, class)| class)
        }
    };
    test.fold((0.0, 0.0), |(right, all), (x, class)| (right + f64::from(u8::from(said(x) == *class)), all + 1.0))
}

/// What parts add to the accuracy of all together, as `measure::pooled` has it.
fn jackknifed(parts: &[(f64, f64)]) -> Vec<f64> {
    let sum = |left: Option<usize>| {
        let there = parts.iter().enumerate().filter(|(i, _)| Some(*i) != left);
        let (right, all) = there.fold((0.0, 0.0), |(a, b), (_, (c, d))| (a + c, b + d));
        right / all
    };
    let (k, whole) = (parts.len() as f64, sum(None));
    let values: Vec<f64> = (0..parts.len()).map(|j| k * whole - (k - 1.0) * sum(Some(j))).collect();
    let mean = values.iter().sum::<f64>() / k;
    values.into_iter().map(|value| value - mean + whole).collect()
}

/// The accuracies of both, by seed and part.
fn experiment(design: Design, stream: &mut Stream) -> [Samples; 2] {
    let people: Vec<Vec<Window>> = (0..design.people).map(|_| person(design, stream)).collect();
    let (fixed, mut samples) = (design.parts == design.people, [Samples::new(), Samples::new()]);
    for seed in 0..design.rounds {
        let mut order: Vec<usize> = (0..design.people).collect();
        if !fixed {
            stream.shuffle(&mut order);
        }
        let of = |own: bool, p: usize| {
            let there = order.iter().enumerate().filter(move |(place, _)| (place % design.parts == p) == own);
            there.flat_map(|(_, who)| &people[*who])
        };
        for (samples, features) in samples.iter_mut().zip(LEARNERS) {
            let parts: Vec<(f64, f64)> =
                (0..design.parts).map(|p| right(design.learner, &features, of(false, p), of(true, p))).collect();
            for (p, value) in jackknifed(&parts).into_iter().enumerate() {
                samples.insert((seed as u64, Some(Part { number: p + 1, of: design.parts, fixed })), Ok(value));
            }
        }
    }
    samples
}

/// What the first learner is to be expected to have on people that it has not seen, learned of as many as in cross-validation.
fn expected(design: Design, stream: &mut Stream) -> f64 {
    let learns = design.people - design.people / design.parts;
    let times = 1500;
    let one = |_| {
        let train: Vec<Window> = (0..learns).flat_map(|_| person(design, stream)).collect();
        let test: Vec<Window> = (0..20).flat_map(|_| person(design, stream)).collect();
        let (right, all) = right(design.learner, &LEARNERS[0], train.iter(), test.iter());
        right / all
    };
    (0..times).map(one).sum::<f64>() / f64::from(times)
}

/// Of so many experiments, in percent: intervals that have what is to be expected, those of values taken for independent ones that
/// have it, intervals of the difference that have 0, and differences with p < 0.05.
fn coverage(design: Design, times: u32) -> [f64; 4] {
    let mut stream = Seed(3).stream(&format!("{design:?}"));
    let expected = expected(design, &mut stream);
    let mut hits = [0u32; 4];
    for _ in 0..times {
        let [one, other] = experiment(design, &mut stream);
        let summary = Summary::of(&one);
        let naive = super::student_interval(&one.values().flatten().copied().collect::<Vec<_>>(), 0.0);
        let paired = Paired::of(&one, &other, "coverage");
        assert!(matches!(summary.of, Of::Parts { .. }));
        let has = |interval: Option<super::Interval>, x: f64| interval.is_some_and(|i| i.low <= x && x <= i.high);
        let found = [
            has(summary.interval, expected),
            has(naive, expected),
            has(paired.interval(), 0.0),
            paired.p.is_some_and(|p| p < 0.05),
        ];
        hits.iter_mut().zip(found).for_each(|(hits, hit)| *hits += u32::from(hit));
    }
    hits.map(|hits| 100.0 * f64::from(hits) / f64::from(times))
}

fn design(people: usize, parts: usize, rounds: usize, effect: f64) -> Design {
    Design { people, windows: (24, 24), effect, parts, rounds, learner: Learner::Mean }
}

#[test]
fn intervals_over_parts_cover_what_is_to_be_expected() {
    for (people, parts, rounds) in [(20, 5, 1), (20, 5, 5), (12, 12, 1)] {
        let design = design(people, parts, rounds, 0.5);
        let [own, naive, difference, claimed] = coverage(design, 400);
        // Of 400 intervals that cover in 95 %, fewer than 92.5 % cover once in a hundred times.
        assert!(own >= 92.5 && difference >= 92.5, "{design:?}: {own} and {difference} %");
        assert!(claimed <= 7.5, "{design:?}: {claimed} % of the differences are claimed");
        // Rounds of the same people are not independent.
        assert!(rounds == 1 || naive < 75.0, "{design:?}: {naive} %");
    }
}

/// The table of `manual/statements/experiment/cross.md`.
#[test]
#[ignore = "minutes: cargo test --lib coverages -- --ignored --nocapture"]
#[expect(clippy::print_stdout, reason = "it is there to be read")]
fn the_table_of_coverages() {
    let line = |design: Design| {
        let Design { people, windows, effect, parts, rounds, learner } = design;
        let [own, naive, difference, claimed] = coverage(design, 2000);
        std::println!(
            "{learner:?}, {people} people of {windows:?} windows {effect} apart, {parts} parts, {rounds} rounds: covers {own:.1}, difference \
             {difference:.1}, claimed {claimed:.1}, independent {naive:.1}"
        );
        // The correction is too small for rounds of a learner that depends much on its samples: the page says by how much.
        let is_exempt = learner == Learner::Neighbour && rounds > 1;
        assert!(is_exempt || (own >= 94.0 && difference >= 94.0 && claimed <= 6.0), "{design:?}");
    };
    for (people, parts, rounds) in [(20, 5, 1), (20, 5, 5), (20, 10, 1), (20, 10, 5), (12, 12, 1), (12, 12, 5)] {
        [0.0, 0.5, 1.0].into_iter().for_each(|effect| line(design(people, parts, rounds, effect)));
    }
    for (people, parts, rounds) in [(20, 5, 1), (20, 5, 5), (12, 12, 1)] {
        let plain = design(people, parts, rounds, 0.5);
        line(Design { windows: (6, 42), ..plain });
        line(Design { learner: Learner::Neighbour, ..plain });
    }
}
