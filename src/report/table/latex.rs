//! A table of measures in LaTeX.

use super::{Direction, Entry, Grid};
use crate::report::latex::{self, escaped, row};

impl Grid {
    /// As a `table` environment; the preamble needs `\usepackage{booktabs}`.
    pub fn latex(&self) -> String {
        self.for_people().written()
    }

    fn written(&self) -> String {
        let cells = self.lines.first().map_or(0, |line| line.cells.len());
        let columns = "l".repeat(self.label_names().len()) + &"c".repeat(cells);
        let body: Vec<String> = (0..self.lines.len()).map(|i| self.latex_line(i)).collect();
        latex::table(
            &format!("{}.", self.caption()),
            &columns,
            &self.latex_headings(cells),
            &body,
            &self.footer("Bold"),
        )
    }

    /// A line of headings for every axis across the columns; the row axes stand in the last.
    fn latex_headings(&self, cells: usize) -> Vec<String> {
        let depth = self.headers.len().max(1);
        let heading = |i: usize| {
            let is_last = i + 1 == depth;
            let labels = self.row_axes.iter().map(|axis| if is_last { escaped(axis) } else { String::new() });
            let axis = match (self.direction, self.headers.get(i)) {
                (Direction::Down, Some(header)) => Some(escaped(&header.axis)),
                (Direction::Down, None) => Some(String::new()),
                (Direction::Across, _) => None,
            };
            let values = self.headers.get(i).map_or(vec![String::new(); cells], |header| header.values.clone());
            row(labels.chain(axis).chain(values.iter().map(|value| escaped(value))))
        };
        (0..depth).map(heading).collect()
    }

    fn latex_line(&self, i: usize) -> String {
        let labels = self.shown_labels(i).into_iter().map(|label| escaped(&label));
        let cell =
            |entries: &Vec<Entry>| entries.iter().map(|entry| self.latex_entry(entry)).collect::<Vec<_>>().join(" / ");
        row(labels.chain(self.lines[i].cells.iter().map(cell)))
    }

    /// "\textbf{15.3 $\pm$ 0.8} [17.5]"
    fn latex_entry(&self, entry: &Entry) -> String {
        // A hyphen in a number is a minus.
        let text = escaped(&self.number(entry).replace('-', "−"));
        let text = if entry.best { format!("\\textbf{{{text}}}") } else { text };
        let published = self.published(entry).map(|published| format!("[{}]", escaped(&published)));
        [Some(text).filter(|text| !text.is_empty()), published].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}
