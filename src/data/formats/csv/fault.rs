//! What is said of tables in text that cannot be read.

use crate::builtin::dataset::{Header, Unknown};
use crate::data::error::{Code, DataError, did_you_mean, list};
use std::path::Path;

/// Columns that are named in a message.
const SHOWN: usize = 8;

/// What stands between fields, for a message.
pub fn shown(separator: u8) -> String {
    match separator {
        b',' => "commas".into(),
        b'\t' => "tabs".into(),
        other => format!("`{}`", char::from(other)),
    }
}

fn no_table(path: &Path) -> DataError {
    DataError::new(Code::TableBroken, "a file is no table in text")
        .file(path)
        .expected("a line of names, then as many fields on every line")
}

pub fn broken(path: &Path, error: &::csv::Error) -> DataError {
    no_table(path).found(error.to_string())
}

pub fn packed(path: &Path, name: &str) -> DataError {
    no_table(path)
        .found(format!("a file that is compressed ({name})"))
        .help("unpack it first, and name the unpacked file; those packed by gzip are read as they are")
}

pub fn no_gzip(path: &Path, error: &std::io::Error) -> DataError {
    no_table(path).found(format!("a file packed by gzip that is broken: {error}")).help("write or download it again")
}

pub fn utf16(path: &Path) -> DataError {
    no_table(path).found("text in UTF-16").help("save it again as UTF-8")
}

pub fn ragged(path: &Path, separator: u8, line: u64, here: usize, first: usize) -> DataError {
    let fields = |n: usize| if n == 1 { "1 field".to_string() } else { format!("{n} fields") };
    let found = format!("{} in line {line}, {} in the first", fields(here), fields(first));
    no_table(path).found(found).help(match (first, separator) {
        (1, _) => {
            "what separates fields is said by `separator: \";\"`; a field that holds it stands in quotes".to_string()
        }
        (_, b',') => "a field that holds a comma stands in quotes; a missing number is an empty field".into(),
        (_, other) => format!("fields are separated by {}, unless `separator` says otherwise", shown(other)),
    })
}

pub fn unknown(path: &Path, unknown: &Unknown, names: &[String], header: Header) -> DataError {
    let fault =
        |code, message: String, column: &str| DataError::new(code, message).file(path).array(format!("`{column}`"));
    match unknown {
        Unknown::Several(name, places) => {
            let shown: Vec<String> = places.iter().take(SHOWN).map(ToString::to_string).collect();
            let more = if places.len() > SHOWN { ", …" } else { "" };
            let message = match name.is_empty() {
                true => format!("{} columns have no name", places.len()),
                false => format!("{} columns are called `{name}`", counted(places.len())),
            };
            fault(Code::ColumnTwice, message, name)
                .found(format!("columns {}{more}, counted from 0", shown.join(", ")))
                .help(format!("say which by its place, `column: {}`, or rename the others", places[0]))
        }
        Unknown::Place(place) => {
            let message = format!("there is no column {place}");
            fault(Code::ArrayMissing, message, &place.to_string())
                .found(format!("{} columns", names.len()))
                .help("columns are counted from 0")
        }
        Unknown::Backwards(first, last) => {
            let message = format!("column `{first}` stands behind `{last}`");
            fault(Code::ArrayMissing, message, &format!("{first} .. {last}"))
                .help(format!("write `\"{last}\" .. \"{first}\"`"))
        }
        Unknown::Name(name) => missing(path, name, names, header),
    }
}

fn counted(n: usize) -> String {
    if n == 2 { "two".into() } else { n.to_string() }
}

fn missing(path: &Path, name: &str, names: &[String], header: Header) -> DataError {
    let fault = |message: String| DataError::new(Code::ArrayMissing, message).file(path).array(format!("`{name}`"));
    let is_number = |name: &String| name.parse::<f64>().is_ok();
    match header {
        Header::Values => fault(format!("there is no column `{name}`: `header: false` says that none has a name"))
            .found(format!("{} columns", names.len()))
            .help("columns without names are counted from 0: `columns: [0, 1]`, `columns: 1 .. 3`"),
        Header::Names if names.is_empty() || names.iter().all(String::is_empty) => {
            // Of no column more than of another.
            let empty = DataError::new(Code::ArrayMissing, "a table is empty").file(path);
            empty.expected("a line of names, then a line a sample")
        }
        Header::Names if name.contains('*') => {
            let known: Vec<&str> = names.iter().map(String::as_str).collect();
            fault(format!("no column is called as `{name}` says")).help(did_you_mean(name, &known, "the first line"))
        }
        Header::Names if names.iter().all(is_number) => {
            let known = names.iter().map(String::as_str);
            fault(format!("there is no column `{name}`"))
                .found(list(known))
                .help("the first line names the columns: write one above the numbers, or say that there is none: `header: false`")
        }
        Header::Names => {
            let known: Vec<&str> = names.iter().map(String::as_str).collect();
            fault(format!("there is no column `{name}`")).help(did_you_mean(name, &known, "the first line"))
        }
    }
}

pub fn no_number(path: &Path, line: u64, column: &str, field: &[u8]) -> DataError {
    let text = String::from_utf8_lossy(field);
    let shown: String = text.trim().chars().take(40).collect();
    let error = DataError::new(Code::NoNumber, "a table holds something that is no number")
        .file(path)
        .array(format!("`{column}`"))
        .expected("a number such as `-1.5e3`")
        .found(format!("`{shown}` in line {line}"));
    if std::str::from_utf8(field).is_err() {
        return DataError { code: Code::DtypeUnreadable, message: "a text is not written in UTF-8".into(), ..error }
            .expected("UTF-8")
            .help("save the file as UTF-8: `iconv -f latin1 -t utf-8`, or the encoding in which your program saves");
    }
    let digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+');
    if text.trim().parse::<f64>().is_ok_and(f64::is_infinite) {
        error.help("it is beyond what 64-bit floats hold")
    } else if shown.contains([',', '.']) && shown.chars().all(digits) {
        error.help("where numbers have a decimal comma, say so: `decimal: \",\"`; else they are written with a point, and without separators of thousands")
    } else {
        error.help("texts are for targets of classes; where this stands for a number that is missing, say so: `missing: [\"…\"]`, and `|> replace(nan: 0)`")
    }
}
