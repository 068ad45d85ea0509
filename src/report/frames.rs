//! Results as tidy frames for other programs: a row says one thing, and what it is of stands beside it. Owns which frames there are and
//! what their columns are called; numbers are not rounded, and what is not defined is absent and says why.

use super::comparison;
use super::confusion::Confusion;
use super::statistics::spelt_out;
use crate::measured::{Absent, Measured};
use crate::record::manifest::{Axis, Manifest, PART};
use crate::record::{ArmId, RunRecord};
use std::collections::BTreeSet;

/// Columns of one length, each under a name of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    pub columns: Vec<Column>,
}

/// One value a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: String,
    pub cells: Cells,
}

/// Values of one kind; those that may be absent are options.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    Texts(Vec<Option<String>>),
    Whole(Vec<Option<i64>>),
    /// Whole numbers of which some are too large for the others.
    Large(Vec<u64>),
    Numbers(Vec<Option<f64>>),
    /// Of predictions, which are no more precise; NaN where there is none.
    Singles(Vec<f32>),
    Flags(Vec<bool>),
}

impl Cells {
    pub fn len(&self) -> usize {
        match self {
            Cells::Texts(cells) => cells.len(),
            Cells::Whole(cells) => cells.len(),
            Cells::Large(cells) => cells.len(),
            Cells::Numbers(cells) => cells.len(),
            Cells::Singles(cells) => cells.len(),
            Cells::Flags(cells) => cells.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts others of the same kind behind these.
    ///
    /// # Panics
    /// They are of another kind.
    pub fn append(&mut self, more: Cells) {
        match (self, more) {
            (Cells::Texts(cells), Cells::Texts(more)) => cells.extend(more),
            (Cells::Whole(cells), Cells::Whole(more)) => cells.extend(more),
            (Cells::Large(cells), Cells::Large(more)) => cells.extend(more),
            (Cells::Numbers(cells), Cells::Numbers(more)) => cells.extend(more),
            (Cells::Singles(cells), Cells::Singles(more)) => cells.extend(more),
            (Cells::Flags(cells), Cells::Flags(more)) => cells.extend(more),
            (cells, _) => panic!("cells of another kind than {} cells are to follow them", cells.len()),
        }
    }
}

impl Frame {
    /// Rows.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn texts<T: Into<String>>(&mut self, name: &str, cells: impl Iterator<Item = Option<T>>) {
        self.add(name, Cells::Texts(cells.map(|cell| cell.map(Into::into)).collect()));
    }

    fn numbers(&mut self, name: &str, cells: impl Iterator<Item = Option<f64>>) {
        self.add(name, Cells::Numbers(cells.collect()));
    }

    /// As signed numbers, where all of them fit: seeds of trials may not.
    fn counts(&mut self, name: &str, cells: impl Iterator<Item = u64>) {
        let cells: Vec<u64> = cells.collect();
        let signed: Option<Vec<i64>> = cells.iter().map(|cell| i64::try_from(*cell).ok()).collect();
        self.add(name, signed.map_or(Cells::Large(cells), |cells| Cells::Whole(cells.into_iter().map(Some).collect())));
    }

    /// Under this name, or behind `_` where another column has it: axes are called as a person likes.
    pub fn add(&mut self, name: &str, cells: Cells) {
        let mut name = name.to_string();
        while self.columns.iter().any(|column| column.name == name) {
            name.push('_');
        }
        self.columns.push(Column { name, cells });
    }

    fn measured<'m>(&mut self, values: impl Iterator<Item = &'m Measured> + Clone) {
        self.numbers("value", values.clone().map(|value| value.as_ref().ok().copied()));
        self.texts("absent", values.map(|value| value.as_ref().err().map(Absent::to_string)));
    }
}

/// What a row of runs is of: the values of the axes, the seed, and, where there are such, the part and the repeat.
fn of_runs(manifest: &Manifest, runs: &[&RunRecord]) -> Frame {
    let mut frame = Frame::default();
    of_arms(&mut frame, &manifest.axes, runs.iter().map(|run| &run.arm));
    if runs.iter().any(|run| run.arm.is_reference()) {
        frame.texts("reference", runs.iter().map(|run| run.reference.as_deref().or(run.arm.beside())));
    }
    frame.counts("seed", runs.iter().map(|run| run.seed));
    if manifest.cross.is_some() {
        let part = |run: &&RunRecord| run.part.and_then(|part| i64::try_from(part.number).ok());
        frame.add(PART, Cells::Whole(runs.iter().map(part).collect()));
    }
    if manifest.repeats > 1 {
        frame.counts("repeat", runs.iter().map(|run| run.repeat));
    }
    frame
}

fn of_arms<'a>(frame: &mut Frame, axes: &[Axis], arms: impl Iterator<Item = &'a ArmId> + Clone) {
    for axis in axes {
        frame.texts(&axis.name, arms.clone().map(|arm| arm.value(&axis.name)));
    }
}

/// A row a run and measure: its value, or why it has none.
pub fn runs(manifest: &Manifest, records: &[RunRecord]) -> Frame {
    measured(manifest, records.iter().filter(|run| !run.arm.is_reference()))
}

/// The same of what stands beside the grid, under its name in `reference`.
pub fn references(manifest: &Manifest, records: &[RunRecord]) -> Frame {
    measured(manifest, records.iter().filter(|run| run.arm.is_reference()))
}

fn measured<'r>(manifest: &Manifest, records: impl Iterator<Item = &'r RunRecord>) -> Frame {
    let shown = manifest.shown();
    let of_run = |run: &'r RunRecord| {
        // A run that failed has measured nothing.
        let failed = shown.iter().map(|info| info.name.clone()).filter(|_| run.failure.is_some());
        let names: BTreeSet<String> = run.measures.keys().cloned().chain(failed).collect();
        names.into_iter().map(move |name| (run, run.measured(&name), name)).collect::<Vec<_>>()
    };
    let rows: Vec<(&RunRecord, Measured, String)> = records.flat_map(of_run).collect();
    let mut frame = of_runs(manifest, &rows.iter().map(|(run, ..)| *run).collect::<Vec<_>>());
    frame.texts("measure", rows.iter().map(|(.., name)| Some(name.as_str())));
    frame.measured(rows.iter().map(|(_, value, _)| value));
    frame
}

/// A row a run: what it took, and why it failed, where it did.
pub fn trainings(manifest: &Manifest, records: &[RunRecord]) -> Frame {
    let runs: Vec<&RunRecord> = records.iter().collect();
    let mut frame = of_runs(manifest, &runs);
    frame.counts("steps", runs.iter().map(|run| run.steps));
    frame.counts("samples", runs.iter().map(|run| run.samples));
    frame.numbers("seconds", runs.iter().map(|run| Some(run.seconds)));
    frame.texts("instructions", runs.iter().map(|run| Some(run.instructions.as_str()).filter(|word| !word.is_empty())));
    frame.texts("failure", runs.iter().map(|run| run.failure.as_deref()));
    frame
}

/// A row a run, epoch and measure: those that a figure asks for.
pub fn curves(manifest: &Manifest, records: &[RunRecord]) -> Frame {
    let of_run = |run| {
        let run: &RunRecord = run;
        let of_epoch = move |epoch: &'_ crate::record::EpochRecord| {
            let epoch = epoch.clone();
            epoch.measures.into_iter().map(move |(name, value)| (run, epoch.epoch, name, value)).collect::<Vec<_>>()
        };
        run.epochs.iter().flat_map(of_epoch).collect::<Vec<_>>()
    };
    let rows: Vec<(&RunRecord, u32, String, Measured)> = records.iter().flat_map(of_run).collect();
    let mut frame = of_runs(manifest, &rows.iter().map(|(run, ..)| *run).collect::<Vec<_>>());
    frame.add("epoch", Cells::Whole(rows.iter().map(|(_, epoch, ..)| Some(i64::from(*epoch))).collect()));
    frame.texts("measure", rows.iter().map(|(_, _, name, _)| Some(name.as_str())));
    frame.measured(rows.iter().map(|(.., value)| value));
    frame
}

/// A row a difference: of every axis that is compared, each value against the first one, in every setting of the others.
pub fn comparisons(manifest: &Manifest, records: &[RunRecord]) -> Frame {
    let compared = manifest.compare.iter().map(|axis| comparison::of(manifest, axis, records));
    let compared: Vec<_> = compared.collect();
    let rows: Vec<_> = compared.iter().flat_map(|c| c.differences.iter().map(move |d| (c.axis.as_str(), d))).collect();
    let mut frame = Frame::default();
    frame.texts("axis", rows.iter().map(|(axis, _)| Some(*axis)));
    frame.texts("first", rows.iter().map(|(_, d)| Some(d.first.as_str())));
    frame.texts("other", rows.iter().map(|(_, d)| Some(d.other.as_str())));
    if manifest.axes.len() > 1 {
        for axis in &manifest.axes {
            let value = |(compared, d): &(&str, &super::comparison::Difference)| {
                let others = manifest.axes.iter().filter(|other| other.name != *compared);
                others.zip(&d.setting).find(|(other, _)| other.name == axis.name).map(|(_, value)| value.clone())
            };
            frame.texts(&axis.name, rows.iter().map(value));
        }
    }
    frame.texts("measure", rows.iter().map(|(_, d)| Some(d.measure.name.as_str())));
    frame.numbers("difference", rows.iter().map(|(_, d)| d.paired.difference));
    frame.numbers("low", rows.iter().map(|(_, d)| d.paired.interval().map(|i| i.low)));
    frame.numbers("high", rows.iter().map(|(_, d)| d.paired.interval().map(|i| i.high)));
    frame.numbers("p", rows.iter().map(|(_, d)| d.p));
    frame.counts("n", rows.iter().map(|(_, d)| d.paired.n as u64));
    frame.add("stands", Cells::Flags(rows.iter().map(|(_, d)| d.stands_corrected()).collect()));
    let why = |(_, d): &(&str, &super::comparison::Difference)| Some(spelt_out(&d.paired.absent));
    frame.texts("absent", rows.iter().map(|row| why(row).filter(|why| !why.is_empty())));
    frame
}

/// A row an arm and setting, in the words of the language.
pub fn settings(manifest: &Manifest) -> Frame {
    let arms = manifest.arms.iter().chain(&manifest.references);
    let rows: Vec<_> =
        arms.flat_map(|arm| arm.settings.iter().map(move |(key, value)| (&arm.arm, key, value))).collect();
    let mut frame = Frame::default();
    of_arms(&mut frame, &manifest.axes, rows.iter().map(|(arm, ..)| *arm));
    if !manifest.references.is_empty() {
        frame.texts("reference", rows.iter().map(|(arm, ..)| arm.beside()));
    }
    frame.texts("setting", rows.iter().map(|(_, key, _)| Some(key.as_str())));
    frame.texts("value", rows.iter().map(|(.., value)| Some(value.as_str())));
    frame
}

/// A row a split, actual class and predicted class: how many samples, over the runs of an arm.
pub fn confusion(manifest: &Manifest, confusion: &[Confusion]) -> Frame {
    let of = |own| {
        let own: &Confusion = own;
        let row = move |(actual, row): (usize, &Vec<u64>)| {
            let cells = row.iter().enumerate();
            cells.map(|(predicted, count)| (own, actual, predicted, *count)).collect::<Vec<_>>()
        };
        own.counts.iter().enumerate().flat_map(row).collect::<Vec<_>>()
    };
    let rows: Vec<(&Confusion, usize, usize, u64)> = confusion.iter().flat_map(of).collect();
    let mut frame = Frame::default();
    of_arms(&mut frame, &manifest.axes, rows.iter().map(|(own, ..)| &own.arm));
    frame.texts("split", rows.iter().map(|(own, ..)| Some(own.split.as_str())));
    frame.texts("target", rows.iter().map(|(own, ..)| Some(own.target.as_str())));
    frame.texts("actual", rows.iter().map(|(own, actual, ..)| Some(own.name(*actual))));
    frame.texts("predicted", rows.iter().map(|(own, _, predicted, _)| Some(own.name(*predicted))));
    frame.counts("count", rows.iter().map(|(.., count)| *count));
    frame
}

#[cfg(test)]
mod tests {
    use super::super::tests::{axis, run};
    use super::*;

    fn names(frame: &Frame) -> Vec<&str> {
        frame.columns.iter().map(|column| column.name.as_str()).collect()
    }

    #[test]
    fn a_row_is_a_run_and_a_measure() {
        let manifest = Manifest { axes: vec![axis("seed", &["a", "b"])], repeats: 1, ..Manifest::default() };
        let mut records = vec![run(&[("seed", "a")], 0, &[("x", 1.0), ("y", 2.0)]), run(&[("seed", "b")], 1, &[])];
        records[1].measures.insert("x".into(), Err(Absent::because("no class")));
        let frame = runs(&manifest, &records);
        assert_eq!(names(&frame), ["seed", "seed_", "measure", "value", "absent"], "an axis may have any name");
        assert_eq!(frame.columns[3].cells, Cells::Numbers(vec![Some(1.0), Some(2.0), None]));
        assert_eq!(frame.columns[4].cells, Cells::Texts(vec![None, None, Some("no class".into())]));
        assert!(references(&manifest, &records).is_empty());
    }

    #[test]
    fn seeds_of_trials_fit() {
        let manifest = Manifest { repeats: 1, ..Manifest::default() };
        let frame = runs(&manifest, &[run(&[], u64::MAX, &[("x", 1.0)])]);
        assert_eq!(frame.columns[0].cells, Cells::Large(vec![u64::MAX]));
    }
}
