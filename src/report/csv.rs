//! Rows as comma-separated values. Owns the quoting, and that no cell is run by a spreadsheet.

use crate::digits::number;
use crate::visible::visible;

/// A file of comma-separated values as it grows.
pub struct Csv(::csv::Writer<Vec<u8>>);

impl Csv {
    pub fn new<S: AsRef<str>>(heading: impl IntoIterator<Item = S>) -> Self {
        let mut csv = Csv(::csv::WriterBuilder::new().flexible(true).from_writer(Vec::new()));
        csv.row(heading);
        csv
    }

    pub fn row<S: AsRef<str>>(&mut self, row: impl IntoIterator<Item = S>) {
        self.0.write_record(row.into_iter().map(|cell| inert(cell.as_ref()))).expect("memory takes every record");
    }

    pub fn text(self) -> String {
        let bytes = self.0.into_inner().expect("memory can be flushed");
        String::from_utf8(bytes).expect("strings are UTF-8")
    }
}

/// A cell as it is, or behind a `'` where a spreadsheet would take it for a formula: labels are a person's words.
fn inert(cell: &str) -> String {
    let shown = visible(cell);
    let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && cell.chars().count() > 1;
    if runs && cell.parse::<f64>().is_err() { format!("'{shown}") } else { shown }
}

/// A number unrounded, nothing where there is none.
pub fn optional(x: Option<f64>) -> String {
    x.map_or(String::new(), number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let mut csv = Csv::new(["a", "b"]);
        csv.row(["=HYPERLINK(\"http://x\",\"y\")", "-1.5e-3"]);
        csv.row(["+1-cmd|' /C calc'!A0", "–"]);
        csv.row(["@SUM(1)", "-"]);
        csv.row(["\t=1", "MHM, all\u{1b}[2J"]);
        let rows =
            ["a,b", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",-1.5e-3", "'+1-cmd|' /C calc'!A0,–", "'@SUM(1),-"];
        assert_eq!(csv.text(), format!("{}\n'␉=1,\"MHM, all␛[2J\"\n", rows.join("\n")));
    }
}
