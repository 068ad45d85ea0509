//! `rows`: a range of the samples.

use super::{Index, Split, SplitRule};
use crate::row;

row! {
    /// The samples from row `start` up to, not including, row `end`, counted from 0.
    pub struct Rows = "rows" as Split(dyn Split) {
        /// First row.
        start: Index,
        /// The row after the last.
        end: Index,
    }
    example "rows(0, 1200)" on []
}

impl Split for Rows {
    fn rule(&self) -> SplitRule {
        SplitRule::Rows { start: self.start.0, end: self.end.0 }
    }
}
