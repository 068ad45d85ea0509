//! A table in long form, for other programs.

use super::{Grid, published};
use crate::report::csv::{Csv, optional};
use crate::report::statistics::spelt_out;

impl Grid {
    /// One line an arm and measure. Values are not rounded, and percents stay fractions; `why` says of how many seeds without a
    /// value what was missing.
    pub fn csv(&self) -> String {
        let numbers = ["measure", "mean", "low", "high", "n", "dropped", "why"].map(str::to_string);
        let sources = published::sources(&self.measures);
        let elsewhere = sources.iter().map(|source| format!("published: {source}"));
        let mut csv = Csv::new(self.axes.iter().cloned().chain(numbers).chain(elsewhere));
        for line in &self.lines {
            for entry in line.cells.iter().flatten() {
                let summary = &entry.summary;
                let mut row: Vec<String> = entry.arm.0.iter().map(|(_, value)| value.clone()).collect();
                row.push(self.measures[entry.measure].info.name.clone());
                row.push(optional(summary.mean));
                row.push(optional(summary.interval.map(|i| i.low)));
                row.push(optional(summary.interval.map(|i| i.high)));
                row.extend([summary.n, summary.dropped()].map(|n| n.to_string()));
                row.push(spelt_out(&summary.absent));
                row.extend(sources.iter().map(|source| optional(self.published_value(entry, source))));
                csv.row(row);
            }
        }
        csv.text()
    }
}
