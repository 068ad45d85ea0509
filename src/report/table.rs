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
    let incomplete = results.runs.values().flat_map(|seeds| seeds.values()).filter(|record| {
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
mod tests {
    use super::super::tests::{axis, run};
    use super::super::{Style, width};
    use super::*;

    fn measure(name: &str, unit: Unit) -> MeasureInfo {
        MeasureInfo { name: name.into(), unit, lower_is_better: true }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| name.to_string()).collect()
    }

    fn axes() -> [Axis; 3] {
        [
            axis("line", &["near", "far"]),
            axis("network", &["ToyEarly", "ToyLate"]),
            axis("method", &["EndToEnd", "Mhm(heads: 4)"]),
        ]
    }

    fn declaration() -> Declaration {
        Declaration {
            title: "table_2".into(),
            measures: vec![measure("test_error", Unit::Percent), measure("test_loss", Unit::Plain)],
            rows: names(&["method"]),
            columns: names(&["line"]),
            cells: names(&["network"]),
        }
    }

    /// Mhm is better on near by 3 points, not on far. Far with ToyLate has no run; one run of Mhm diverged.
    fn records() -> Vec<RunRecord> {
        let mut records = Vec::new();
        for (i, line) in ["near", "far"].into_iter().enumerate() {
            for network in
                ["ToyEarly", "ToyLate"].into_iter().filter(|network| line == "near" || *network == "ToyEarly")
            {
                for (m, method) in ["EndToEnd", "Mhm(heads: 4)"].into_iter().enumerate() {
                    for seed in 0..5u64 {
                        let noise = (seed * 7 % 5) as f64 / 1000.0;
                        let gain = if i == 0 { 0.03 } else { 0.001 * (seed as f64 - 2.0) };
                        let error = 0.175 + 0.1 * i as f64 + noise - m as f64 * (gain + 0.001 * (seed % 2) as f64);
                        let arm = [("line", line), ("network", network), ("method", method)];
                        let mut record = run(&arm, seed, &[("test_error", error), ("test_loss", error / 2.0)]);
                        if (line, network, m, seed) == ("near", "ToyLate", 1, 4) {
                            record.failure = Some("loss is not finite".into());
                        }
                        records.push(record);
                    }
                }
            }
        }
        records
    }

    #[track_caller]
    fn same(found: &str, expected: &str) {
        assert!(found == expected, "found:\n{found}\nexpected:\n{expected}");
    }

    #[test]
    fn the_layout_is_that_of_table_2() {
        same(&table(&declaration(), &axes(), &records()).text(120, Style::Plain), WIDE);
    }

    #[test]
    fn a_narrow_terminal_gets_tables_below_one_another() {
        let grid = table(&declaration(), &axes(), &records());
        same(&grid.text(80, Style::Plain), NARROW);
        // Nothing is lost where not even one column fits.
        assert_eq!(grid.text(0, Style::Plain), grid.text(80, Style::Plain));
    }

    #[test]
    fn colours_change_no_width() {
        let grid = table(&declaration(), &axes(), &records());
        let coloured = grid.text(120, Style::Ansi);
        assert!(coloured.contains("\u{1b}[1m14.7 ± 0.2*\u{1b}[0m"));
        assert_eq!(coloured.replace("\u{1b}[1m", "").replace("\u{1b}[0m", ""), grid.text(120, Style::Plain));
    }

    #[test]
    fn the_whole_table_2_fits_120_columns() {
        let axes = [
            axis("data", &["moons_a", "moons_b", "roll_a", "roll_b"]),
            axis("network", &["ToyEarly", "ToyIntermediate", "ToyLate"]),
            axis("method", &["EndToEnd", "Mhm(heads: 4)"]),
        ];
        let choices = combinations(&axes.iter().collect::<Vec<_>>());
        let mut records = Vec::new();
        for (choice, seed) in choices.iter().flat_map(|choice| (0..30).map(move |seed| (choice, seed))) {
            let arm: Vec<(&str, &str)> =
                axes.iter().zip(choice).map(|(axis, i)| (axis.name.as_str(), axis.values[*i].as_str())).collect();
            let error = 0.175 + 0.03 * choice[0] as f64 - 0.01 * (choice[1] * choice[2]) as f64;
            let gap = 0.01 * (seed % 7) as f64;
            records.push(run(&arm, seed, &[("test_error", error + gap), ("generalization_gap", gap)]));
        }
        let declaration = Declaration {
            measures: ["test_error", "generalization_gap"].map(|name| measure(name, Unit::Percent)).to_vec(),
            columns: names(&["data"]),
            ..declaration()
        };
        let text = table(&declaration, &axes, &records).text(120, Style::Plain);
        assert!(text.lines().all(|line| width(line) <= 120), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("method")).count(), 2, "{text}");
    }

    #[test]
    fn markdown() {
        same(&table(&declaration(), &axes(), &records()).markdown(), MARKDOWN);
    }

    #[test]
    fn csv_has_one_line_an_arm_and_measure() {
        let csv = table(&declaration(), &axes(), &records()).csv();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines.len(), 1 + 2 * 2 * 2 * 2);
        assert_eq!(lines[0], "line,network,method,measure,mean,low,high,n,dropped");
        let fields: Vec<&str> = lines[1].split(',').collect();
        assert_eq!(fields[..4], ["near", "ToyEarly", "EndToEnd", "test_error"]);
        assert_eq!(fields[7..], ["5", "0"]);
        let [mean, low, high] = [4, 5, 6].map(|k| fields[k].parse::<f64>().unwrap());
        assert!((mean - 0.177).abs() < 1e-12 && low < mean && mean < high, "{}", lines[1]);
        assert_eq!(lines[4], "far,ToyLate,EndToEnd,test_error,,,,0,0");
    }

    #[test]
    fn an_axis_that_is_not_mentioned_becomes_an_outer_row() {
        let declaration = Declaration {
            measures: vec![measure("test_error", Unit::Percent)],
            rows: names(&["method", "no_such_axis"]),
            cells: Vec::new(),
            ..declaration()
        };
        same(&table(&declaration, &axes(), &records()).text(100, Style::Plain), OUTER);
    }

    #[test]
    fn columns_may_be_of_several_axes_and_of_none() {
        let both = Declaration { columns: names(&["line", "network"]), cells: Vec::new(), ..declaration() };
        let text = table(&both, &axes(), &records()).text(120, Style::Plain);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[2].trim_start().starts_with("line:") && lines[2].ends_with("far"), "{text}");
        assert!(lines[3].starts_with("method") && lines[3].ends_with("ToyLate"), "{text}");
        let none = Declaration { columns: Vec::new(), cells: Vec::new(), ..declaration() };
        let grid = table(&none, &axes(), &records());
        assert_eq!((grid.lines.len(), grid.lines[0].cells.len()), (2 * 2 * 2 * 2, 1));
    }

    #[test]
    fn nothing_is_a_table_too() {
        let empty = table(&declaration(), &axes(), &[]);
        assert!(empty.text(120, Style::Plain).contains("– / –"));
        assert!(empty.lines.iter().flat_map(|line| line.cells.iter().flatten()).all(|entry| !entry.best));
        let no_values = [axis("line", &[]), axis("method", &[])];
        for grid in [table(&declaration(), &no_values, &records()), table(&Declaration::default(), &[], &[])] {
            let _ = (grid.text(100, Style::Ansi), grid.markdown(), grid.csv());
        }
    }

    #[test]
    fn one_seed_marks_nothing() {
        let records: Vec<RunRecord> = records().into_iter().filter(|record| record.seed == 0).collect();
        let text = table(&declaration(), &axes(), &records).text(120, Style::Plain);
        assert!(text.contains("One seed: no interval can be given.") && !text.contains('*'), "{text}");
    }

    #[test]
    fn the_best_is_the_highest_where_higher_is_better() {
        let mut declaration = declaration();
        declaration.measures[0].lower_is_better = false;
        let grid = table(&declaration, &axes(), &records());
        assert!(grid.lines[0].cells[0][0].best && !grid.lines[2].cells[0][0].best);
        assert!(grid.lines[0].measure.name == "test_error" && grid.lines[0].labels == ["EndToEnd"]);
    }

    const WIDE: &str = "\
table_2

method         line:             near                                 far
───────────────────────────────────────────────────────────────────────────────────────
EndToEnd       test_error (%) ↓       17.7 ± 0.2  /      17.7 ± 0.2      27.7 ± 0.2 / –
               test_loss ↓       0.0885 ± 0.0010  / 0.0885 ± 0.0010   0.139 ± 0.001 / –
Mhm(heads: 4)  test_error (%) ↓       14.7 ± 0.2* /      14.6 ± 0.3*     27.7 ± 0.2 / –
               test_loss ↓       0.0733 ± 0.0011* / 0.0731 ± 0.0015*  0.138 ± 0.001 / –

Within a cell, network: ToyEarly / ToyLate.
Mean ± half-width of the 95 % t interval over 4 to 5 seeds.
Left out where a number is missing: 1 run (failed, diverged or not measured).
–: no run.
*: best method; the 95 % interval of its paired difference to every other method excludes zero.
";
    const NARROW: &str = "\
table_2

method         line:             near
────────────────────────────────────────────────────────────────────
EndToEnd       test_error (%) ↓       17.7 ± 0.2  /      17.7 ± 0.2
               test_loss ↓       0.0885 ± 0.0010  / 0.0885 ± 0.0010
Mhm(heads: 4)  test_error (%) ↓       14.7 ± 0.2* /      14.6 ± 0.3*
               test_loss ↓       0.0733 ± 0.0011* / 0.0731 ± 0.0015*

method         line:             far
──────────────────────────────────────────────────
EndToEnd       test_error (%) ↓     27.7 ± 0.2 / –
               test_loss ↓       0.139 ± 0.001 / –
Mhm(heads: 4)  test_error (%) ↓     27.7 ± 0.2 / –
               test_loss ↓       0.138 ± 0.001 / –

Within a cell, network: ToyEarly / ToyLate.
Mean ± half-width of the 95 % t interval over 4 to 5 seeds.
Left out where a number is missing: 1 run (failed, diverged or not measured).
–: no run.
*: best method; the 95 % interval of its paired difference to every other method excludes zero.
";
    const MARKDOWN: &str = "\
**table_2**

| method | measure | near | far |
| --- | --- | --- | --- |
| EndToEnd | test_error (%) ↓ | 17.7 ± 0.2 / 17.7 ± 0.2 | 27.7 ± 0.2 / – |
|  | test_loss ↓ | 0.0885 ± 0.0010 / 0.0885 ± 0.0010 | 0.139 ± 0.001 / – |
| Mhm(heads: 4) | test_error (%) ↓ | **14.7 ± 0.2** / **14.6 ± 0.3** | 27.7 ± 0.2 / – |
|  | test_loss ↓ | **0.0733 ± 0.0011** / **0.0731 ± 0.0015** | 0.138 ± 0.001 / – |

- Within a cell, network: ToyEarly / ToyLate.
- Mean ± half-width of the 95 % t interval over 4 to 5 seeds.
- Left out where a number is missing: 1 run (failed, diverged or not measured).
- –: no run.
- Bold: best method; the 95 % interval of its paired difference to every other method excludes zero.
";
    const OUTER: &str = "\
table_2

network   method         line:             near         far
──────────────────────────────────────────────────────────────────
ToyEarly  EndToEnd       test_error (%) ↓  17.7 ± 0.2   27.7 ± 0.2
          Mhm(heads: 4)  test_error (%) ↓  14.7 ± 0.2*  27.7 ± 0.2
ToyLate   EndToEnd       test_error (%) ↓  17.7 ± 0.2            –
          Mhm(heads: 4)  test_error (%) ↓  14.6 ± 0.3*           –

Mean ± half-width of the 95 % t interval over 4 to 5 seeds.
Left out where a number is missing: 1 run (failed, diverged or not measured).
–: no run.
*: best method; the 95 % interval of its paired difference to every other method excludes zero.
";
}
