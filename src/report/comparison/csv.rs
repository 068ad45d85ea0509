//! A comparison in long form, for other programs.

use super::Comparison;
use crate::report::csv::{Csv, optional};
use crate::report::statistics::spelt_out;

impl Comparison {
    /// One line a difference. Values are not rounded, and percents stay fractions; `p` is corrected; `why` says what was missing where a pair
    /// is left out.
    pub fn csv(&self) -> String {
        let heading =
            ["axis", "first", "other", "setting", "measure", "difference", "low", "high", "p", "n", "stands", "why"];
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
                spelt_out(&d.paired.absent),
            ]);
        }
        csv.text()
    }
}
