//! The table of an experiment in the layout of the paper's Table 2: a line per method and measure, a column per dataset,
//! and within a cell the networks separated by ` / `. Owns the layout; the numbers are `statistics`'.

use super::statistics::Summary;
use super::{Axis, Results, Style, combinations, count, number, range, width};
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
    /// For a terminal. What is wider than `width` is cut between columns into tables below one another; a single column
    /// that is wider still is left whole.
    pub fn text(&self, width: usize, style: Style) -> String {
        let labels = self.label_columns();
        let columns = self.columns(style);
        let label_width: usize = labels.iter().map(|column| column.width()).sum::<usize>() + GAP * (labels.len() - 1);
        let mut blocks = Vec::new();
        let mut rest = columns.as_slice();
        while !rest.is_empty() {
            let (block, after) = rest.split_at(fitting(rest, width.saturating_sub(label_width)));
            blocks.push(self.block(&labels, block));
            rest = after;
        }
        let mut text = vec![style.bold(&self.title)];
        text.extend(blocks);
        text.push(self.footer("*").join("\n"));
        text.retain(|part| !part.is_empty());
        text.join("\n\n") + "\n"
    }

    /// As a Markdown table.
    pub fn markdown(&self) -> String {
        let row = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
            format!("| {} |", cells.join(" | "))
        };
        let columns = self.lines.first().map_or(0, |line| line.cells.len());
        let headings = (0..columns).map(|i| {
            let values: Vec<&str> = self.headers.iter().map(|header| header.values[i].as_str()).collect();
            values.join(", ")
        });
        let heading: Vec<String> = self.row_axes.iter().cloned().chain(["measure".into()]).chain(headings).collect();
        let mut text = vec![row(&heading), row(&vec!["---".to_string(); heading.len()])];
        for (i, line) in self.lines.iter().enumerate() {
            let labels = self.shown_labels(i).into_iter().chain([measure_label(&line.measure)]);
            let cells = line.cells.iter().map(|entries| {
                let marked = |entry: &Entry| {
                    let text = number::mean(&entry.summary, line.measure.unit);
                    if entry.best { format!("**{text}**") } else { text }
                };
                entries.iter().map(marked).collect::<Vec<_>>().join(" / ")
            });
            text.push(row(&labels.chain(cells).collect::<Vec<_>>()));
        }
        let notes: Vec<String> = self.footer("Bold").iter().map(|note| format!("- {note}")).collect();
        let mut parts = vec![format!("**{}**", self.title), text.join("\n"), notes.join("\n")];
        parts.retain(|part| !part.is_empty() && part != "****");
        parts.join("\n\n") + "\n"
    }

    /// One line an arm and measure. Values are not rounded, and percents stay fractions.
    pub fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let numbers = ["measure", "mean", "low", "high", "n", "dropped"].map(str::to_string);
        let heading: Vec<String> = self.axes.iter().cloned().chain(numbers).collect();
        let optional = |x: Option<f64>| x.map_or(String::new(), |x| x.to_string());
        let mut rows = vec![heading];
        for line in &self.lines {
            for Entry { arm, summary, .. } in line.cells.iter().flatten() {
                let mut row: Vec<String> = arm.0.iter().map(|(_, value)| value.clone()).collect();
                row.push(line.measure.name.clone());
                row.push(optional(summary.mean));
                row.push(optional(summary.interval.map(|i| i.low)));
                row.push(optional(summary.interval.map(|i| i.high)));
                row.extend([summary.n, summary.dropped].map(|n| n.to_string()));
                rows.push(row);
            }
        }
        for row in rows {
            writer.write_record(row).expect("memory takes every record of the heading's length");
        }
        let bytes = writer.into_inner().expect("memory can be flushed");
        String::from_utf8(bytes).expect("strings are UTF-8")
    }

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

    /// The row axes and the measure, under as many headings as there are headers.
    fn label_columns(&self) -> Vec<Column> {
        let depth = self.headers.len().max(1);
        let shown: Vec<Vec<String>> = (0..self.lines.len()).map(|i| self.shown_labels(i)).collect();
        let named = |(k, name): (usize, &String)| {
            let mut heading = vec![Piece::default(); depth];
            heading[depth - 1] = Piece::plain(name);
            Column { heading, body: shown.iter().map(|labels| Piece::plain(&labels[k])).collect() }
        };
        let mut columns: Vec<Column> = self.row_axes.iter().enumerate().map(named).collect();
        let heading = self.headings(|header| format!("{}:", header.axis));
        let body = self.lines.iter().map(|line| Piece::plain(&measure_label(&line.measure))).collect();
        columns.push(Column { heading, body });
        columns
    }

    fn columns(&self, style: Style) -> Vec<Column> {
        let columns = self.lines.first().map_or(0, |line| line.cells.len());
        let column = |i: usize| Column {
            heading: self.headings(|header: &Header| header.values[i].clone()),
            body: self.body(i, style),
        };
        (0..columns).map(column).collect()
    }

    fn headings(&self, text: impl Fn(&Header) -> String) -> Vec<Piece> {
        match self.headers.as_slice() {
            [] => vec![Piece::default()],
            headers => headers.iter().map(|header| Piece::plain(&text(header))).collect(),
        }
    }

    /// The cells of one column, their entries below one another.
    fn body(&self, column: usize, style: Style) -> Vec<Piece> {
        let texts: Vec<Vec<(String, bool)>> = self.lines.iter().map(|line| texts(line, column)).collect();
        let parts = texts.first().map_or(0, Vec::len);
        let widest = |k: usize| texts.iter().map(|line| width(&line[k].0)).max().unwrap_or(0);
        let widths: Vec<usize> = (0..parts).map(widest).collect();
        // Where another line has a mark, this one keeps its place free.
        let marked: Vec<bool> = (0..parts).map(|k| texts.iter().any(|line| line[k].1)).collect();
        let entry = |(k, (text, best)): (usize, &(String, bool))| {
            let before = " ".repeat(widths[k] - width(text));
            match (best, marked[k]) {
                (true, _) => Piece { text: before + &style.bold(&format!("{text}*")), width: widths[k] + 1 },
                (false, true) => Piece::plain(&format!("{before}{text} ")),
                (false, false) => Piece::plain(&format!("{before}{text}")),
            }
        };
        texts.iter().map(|line| Piece::join(line.iter().enumerate().map(entry), " / ")).collect()
    }

    /// One table of the label columns and some of the others.
    fn block(&self, labels: &[Column], columns: &[Column]) -> String {
        let all: Vec<&Column> = labels.iter().chain(columns).collect();
        let total = all.iter().map(|column| column.width()).sum::<usize>() + GAP * (all.len() - 1);
        let line = |piece: &dyn Fn(&Column) -> Piece| {
            let cells: Vec<String> = all.iter().map(|column| piece(column).filled(column.width())).collect();
            cells.join(&" ".repeat(GAP)).trim_end().to_string()
        };
        let headings = (0..self.headers.len().max(1)).map(|i| line(&|column| column.heading[i].clone()));
        let mut text: Vec<String> = headings.filter(|heading| !heading.is_empty()).collect();
        text.push("─".repeat(total));
        text.extend((0..self.lines.len()).map(|i| line(&|column| column.body[i].clone())));
        text.join("\n")
    }
}

/// Spaces between columns.
const GAP: usize = 2;

/// A column of text.
struct Column {
    heading: Vec<Piece>,
    body: Vec<Piece>,
}

impl Column {
    fn width(&self) -> usize {
        self.heading.iter().chain(&self.body).map(|piece| piece.width).max().unwrap_or(0)
    }
}

/// A text and the width it is seen in, without its colours.
#[derive(Clone, Default)]
struct Piece {
    text: String,
    width: usize,
}

impl Piece {
    fn plain(text: &str) -> Self {
        Piece { text: text.to_string(), width: width(text) }
    }

    fn join(pieces: impl Iterator<Item = Piece>, between: &str) -> Self {
        let pieces: Vec<Piece> = pieces.collect();
        let texts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
        let gaps = width(between) * pieces.len().saturating_sub(1);
        Piece { text: texts.join(between), width: pieces.iter().map(|piece| piece.width).sum::<usize>() + gaps }
    }

    fn filled(&self, width: usize) -> String {
        format!("{}{}", self.text, " ".repeat(width - self.width))
    }
}

/// How many of the columns fit beside the labels, at least one.
fn fitting(columns: &[Column], space: usize) -> usize {
    let ends = columns.iter().scan(0, |end, column| {
        *end += GAP + column.width();
        Some(*end)
    });
    ends.take_while(|end| *end <= space).count().max(1)
}

/// The texts of one cell and whether each is the best.
fn texts(line: &Line, column: usize) -> Vec<(String, bool)> {
    let text = |entry: &Entry| (number::mean(&entry.summary, line.measure.unit), entry.best);
    line.cells[column].iter().map(text).collect()
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
