//! The table of an experiment in the layout of the paper's Table 2: a line per method and measure, a column per dataset,
//! and within a cell the networks separated by ` / `, published numbers in brackets behind. Owns what stands where; the
//! numbers are `statistics`', the writing is done in the files beside.

mod best;
mod csv;
mod latex;
mod layout;
mod markdown;
mod published;
mod text;

pub use published::Source;

use super::comparison::{family, few_seeds};
use super::statistics::{Of, Summary};
use super::{Results, absent, arm_of, arms, count, crossed, listed, names, number, range, sliced};
use crate::measured::Absent;
use crate::record::manifest::{Axis, Published};
use crate::record::{ArmId, MeasureInfo, OneOf, RunRecord, Unit};
use best::Marks;
use layout::Layout;
use published::Elsewhere;

/// `table test_error, generalization_gap { rows method  columns line  cells network }`: names of axes.
#[derive(Clone, Debug, Default)]
pub struct Declaration {
    pub title: String,
    pub measures: Vec<MeasureInfo>,
    /// Values of the last of these compete for the mark of the best.
    pub rows: Vec<String>,
    pub columns: Vec<String>,
    pub cells: Vec<String>,
    /// Of these what is no axis of the experiment: a group, or `part`. Its values are no rivals.
    pub slice: Option<String>,
}

/// A table before it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    pub title: String,
    /// Every axis of the experiment, in declared order.
    pub axes: Vec<String>,
    /// The axes whose values label a line.
    pub row_axes: Vec<String>,
    pub measures: Vec<Measured>,
    pub direction: Direction,
    pub headers: Vec<Header>,
    /// The axes within a cell and what stands there, in order.
    pub within: Option<Header>,
    pub lines: Vec<Line>,
    /// The axis whose values compete for the mark of the best.
    pub competing: Option<String>,
    /// Differences that the marks were corrected for.
    pub comparisons: usize,
    pub notes: Vec<String>,
}

/// One measure of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    pub info: MeasureInfo,
    /// Who else reports it.
    pub sources: Vec<Source>,
}

/// Which way measures run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// A line each, as in Table 2 of the paper.
    Down,
    /// A column each, as in its Table 3: where no axis has columns.
    Across,
}

/// One axis across the columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    pub axis: String,
    /// One a column.
    pub values: Vec<String>,
}

/// One row; where measures run down, one measure of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// One for each of the row axes, then the measure where it runs down.
    pub labels: Vec<String>,
    /// By column, and within it by the values of the `cells` axes.
    pub cells: Vec<Vec<Entry>>,
}

/// One measure of one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub arm: ArmId,
    /// Index into the table's measures.
    pub measure: usize,
    pub summary: Summary,
    /// Better than every competing row, by a difference that stands among all those of the table.
    pub best: bool,
    /// One a source of the measure; in the unit it is shown in.
    pub published: Vec<Option<f64>>,
    /// Of a method that is no arm of the experiment: nothing but what is published.
    pub other: bool,
}

/// Builds the table. An axis that the declaration does not mention becomes an outer row; a name that is no axis, or was
/// used before, is passed over.
pub fn table(declaration: &Declaration, axes: &[Axis], records: &[RunRecord], published: &[Published]) -> Grid {
    let results = Results::collect(axes, records);
    let marks = Marks::of(&results, &Layout::of(declaration, axes), &declaration.measures);
    // Other methods stand behind the values of the first axis.
    let others = published::others(published, &declaration.measures);
    let mut shown = axes.to_vec();
    shown.iter_mut().take(1).for_each(|axis| axis.values.extend(others.iter().cloned()));
    let own = axes.first().map_or(0, |axis| axis.values.len());
    let layout = Layout::of(declaration, &shown);
    let elsewhere: Vec<Elsewhere<'_>> =
        declaration.measures.iter().map(|measure| Elsewhere::of(published, axes, measure)).collect();
    let measured = |(info, of): (&MeasureInfo, &Elsewhere<'_>)| Measured { info: info.clone(), sources: of.sources() };
    let measures: Vec<Measured> = declaration.measures.iter().zip(&elsewhere).map(measured).collect();
    let entry = |arm: Vec<usize>, measure: usize| {
        let other = arm.first().and_then(|i| others.get(i.checked_sub(own)?));
        Entry {
            arm: arm_of(&shown, &arm),
            measure,
            summary: Summary::of(&results.samples(&arm, &measures[measure].info.name)),
            best: marks.is_best(&arm, measure),
            published: elsewhere[measure].values(&arm, other.map(String::as_str)),
            other: other.is_some(),
        }
    };
    let (direction, headers, lines) = layout.lines(&declaration.measures, entry);
    Grid {
        title: declaration.title.clone(),
        axes: axes.iter().map(|axis| axis.name.clone()).collect(),
        row_axes: layout.names(&layout.rows),
        direction,
        headers,
        within: layout.within(),
        notes: notes(&results, &measures, &lines, &marks, declaration.slice.as_deref()),
        competing: layout.competing.map(|axis| axes[axis].name.clone()),
        comparisons: marks.comparisons,
        measures,
        lines,
    }
}

fn notes(
    results: &Results<'_>,
    measures: &[Measured],
    lines: &[Line],
    marks: &Marks,
    slice: Option<&str>,
) -> Vec<String> {
    let entries = || lines.iter().flat_map(|line| line.cells.iter().flatten());
    let entries = || entries().filter(|entry| !entry.other);
    let numbers: Vec<usize> = entries().map(|entry| entry.summary.n).filter(|n| *n > 0).collect();
    let mut notes = Vec::new();
    if numbers.iter().any(|n| *n > 1) {
        let of = results
            .repeats()
            .filter(|n| *n > 1)
            .map_or(String::new(), |n| format!(", each the mean of its {n} repeats"));
        notes.push(interval(entries().map(|entry| &entry.summary), range(numbers, "seed"), &of));
    } else if !numbers.is_empty() {
        notes.push("One seed: no interval can be given.".to_string());
    }
    notes.extend(measures.iter().filter_map(|measure| together(&measure.info)));
    notes.extend(crossed::note(&crossed::pooled(results, measures.iter().map(|measure| &measure.info))));
    notes.extend(slice.map(sliced::note));
    let names: Vec<String> = measures.iter().map(|measure| measure.info.name.clone()).collect();
    notes.extend(absent::at_the_end(results, &names));
    let unknown =
        |entry: &Entry| entry.summary.n == 0 && entry.summary.absent.keys().all(|why| *why == Absent::not_measured());
    if entries().any(unknown) {
        notes.push(format!("{}: no run, or none that has this measure.", number::NOTHING));
    }
    if results.strangers > 0 {
        notes.push(format!("Passed over: {} of other arms.", count(results.strangers, "run")));
    }
    notes.extend(published::footer(measures));
    notes.extend(few_seeds("Marks of this table", marks.of, marks.pairs, marks.comparisons));
    notes.iter().map(|note| names::labelled(note, measures.iter().map(|measure| &measure.info))).collect()
}

/// What an interval is. `seeds`: "30 seeds"; `of`: what each of them is the mean of.
fn interval<'s>(summaries: impl Iterator<Item = &'s Summary> + Clone, seeds: String, of: &str) -> String {
    let Some((parts, fixed)) = summaries.clone().find_map(|summary| match summary.of {
        Of::Parts { of, fixed } => Some((of, fixed)),
        Of::Seeds => None,
    }) else {
        return format!("Mean ± half-width of the 95 % t interval over {seeds}{of}.");
    };
    let values = range(summaries.map(|summary| summary.n).filter(|n| *n > 0), "test part");
    let round =
        if fixed { format!("{parts} a round, each the mean over its seeds") } else { format!("{parts} a seed") };
    format!(
        "Mean ± half-width of the 95 % interval over {values} ({round}{of}): the corrected resampled t, for training samples are shared \
         (Nadeau and Bengio 2003)."
    )
}

/// What a number of several networks is of.
fn together(measure: &MeasureInfo) -> Option<String> {
    let name = &measure.name;
    match &measure.one_of {
        OneOf::Run => None,
        OneOf::Seed => Some(format!("{name}: one number a seed, between its repeats.")),
        OneOf::Replicas => Some(format!("{name}: one number a run, between its replicas.")),
        OneOf::Worst { of, group } => Some(format!("{name}: {of} of the {group} where it is worst.")),
    }
}

impl Grid {
    pub fn footer(&self, mark: &str) -> Vec<String> {
        let within = |header: &Header| format!("Within a cell, {}: {}.", header.axis, header.values.join(" / "));
        let mut footer: Vec<String> = self.within.iter().map(within).collect();
        footer.extend(self.notes.iter().cloned());
        if let (Some(axis), true) = (&self.competing, self.has_best()) {
            footer.push(format!("{mark}: better than every other {axis} (paired; {}).", family(self.comparisons)));
        }
        footer
    }

    /// "Test error and fresh gap by method, task, network"
    pub fn caption(&self) -> String {
        let measures: Vec<String> = self.measures.iter().map(|m| names::spoken(&m.info)).collect();
        let by = if self.axes.is_empty() { String::new() } else { format!(" by {}", self.axes.join(", ")) };
        names::capital(&format!("{}{by}", listed(&measures)))
    }

    /// "Of 4 arms MHM has the highest mean test accuracy, 85.1 ± 1.2 %." Nothing of one arm, or of none with a mean.
    pub fn leader(&self) -> Option<String> {
        let info = &self.measures.first()?.info;
        let entries =
            || self.lines.iter().flat_map(|line| line.cells.iter().flatten()).filter(|e| e.measure == 0 && !e.other);
        let sign = if info.lower_is_better { -1.0 } else { 1.0 };
        let ranked = entries().filter_map(|entry| Some((sign * entry.summary.mean?, entry)));
        let (_, first) = ranked.max_by(|a, b| a.0.total_cmp(&b.0))?;
        let (arms, word) = (entries().count(), if info.lower_is_better { "lowest" } else { "highest" });
        let (name, mean) = (names::spoken(info), self.number(first));
        let unit = if info.unit == Unit::Percent { " %" } else { "" };
        (arms > 1)
            .then(|| format!("Of {arms} arms, {} has the {word} mean {name}, {mean}{unit}.", arms::named(&first.arm)))
    }

    /// With measures called as people call them.
    pub fn for_people(&self) -> Grid {
        let mut grid = self.clone();
        let say = |text: &mut String| *text = names::said(text, self.measures.iter().map(|measure| &measure.info));
        match self.direction {
            Direction::Down => grid.lines.iter_mut().filter_map(|line| line.labels.last_mut()).for_each(say),
            Direction::Across => grid.headers.iter_mut().flat_map(|header| &mut header.values).for_each(say),
        }
        grid.notes.iter_mut().for_each(say);
        grid
    }

    fn has_best(&self) -> bool {
        self.lines.iter().flat_map(|line| line.cells.iter().flatten()).any(|entry| entry.best)
    }

    /// "15.3 ± 0.8"; nothing where all that is known is published.
    pub fn number(&self, entry: &Entry) -> String {
        if entry.other && entry.published.iter().any(Option::is_some) {
            return String::new();
        }
        number::mean(&entry.summary, self.measures[entry.measure].info.unit)
    }

    /// What stands above the labels; nothing above a measure.
    pub fn label_names(&self) -> Vec<&str> {
        let measure = match self.direction {
            Direction::Down => Some(""),
            Direction::Across => None,
        };
        self.row_axes.iter().map(String::as_str).chain(measure).collect()
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
pub fn measure_label(measure: &MeasureInfo) -> String {
    let unit = match measure.unit {
        Unit::Percent => " (%)",
        Unit::Plain => "",
    };
    let arrow = if measure.lower_is_better { "↓" } else { "↑" };
    format!("{}{unit} {arrow}", measure.shown())
}

#[cfg(test)]
mod tests;
