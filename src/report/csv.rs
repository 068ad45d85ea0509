//! Rows as comma-separated values. Owns the quoting.

use crate::digits::number;

/// A file of comma-separated values as it grows.
pub struct Csv(::csv::Writer<Vec<u8>>);

impl Csv {
    pub fn new<S: AsRef<[u8]>>(heading: impl IntoIterator<Item = S>) -> Self {
        let mut csv = Csv(::csv::WriterBuilder::new().flexible(true).from_writer(Vec::new()));
        csv.row(heading);
        csv
    }

    pub fn row<S: AsRef<[u8]>>(&mut self, row: impl IntoIterator<Item = S>) {
        self.0.write_record(row).expect("memory takes every record");
    }

    pub fn text(self) -> String {
        let bytes = self.0.into_inner().expect("memory can be flushed");
        String::from_utf8(bytes).expect("strings are UTF-8")
    }
}

/// A number unrounded, nothing where there is none.
pub fn optional(x: Option<f64>) -> String {
    x.map_or(String::new(), number)
}
