//! The results of an experiment for a reader: tables, comparisons and the statistics under them. Owns the order of runs
//! into arms and seeds; never prints and never touches the disk.

mod absent;
mod arms;
pub mod comparison;
pub mod confusion;
mod contents;
mod cost;
mod crossed;
pub mod csv;
pub mod curves;
mod drawing;
mod equal;
mod files;
mod forests;
pub mod frames;
pub mod html;
mod latex;
pub mod listing;
mod markdown;
pub mod names;
pub mod number;
pub mod searches;
mod searching;
mod settings;
mod sliced;
pub mod statistics;
pub mod svg;
pub mod table;

pub use contents::{Compared, Contents, Report, confused, networks, tables, timelines};
pub use files::{Bitmaps, files};
pub use svg::Captioned;

use std::collections::{BTreeMap, BTreeSet};

use crate::id::Part;
use crate::measured::{self, Measured};
use crate::record::manifest::{Axis, Manifest};
use crate::record::{Address, ArmId, RunRecord, Turn};
use statistics::{Paired, Samples};

/// Whether a text may carry terminal colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Ansi,
}

impl Style {
    fn bold(self, text: &str) -> String {
        match self {
            Style::Plain => text.to_string(),
            Style::Ansi => format!("\u{1b}[1m{text}\u{1b}[0m"),
        }
    }
}

/// The runs of an experiment by arm, seed, part and repeat. An arm is named by the index of its value on each axis.
struct Results<'a> {
    axes: &'a [Axis],
    runs: BTreeMap<Vec<usize>, ByTurn<'a>>,
    /// Records of arms that the axes do not have.
    strangers: usize,
}

/// The runs of one arm, by seed and part.
type ByTurn<'a> = BTreeMap<(u64, Option<Part>), Repeats<'a>>;

/// The runs of one seed and part.
type Repeats<'a> = BTreeMap<u64, &'a RunRecord>;

impl<'a> Results<'a> {
    /// Of two records with the same arm and turn the later one counts. References stand beside the grid.
    fn collect(axes: &'a [Axis], records: &'a [RunRecord]) -> Self {
        let mut results = Results { axes, runs: BTreeMap::new(), strangers: 0 };
        let places = Places::of(axes);
        for record in records.iter().filter(|record| !record.arm.is_reference()) {
            match places.of_arm(&record.arm) {
                Some(arm) => {
                    let (own, repeats) = ((record.seed, record.part), results.runs.entry(arm).or_default());
                    repeats.entry(own).or_default().insert(record.repeat, record);
                }
                None => results.strangers += 1,
            }
        }
        results
    }

    /// The measure by seed and part, the mean over its repeats: they share data, so the seed is what is independent.
    fn samples(&self, arm: &[usize], measure: &str) -> Samples {
        self.by_seed(arm, &|record| record.of_all_parts(measure))
    }

    /// A value of every run by seed and part, the mean over its repeats; absent where one of them has none.
    fn by_seed(&self, arm: &[usize], value: &dyn Fn(&RunRecord) -> Measured) -> Samples {
        let mean = |repeats: &Repeats<'_>| measured::mean(repeats.values().map(|record| value(record)), "no run");
        self.runs.get(arm).into_iter().flatten().map(|(own, repeats)| (*own, mean(repeats))).collect()
    }

    /// Every run of the grid, by arm, seed and repeat.
    fn all(&self) -> impl Iterator<Item = &'a RunRecord> {
        self.runs.values().flatten().flat_map(|(_, repeats)| repeats.values().copied())
    }

    /// Runs of a seed and part.
    fn repeats(&self) -> Option<usize> {
        self.runs.values().flatten().map(|(_, repeats)| repeats.len()).max()
    }

    /// `other − first`. The streams are named after the measure and both arms, whoever asks.
    fn paired(&self, first: &[usize], other: &[usize], measure: &str) -> Paired {
        let name = format!("{measure}/{}/{}", self.arm(first), self.arm(other));
        Paired::of(&self.samples(first, measure), &self.samples(other, measure), &name)
    }

    fn arm(&self, arm: &[usize]) -> ArmId {
        arm_of(self.axes, arm)
    }
}

/// The arm at these values of the axes.
fn arm_of(axes: &[Axis], arm: &[usize]) -> ArmId {
    ArmId(axes.iter().zip(arm).map(|(axis, i)| (axis.name.clone(), axis.values[*i].clone())).collect())
}

/// Which value of each axis a text is; of equal ones the first.
struct Places<'a>(Vec<(&'a str, BTreeMap<&'a str, usize>)>);

impl<'a> Places<'a> {
    fn of(axes: impl IntoIterator<Item = &'a Axis>) -> Self {
        let places = |axis: &'a Axis| {
            let values = axis.values.iter().enumerate().rev().map(|(i, value)| (value.as_str(), i));
            (axis.name.as_str(), values.collect())
        };
        Places(axes.into_iter().map(places).collect())
    }

    /// One index an axis; `None` of an arm that the axes do not have.
    fn of_arm(&self, arm: &ArmId) -> Option<Vec<usize>> {
        self.0.iter().map(|(name, values)| values.get(arm.value(name)?).copied()).collect()
    }
}

/// Every choice of one value index per axis, the last axis changing fastest. Of no axes: the one empty choice.
fn combinations(axes: &[&Axis]) -> Vec<Vec<usize>> {
    axes.iter().fold(vec![Vec::new()], |choices, axis| {
        choices
            .iter()
            .flat_map(|choice| (0..axis.values.len()).map(move |i| choice.iter().copied().chain([i]).collect()))
            .collect()
    })
}

/// What became of the runs of an experiment, references among them; one that several arms share is one run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    pub planned: usize,
    pub done: usize,
    pub failed: usize,
    /// Arms beside the grid.
    pub references: usize,
    /// Of one thread, of the runs that are done.
    pub seconds: f64,
}

/// Counted by these records of it.
pub fn counts(manifest: &Manifest, records: &[RunRecord]) -> Counts {
    let arms = || manifest.arms.iter().chain(&manifest.references);
    let planned: BTreeSet<&Address> = arms().flat_map(|arm| &arm.cells).collect();
    let references: BTreeSet<&Vec<Address>> = manifest.references.iter().map(|arm| &arm.cells).collect();
    let cells: BTreeMap<&ArmId, &[Address]> = arms().map(|arm| (&arm.arm, arm.cells.as_slice())).collect();
    let turns: BTreeMap<Turn, usize> = manifest.turns().zip(0..).collect();
    let address = |record: &RunRecord| cells.get(&record.arm)?.get(*turns.get(&record.turn())?);
    let runs: BTreeMap<&Address, &RunRecord> =
        records.iter().filter_map(|record| Some((address(record)?, record))).collect();
    let done = || runs.values().filter(|record| record.failure.is_none());
    Counts {
        planned: planned.len(),
        done: done().count(),
        failed: runs.len() - done().count(),
        references: references.len(),
        seconds: done().map(|record| record.seconds).sum(),
    }
}

/// Characters a text takes on a terminal; names are expected to be of single width.
fn width(text: &str) -> usize {
    text.chars().count()
}

/// "1 seed", "30 seeds", "5 parts".
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// "a", "a and b", "a, b and c".
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// "30 seeds", "28 to 30 seeds".
fn range(numbers: impl IntoIterator<Item = usize>, noun: &str) -> String {
    let numbers: Vec<usize> = numbers.into_iter().collect();
    let (least, most) = (numbers.iter().min().copied().unwrap_or(0), numbers.iter().max().copied().unwrap_or(0));
    if least == most { count(most, noun) } else { format!("{least} to {most} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measured::Absent;

    pub(super) fn axis(name: &str, values: &[&str]) -> Axis {
        Axis { name: name.into(), values: values.iter().map(|v| v.to_string()).collect() }
    }

    pub(super) fn run(arm: &[(&str, &str)], seed: u64, measures: &[(&str, f64)]) -> RunRecord {
        RunRecord {
            arm: ArmId(arm.iter().map(|(axis, value)| (axis.to_string(), value.to_string())).collect()),
            seed,
            measures: measures.iter().map(|(name, x)| (name.to_string(), measured::finite(*x))).collect(),
            ..RunRecord::default()
        }
    }

    #[test]
    fn runs_are_ordered_by_arm_and_seed() {
        let axes = [axis("line", &["near", "far"]), axis("method", &["EndToEnd", "Mhm"])];
        let mut failed = run(&[("line", "far"), ("method", "Mhm")], 2, &[("test_error", 0.5)]);
        failed.failure = Some("diverged".into());
        let records = [
            run(&[("method", "Mhm"), ("line", "far")], 1, &[("test_error", 0.5)]),
            run(&[("line", "far"), ("method", "Mhm")], 1, &[("test_error", 0.4)]),
            failed,
            run(&[("line", "far")], 1, &[]),
            run(&[("line", "beyond"), ("method", "Mhm")], 1, &[]),
        ];
        let results = Results::collect(&axes, &records);
        let samples = results.samples(&[1, 1], "test_error");
        assert_eq!(samples, Samples::from([((1, None), Ok(0.4)), ((2, None), Err(Absent::failed()))]));
        assert!(results.samples(&[0, 0], "test_error").is_empty());
        assert_eq!(results.strangers, 2);
        assert_eq!(results.arm(&[1, 1]).to_string(), "far, Mhm");
    }

    #[test]
    fn repeats_of_a_seed_are_one_sample() {
        let axes = [axis("method", &["EndToEnd"])];
        let of = |seed, repeat, error: f64| RunRecord {
            repeat,
            ..run(&[("method", "EndToEnd")], seed, &[("test_error", error), ("test_gs", 0.25)])
        };
        let mut records =
            vec![of(1, 0, 0.5), of(2, 0, 0.1), of(1, 1, 0.25), of(2, 1, 0.3), of(3, 0, 0.5), of(3, 1, 0.5)];
        records[5].failure = Some("diverged".into());
        records.push(RunRecord { arm: records[0].arm.reference("alone"), ..of(1, 0, 0.9) });
        let results = Results::collect(&axes, &records);
        let samples = results.samples(&[0], "test_error");
        // Half of a seed is not comparable with a whole one.
        assert_eq!(
            samples,
            Samples::from([((1, None), Ok(0.375)), ((2, None), Ok(0.2)), ((3, None), Err(Absent::failed()))])
        );
        assert_eq!((&results.samples(&[0], "test_gs")[&(2, None)], results.strangers), (&Ok(0.25), 0));
    }

    #[test]
    fn the_last_axis_changes_fastest() {
        let (a, b) = (axis("a", &["x", "y"]), axis("b", &["1", "2"]));
        assert_eq!(combinations(&[&a, &b]), [[0, 0], [0, 1], [1, 0], [1, 1]]);
        assert_eq!(combinations(&[]), [Vec::<usize>::new()]);
        assert!(combinations(&[&a, &axis("c", &[])]).is_empty());
    }
}
