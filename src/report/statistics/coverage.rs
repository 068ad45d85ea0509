//! Whether intervals over the parts of cross-validation cover what they promise: of simulated experiments, in each of which a learner
//! is cross-validated on people that differ, how many intervals have the accuracy that the learner is to be expected to have on
//! others.

use super::{Of, Paired, Samples, Summary};
use crate::id::Part;
use crate::seed::{Seed, Stream};

const FEATURES: usize = 5;
/// What the first feature of the two classes differs by.
const APART: f64 = 1.5;

/// People, windows of each, how far people are apart, parts and rounds.
#[derive(Clone, Copy, Debug)]
struct Design {
    people: usize,
    windows: usize,
    effect: f64,
    /// As many as people: each is a part.
    parts: usize,
    rounds: usize,
}

type Window = ([f64; FEATURES], usize);

/// A person's windows, alternately of both classes.
fn person(design: Design, stream: &mut Stream) -> Vec<Window> {
    let own: [f64; FEATURES] = std::array::from_fn(|_| design.effect * stream.normal());
    let window = |i: usize| {
        let mut x: [f64; FEATURES] = std::array::from_fn(|f| own[f] + stream.normal());
        x[0] += APART * (i % 2) as f64;
        (x, i % 2)
    };
    (0..design.windows).map(window).collect()
}

/// Sums by class, and how many: what the nearest class mean is learned from.
#[derive(Clone, Copy, Default)]
struct Sums([([f64; FEATURES], f64); 2]);

impl Sums {
    fn of<'w>(windows: impl Iterator<Item = &'w Window>) -> Self {
        let mut sums = Self::default();
        for (x, class) in windows {
            let (sum, count) = &mut sums.0[*class];
            (0..FEATURES).for_each(|f| sum[f] += x[f]);
            *count += 1.0;
        }
        sums
    }

    fn without(mut self, other: &Self) -> Self {
        for ((sum, count), (less, fewer)) in self.0.iter_mut().zip(&other.0) {
            (0..FEATURES).for_each(|f| sum[f] -= less[f]);
            *count -= fewer;
        }
        self
    }

    /// Accuracy of the nearest class mean, by these features.
    fn accuracy(&self, features: &[usize], windows: &[Window]) -> f64 {
        let mean = |class: usize, f: usize| self.0[class].0[f] / self.0[class].1;
        let far = |x: &[f64; FEATURES], class| features.iter().map(|&f| (x[f] - mean(class, f)).powi(2)).sum::<f64>();
        let right = |(x, class): &&Window| (far(x, 1) < far(x, 0)) == (*class == 1);
        windows.iter().filter(right).count() as f64 / windows.len() as f64
    }
}

/// Two learners that are equally good: each has the feature that tells, and two that do not.
const LEARNERS: [[usize; 3]; 2] = [[0, 1, 2], [0, 3, 4]];

/// The accuracies of both, by seed and part.
fn experiment(design: Design, stream: &mut Stream) -> [Samples; 2] {
    let people: Vec<Vec<Window>> = (0..design.people).map(|_| person(design, stream)).collect();
    let (fixed, mut samples) = (design.parts == design.people, [Samples::new(), Samples::new()]);
    for seed in 0..design.rounds {
        let mut order: Vec<usize> = (0..design.people).collect();
        if !fixed {
            stream.shuffle(&mut order);
        }
        let part = |p: usize| -> Vec<Window> {
            order.iter().skip(p).step_by(design.parts).flat_map(|who| people[*who].clone()).collect()
        };
        let all = Sums::of(people.iter().flatten());
        for p in 0..design.parts {
            let test = part(p);
            let learned = all.without(&Sums::of(test.iter()));
            let place = (seed as u64, Some(Part { number: p + 1, of: design.parts, fixed }));
            for (samples, learner) in samples.iter_mut().zip(LEARNERS) {
                samples.insert(place, Ok(learned.accuracy(&learner, &test)));
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
        Sums::of(train.iter()).accuracy(&LEARNERS[0], &test)
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
    Design { people, windows: 24, effect, parts, rounds }
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
#[ignore = "takes minutes"]
#[expect(clippy::print_stdout, reason = "it is there to be read")]
fn the_table_of_coverages() {
    for (people, parts, rounds) in [(20, 5, 1), (20, 5, 5), (20, 10, 1), (20, 10, 5), (12, 12, 1), (12, 12, 5)] {
        for effect in [0.0, 0.5, 1.0] {
            let [own, naive, difference, claimed] = coverage(design(people, parts, rounds, effect), 2000);
            std::println!("{people} {parts} {rounds} {effect}: {own:.1} {naive:.1} {difference:.1} {claimed:.1}");
        }
    }
}
