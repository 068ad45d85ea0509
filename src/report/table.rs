//! The table of an experiment in the layout of the paper's Table 2: a line per method and measure, a column per dataset,
//! and within a cell the networks separated by ` / `. Owns what stands where; the numbers are
//! `statistics`', the writing is done in the files beside.

mod csv;
mod markdown;
mod text;

use super::statistics::Summary;
use super::{Axis, Results, combinations, count, number, range};
use crate::record::{ArmId, MeasureInfo, RunRecord, Unit};

/// `table test_error, generalization_gap { rows method  columns line  cells network }`: names of axes.
#[derive(Clone, Debug, Default)]
pub struct Declaration {
    pub title: String,
    pub measures: Vec<MeasureInfo>,
    /// Values of the last of these compete for the mark of the best.
    pub rows: Vec<String>,
    pub columns: Vec<String>,
    pub cells: Vec<String>,
}

/// A table before it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    pub title: String,
    /// Every axis of the experiment, in declared order.
    pub axes: Vec<String>,
    /// The axes whose values label a line.
    pub row_axes: Vec<String>,
    pub headers: Vec<Header>,
    /// The axes within a cell and their values: ("network", "ToyEarly / ToyLate").
    pub order: Option<(String, String)>,
    pub lines: Vec<Line>,
    /// The axis whose values compete for the mark of the best.
    pub competing: Option<String>,
    pub notes: Vec<String>,
}

/// One axis across the columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    pub axis: String,
    /// One a column.
    pub values: Vec<String>,
}

/// One measure of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// One for each of the row axes.
    pub labels: Vec<String>,
    pub measure: MeasureInfo,
    /// By column, and within it by the values of the `cells` axes.
    pub cells: Vec<Vec<Entry>>,
}

/// One measure of one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub arm: ArmId,
    pub summary: Summary,
    /// Clearly better than every competing row.
    pub best: bool,
}

/// Builds the table. An axis that the declaration does not mention becomes an outer row; a name that is no axis, or was
/// used before, is passed over.
pub fn table(declaration: &Declaration, axes: &[Axis], records: &[RunRecord]) -> Grid {
    let results = Results::collect(axes, records);
    let layout = Layout::of(declaration, axes);
    let [rows, columns, cells] = [&layout.rows, &layout.columns, &layout.cells].map(|part| layout.choices(part));
    let mut lines = Vec::new();
    for row in &rows {
        for measure in &declaration.measures {
            let entry = |column: &Vec<usize>, cell: &Vec<usize>| {
                let arm = layout.arm(row, column, cell);
                let summary = Summary::of(&results.samples(&arm, &measure.name));
                let best = layout.is_best(&results, &arm, measure);
                Entry { arm: results.arm(&arm), summary, best }
            };
            let cells = columns.iter().map(|column| cells.iter().map(|cell| entry(column, cell)).collect()).collect();
            lines.push(Line { labels: layout.labels(&layout.rows, row), measure: measure.clone(), cells });
        }
    }
    Grid {
        title: declaration.title.clone(),
        axes: axes.iter().map(|axis| axis.name.clone()).collect(),
        row_axes: layout.names(&layout.rows),
        headers: layout.headers(&columns),
        order: layout.order(&cells),
        notes: notes(&results, declaration, &lines),
        competing: layout.competing.map(|axis| axes[axis].name.clone()),
        lines,
    }
}

/// Which axis goes where, as indices into `axes`.
struct Layout<'a> {
    axes: &'a [Axis],
    rows: Vec<usize>,
    columns: Vec<usize>,
    cells: Vec<usize>,
    competing: Option<usize>,
}

impl<'a> Layout<'a> {
    fn of(declaration: &Declaration, axes: &'a [Axis]) -> Self {
        let mut used = Vec::new();
        let [mut declared, columns, cells] =
            [&declaration.rows, &declaration.columns, &declaration.cells].map(|names| {
                let mut part = Vec::new();
                for axis in names.iter().filter_map(|name| axes.iter().position(|axis| axis.name == *name)) {
                    if !used.contains(&axis) {
                        used.push(axis);
                        part.push(axis);
                    }
                }
                part
            });
        let competing = declared.last().copied();
        let mut rows: Vec<usize> = (0..axes.len()).filter(|axis| !used.contains(axis)).collect();
        rows.append(&mut declared);
        Layout { axes, rows, columns, cells, competing }
    }

    fn choices(&self, part: &[usize]) -> Vec<Vec<usize>> {
        combinations(&part.iter().map(|axis| &self.axes[*axis]).collect::<Vec<_>>())
    }

    fn names(&self, part: &[usize]) -> Vec<String> {
        part.iter().map(|axis| self.axes[*axis].name.clone()).collect()
    }

    fn labels(&self, part: &[usize], choice: &[usize]) -> Vec<String> {
        part.iter().zip(choice).map(|(axis, i)| self.axes[*axis].values[*i].clone()).collect()
    }

    fn arm(&self, row: &[usize], column: &[usize], cell: &[usize]) -> Vec<usize> {
        let mut arm = vec![0; self.axes.len()];
        for (part, choice) in [(&self.rows, row), (&self.columns, column), (&self.cells, cell)] {
            for (axis, i) in part.iter().zip(choice) {
                arm[*axis] = *i;
            }
        }
        arm
    }

    fn headers(&self, columns: &[Vec<usize>]) -> Vec<Header> {
        let header = |(depth, axis): (usize, &usize)| Header {
            axis: self.axes[*axis].name.clone(),
            values: columns.iter().map(|choice| self.axes[*axis].values[choice[depth]].clone()).collect(),
        };
        self.columns.iter().enumerate().map(header).collect()
    }

    fn order(&self, cells: &[Vec<usize>]) -> Option<(String, String)> {
        let values: Vec<String> = cells.iter().map(|choice| self.labels(&self.cells, choice).join(" ")).collect();
        (!self.cells.is_empty()).then(|| (self.names(&self.cells).join(" "), values.join(" / ")))
    }

    /// Whether this arm is better than every other with a number on the competing axis, by an interval without zero.
    fn is_best(&self, results: &Results<'_>, arm: &[usize], measure: &MeasureInfo) -> bool {
        let Some(axis) = self.competing else { return false };
        let mut rivals = (0..self.axes[axis].values.len())
            .filter(|i| *i != arm[axis])
            .map(|i| {
                let mut rival = arm.to_vec();
                rival[axis] = i;
                rival
            })
            .filter(|rival| results.samples(rival, &measure.name).values().any(|x| x.is_finite()))
            .peekable();
        rivals.peek().is_some() && rivals.all(|rival| is_better(results, arm, &rival, measure))
    }
}

/// The arm declared earlier is always the first of the pair, as in `compare`, so that both say the same.
fn is_better(results: &Results<'_>, arm: &[usize], rival: &[usize], measure: &MeasureInfo) -> bool {
    let paired =
        if arm < rival { results.paired(arm, rival, &measure.name) } else { results.paired(rival, arm, &measure.name) };
    let is_smaller = paired.difference.is_some_and(|d| if arm < rival { d > 0.0 } else { d < 0.0 });
    paired.is_clear() && is_smaller == measure.lower_is_better
}

fn notes(results: &Results<'_>, declaration: &Declaration, lines: &[Line]) -> Vec<String> {
    let entries = || lines.iter().flat_map(|line| line.cells.iter().flatten());
    let numbers: Vec<usize> = entries().map(|entry| entry.summary.n).filter(|n| *n > 0).collect();
    let mut notes = Vec::new();
    if numbers.iter().any(|n| *n > 1) {
        notes.push(format!("Mean ± half-width of the 95 % t interval over {}.", range(numbers, "seed")));
    } else if !numbers.is_empty() {
        notes.push("One seed: no interval can be given.".to_string());
    }
    let incomplete =
        results.runs.values().flat_map(|seeds| seeds.values()).flat_map(|repeats| repeats.values()).filter(|record| {
            let missing = |m: &MeasureInfo| !record.measures.get(&m.name).is_some_and(|x| x.is_finite());
            record.failure.is_some() || declaration.measures.iter().any(missing)
        });
    let incomplete = incomplete.count();
    if incomplete > 0 {
        notes.push(format!(
            "Left out where a number is missing: {} (failed, diverged or not measured).",
            count(incomplete, "run")
        ));
    }
    if entries().any(|entry| entry.summary.n == 0) {
        notes.push(format!("{}: no run.", number::NOTHING));
    }
    if results.strangers > 0 {
        notes.push(format!("Passed over: {} of other arms.", count(results.strangers, "run")));
    }
    notes
}

impl Grid {
    fn footer(&self, mark: &str) -> Vec<String> {
        let mut footer: Vec<String> =
            self.order.iter().map(|(axes, values)| format!("Within a cell, {axes}: {values}.")).collect();
        footer.extend(self.notes.iter().cloned());
        if let (Some(axis), true) = (&self.competing, self.has_best()) {
            footer.push(format!(
                "{mark}: best {axis}; the 95 % interval of its paired difference to every other {axis} excludes zero."
            ));
        }
        footer
    }

    fn has_best(&self) -> bool {
        self.lines.iter().flat_map(|line| line.cells.iter().flatten()).any(|entry| entry.best)
    }

    /// The labels of a line without those that repeat the line above.
    fn shown_labels(&self, i: usize) -> Vec<String> {
        let labels = &self.lines[i].labels;
        let above: &[String] = if i == 0 { &[] } else { &self.lines[i - 1].labels };
        let same = labels.iter().zip(above).take_while(|(label, above)| label == above).count();
        labels.iter().enumerate().map(|(k, label)| if k < same { String::new() } else { label.clone() }).collect()
    }
}

/// "test_error (%) ↓".
fn measure_label(measure: &MeasureInfo) -> String {
    let unit = match measure.unit {
        Unit::Percent => " (%)",
        Unit::Plain => "",
    };
    let arrow = if measure.lower_is_better { "↓" } else { "↑" };
    format!("{}{unit} {arrow}", measure.name)
}

#[cfg(test)]
mod tests;
