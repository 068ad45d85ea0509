//! `indices`: samples by the numbers in a file.

use super::{Files, Split, SplitRule};
use crate::row;

row! {
    /// The samples whose row numbers, counted from 0, a file lists: `indices("train_order.h5")`.
    ///
    /// Several files are one list. Files of numbers are those that modalities are read from, and `.txt` with a number a
    /// line. A number that is no row, or that comes twice, is an error.
    pub struct Indices = "indices" as Split(dyn Split) {
        /// Under the dataset's root.
        files: Files,
        /// Name of the array, or of the column of a table, where a file holds several.
        array: Option<String> = None,
    }
    example "indices(\"train_order.h5\")" on []
}

impl Split for Indices {
    fn rule(&self) -> SplitRule {
        SplitRule::Indices { files: self.files.0.clone(), array: self.array.clone() }
    }
}
