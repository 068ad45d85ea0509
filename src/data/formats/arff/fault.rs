//! What is said of ARFF files that cannot be read.

use super::header::{Attribute, Holds};
use crate::builtin::dataset::{Header, Unknown};
use crate::data::error::{Code, DataError, did_you_mean, list};
use crate::data::formats::csv::fault as csv;
use std::collections::BTreeSet;
use std::path::Path;

fn no_arff(path: &Path) -> DataError {
    DataError::new(Code::TableBroken, "a file is no ARFF file, or a broken one")
        .file(path)
        .expected("`@attribute` lines, then `@data` and a line a sample")
}

pub fn broken(path: &Path, line: u64, why: &str) -> DataError {
    no_arff(path).found(format!("in line {line}: {why}")).help("mend that line, or save the table again as `.csv`")
}

pub fn no_rows(path: &Path) -> DataError {
    no_arff(path).found("no line `@data`").help("write or download the file again")
}

pub fn sparse(path: &Path, line: u64) -> DataError {
    no_arff(path)
        .found(format!("a row without its zeros in line {line}"))
        .help("write it in full: Weka's filter `SparseToNonSparse` does")
}

pub fn ragged(path: &Path, line: u64, here: usize, attributes: usize) -> DataError {
    no_arff(path)
        .expected(format!("{attributes} values on every line, one for each `@attribute`"))
        .found(format!("{here} in line {line}"))
        .help(
            "values are separated by commas; one that holds a comma stands in quotes, and `?` for one that is missing",
        )
}

pub fn unknown(path: &Path, unknown: &Unknown, names: &[String]) -> DataError {
    let Unknown::Name(name) = unknown else { return csv::unknown(path, unknown, names, Header::Names) };
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    DataError::new(Code::ArrayMissing, format!("there is no attribute `{name}`"))
        .file(path)
        .array(format!("`{name}`"))
        .help(did_you_mean(name, &known, "the header"))
}

/// "`red` in line 7".
fn shown(field: &[u8], line: u64) -> String {
    let text: String = String::from_utf8_lossy(field).chars().take(40).collect();
    format!("`{text}` in line {line}")
}

pub fn unlisted(path: &Path, line: u64, column: &str, field: &[u8], values: &BTreeSet<String>) -> DataError {
    DataError::new(Code::TableBroken, "a column holds a value that the header does not list")
        .file(path)
        .array(format!("`{column}`"))
        .expected(format!("one of {}", list(values.iter().map(String::as_str))))
        .found(shown(field, line))
        .help("mend the line, or list the value in the header")
}

pub fn no_number(path: &Path, line: u64, attribute: &Attribute, field: &[u8]) -> DataError {
    let error = DataError::new(Code::NoNumber, "a table holds something that is no number")
        .file(path)
        .array(format!("`{}`", attribute.name))
        .expected("a number such as `-1.5e3`")
        .found(shown(field, line));
    match &attribute.holds {
        Holds::Numbers => error.help("a number that is missing is written `?`"),
        Holds::Texts | Holds::OneOf(_) => error.help("texts are for targets of classes"),
    }
}
