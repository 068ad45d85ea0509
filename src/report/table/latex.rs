//! A table of measures in LaTeX.

use super::{Entry, Grid, Line, measure_label};
use crate::report::latex::{self, escaped, row};
use crate::report::number;

impl Grid {
    /// As a `table` environment; the preamble needs `\usepackage{booktabs}`.
    pub fn latex(&self) -> String {
        let cells = self.lines.first().map_or(0, |line| line.cells.len());
        let columns = "l".repeat(self.row_axes.len() + 1) + &"c".repeat(cells);
        let body: Vec<String> = (0..self.lines.len()).map(|i| self.latex_line(i)).collect();
        latex::table(&self.title, &columns, &self.latex_headings(cells), &body, &self.footer("Bold"))
    }

    /// A line of headings for every axis across the columns; the row axes stand in the last.
    fn latex_headings(&self, cells: usize) -> Vec<String> {
        let depth = self.headers.len().max(1);
        let heading = |i: usize| {
            let is_last = i + 1 == depth;
            let labels = self.row_axes.iter().map(|axis| if is_last { escaped(axis) } else { String::new() });
            let values = match self.headers.get(i) {
                Some(header) => std::iter::once(&header.axis).chain(&header.values).map(|v| escaped(v)).collect(),
                None => vec![String::new(); cells + 1],
            };
            row(labels.chain(values))
        };
        (0..depth).map(heading).collect()
    }

    fn latex_line(&self, i: usize) -> String {
        let line = &self.lines[i];
        let labels = self.shown_labels(i).into_iter().map(|label| escaped(&label));
        let cell =
            |entries: &Vec<Entry>| entries.iter().map(|entry| shown(line, entry)).collect::<Vec<_>>().join(" / ");
        row(labels.chain([escaped(&measure_label(&line.measure))]).chain(line.cells.iter().map(cell)))
    }
}

/// "\textbf{15.3 $\pm$ 0.8} [17.5]"
fn shown(line: &Line, entry: &Entry) -> String {
    // A hyphen in a number is a minus.
    let text = escaped(&number::mean(&entry.summary, line.measure.unit).replace('-', "−"));
    let text = if entry.best { format!("\\textbf{{{text}}}") } else { text };
    line.published(entry).map_or(text.clone(), |published| format!("{text} [{}]", escaped(&published)))
}
