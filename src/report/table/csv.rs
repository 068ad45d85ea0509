//! A table in long form, for other programs.

use super::{Entry, Grid};

impl Grid {
    /// One line an arm and measure. Values are not rounded, and percents stay fractions.
    pub fn csv(&self) -> String {
        let mut writer = ::csv::Writer::from_writer(Vec::new());
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
}
