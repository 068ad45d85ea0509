//! A comparison in long form, for other programs.

use super::Comparison;
use crate::report::csv::{Csv, optional};

impl Comparison {
    /// One line a difference. Values are not rounded, and percents stay fractions; `p` is corrected.
    pub fn csv(&self) -> String {
        let heading = ["axis", "first", "other", "setting", "measure", "difference", "low", "high", "p", "n", "stands"];
        let mut csv = Csv::new(heading);
        for d in &self.differences {
            let interval = d.paired.interval();
            csv.row([
                self.axis.clone(),
                d.first.clone(),
                d.other.clone(),
                d.setting.join(", "),
                d.measure.name.clone(),
                optional(d.paired.difference),
                optional(interval.map(|i| i.low)),
                optional(interval.map(|i| i.high)),
                optional(d.p),
                d.paired.n.to_string(),
                d.stands_corrected().to_string(),
            ]);
        }
        csv.text()
    }
}
