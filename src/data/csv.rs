//! Reader of `.csv` files: columns of numbers under a line of names.

use super::error::{DataError, did_you_mean, list};
use super::table::Table;
use std::fs::File;
use std::path::Path;

type Reader = ::csv::Reader<File>;

/// Reads these columns, in this order, as `[lines, columns]`.
pub fn read(path: &Path, columns: &[String]) -> Result<Table, DataError> {
    let mut rows = Rows::open(path)?;
    let places = rows.places(columns)?;
    let mut values = Vec::new();
    let mut samples = 0;
    while rows.advance()? {
        rows.numbers(&places, columns, &mut values)?;
        samples += 1;
    }
    let array = list(columns.iter().map(String::as_str));
    Ok(Table { shape: vec![samples, columns.len()], first: 0, values, file: path.to_path_buf(), array: Some(array) })
}

/// A table a line at a time.
pub struct Rows<'p> {
    path: &'p Path,
    reader: Reader,
    pub names: Vec<String>,
    record: ::csv::ByteRecord,
}

impl<'p> Rows<'p> {
    pub fn open(path: &'p Path) -> Result<Self, DataError> {
        let mut reader = open(path)?;
        let names = header(&mut reader, path)?;
        Ok(Self { path, reader, names, record: ::csv::ByteRecord::new() })
    }

    /// Where these columns are.
    pub fn places(&self, columns: &[String]) -> Result<Vec<usize>, DataError> {
        columns.iter().map(|column| place(self.path, column, &self.names)).collect()
    }

    /// Goes on to the next line; whether there is one.
    pub fn advance(&mut self) -> Result<bool, DataError> {
        self.reader.read_byte_record(&mut self.record).map_err(|error| broken(self.path, &error))
    }

    /// Appends the line's numbers in these columns.
    pub fn numbers(&self, places: &[usize], columns: &[String], values: &mut Vec<f32>) -> Result<(), DataError> {
        for (place, column) in places.iter().zip(columns) {
            let field = self.record.get(*place).unwrap_or_default();
            let number = std::str::from_utf8(field).ok().and_then(|text| text.trim().parse::<f64>().ok());
            match number.map(|n| n as f32).filter(|n| n.is_finite()) {
                Some(number) => values.push(number),
                None => return Err(no_number(self.path, &self.record, column, field)),
            }
        }
        Ok(())
    }
}

/// Names of the columns, whether each holds numbers alone, and the number of lines below the names.
pub fn columns(path: &Path) -> Result<(Vec<(String, bool)>, u64), DataError> {
    let mut reader = open(path)?;
    let mut columns: Vec<(String, bool)> = header(&mut reader, path)?.into_iter().map(|name| (name, true)).collect();
    let mut record = ::csv::ByteRecord::new();
    let mut lines = 0;
    while reader.read_byte_record(&mut record).map_err(|error| broken(path, &error))? {
        for (field, (_, numbers)) in record.iter().zip(&mut columns) {
            *numbers &= std::str::from_utf8(field).is_ok_and(|text| text.trim().parse::<f64>().is_ok());
        }
        lines += 1;
    }
    Ok((columns, lines))
}

fn open(path: &Path) -> Result<Reader, DataError> {
    Ok(::csv::Reader::from_reader(super::path::open(path)?))
}

fn header(reader: &mut Reader, path: &Path) -> Result<Vec<String>, DataError> {
    let names = reader.byte_headers().map_err(|error| broken(path, &error))?;
    Ok(names.iter().map(|name| String::from_utf8_lossy(name).trim().to_string()).collect())
}

fn place(path: &Path, column: &str, names: &[String]) -> Result<usize, DataError> {
    let mut places = names.iter().enumerate().filter(|(_, name)| *name == column).map(|(i, _)| i);
    let fault = |code, message: String| DataError::new(code, message).file(path).array(format!("`{column}`"));
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(place),
        (Some(_), Some(_)) => {
            Err(fault("mhm::column-twice", format!("two columns are called `{column}`")).help("rename one of them"))
        }
        (None, _) => {
            let known: Vec<&str> = names.iter().map(String::as_str).collect();
            Err(fault("mhm::array-missing", format!("there is no column `{column}`")).help(did_you_mean(
                column,
                &known,
                "the first line",
            )))
        }
    }
}

fn no_number(path: &Path, record: &::csv::ByteRecord, column: &str, field: &[u8]) -> DataError {
    let line = record.position().map_or(0, ::csv::Position::line);
    let text: String = String::from_utf8_lossy(field).chars().take(40).collect();
    DataError::new("mhm::no-number", "a table holds something that is no finite number")
        .file(path)
        .array(format!("`{column}`"))
        .expected("a number such as `-1.5e3`")
        .found(if text.is_empty() { format!("nothing in line {line}") } else { format!("`{text}` in line {line}") })
        .help("give missing values a number, texts a class id")
}

fn broken(path: &Path, error: &::csv::Error) -> DataError {
    DataError::new("mhm::table-broken", "a file is no table of comma-separated values")
        .file(path)
        .expected("a line of names, then as many fields on every line")
        .found(error.to_string())
}
