//! A table in LaTeX, for the package `booktabs`. Owns the escaping of LaTeX.

use super::{Entry, Grid, Line};
use crate::record::Unit;
use crate::report::number;

impl Grid {
    /// As a `table` environment; the preamble needs `\usepackage{booktabs}`.
    pub fn latex(&self) -> String {
        let columns = self.lines.first().map_or(0, |line| line.cells.len());
        let mut text = vec![
            "\\begin{table}".to_string(),
            "  \\centering".to_string(),
            format!("  \\caption{{{}}}", escaped(&self.title)),
            format!("  \\begin{{tabular}}{{{}{}}}", "l".repeat(self.row_axes.len() + 1), "c".repeat(columns)),
            "    \\toprule".to_string(),
        ];
        text.extend(self.latex_headings(columns));
        text.push("    \\midrule".to_string());
        text.extend((0..self.lines.len()).map(|i| self.latex_line(i)));
        text.extend(["    \\bottomrule", "  \\end{tabular}", "", "  \\smallskip"].map(str::to_string));
        let notes: Vec<String> = self.footer("Bold").iter().map(|note| escaped(note)).collect();
        text.push(format!("  {{\\footnotesize {}}}", notes.join(" ")));
        text.push("\\end{table}".to_string());
        text.join("\n") + "\n"
    }

    /// A line of headings for every axis across the columns; the row axes stand in the last.
    fn latex_headings(&self, columns: usize) -> Vec<String> {
        let depth = self.headers.len().max(1);
        let heading = |i: usize| {
            let is_last = i + 1 == depth;
            let labels = self.row_axes.iter().map(|axis| if is_last { escaped(axis) } else { String::new() });
            let values = self.headers.get(i).map_or(vec![String::new(); columns], |h| {
                std::iter::once(&h.axis).chain(&h.values).map(|value| escaped(value)).collect()
            });
            let measure = if self.headers.is_empty() { vec![String::new()] } else { vec![] };
            row(labels.chain(measure).chain(values))
        };
        (0..depth).map(heading).collect()
    }

    fn latex_line(&self, i: usize) -> String {
        let line = &self.lines[i];
        let labels = self.shown_labels(i).into_iter().map(|label| escaped(&label));
        let cell =
            |entries: &Vec<Entry>| entries.iter().map(|entry| shown(line, entry)).collect::<Vec<_>>().join(" / ");
        row(labels.chain([measure(line)]).chain(line.cells.iter().map(cell)))
    }
}

fn row(cells: impl Iterator<Item = String>) -> String {
    format!("    {} \\\\", cells.collect::<Vec<_>>().join(" & "))
}

fn measure(line: &Line) -> String {
    let arrow = if line.measure.lower_is_better { "$\\downarrow$" } else { "$\\uparrow$" };
    let unit = match line.measure.unit {
        Unit::Percent => " (\\%)",
        Unit::Plain => "",
    };
    format!("{}{unit} {arrow}", escaped(&line.measure.name))
}

/// "\textbf{15.3 $\pm$ 0.8} [17.5]"
fn shown(line: &Line, entry: &Entry) -> String {
    // A hyphen in a number is a minus.
    let text = escaped(&number::mean(&entry.summary, line.measure.unit).replace('-', "−"));
    let text = if entry.best { format!("\\textbf{{{text}}}") } else { text };
    line.published(entry).map_or(text.clone(), |published| format!("{text} [{}]", escaped(&published)))
}

/// Text as LaTeX shows it: its own signs taken literally, ours as mathematics.
pub fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => safe.extend(['\\', c]),
            '\\' => safe += "\\textbackslash{}",
            '~' => safe += "\\textasciitilde{}",
            '^' => safe += "\\textasciicircum{}",
            '<' => safe += "$<$",
            '>' => safe += "$>$",
            '±' => safe += "$\\pm$",
            '−' => safe += "$-$",
            '↓' => safe += "$\\downarrow$",
            '↑' => safe += "$\\uparrow$",
            '–' => safe += "--",
            other => safe.push(other),
        }
    }
    safe
}
