//! A table in text, a line at a time: where columns are, and what fields hold.

use super::begin::{self, Reader};
use super::fault;
use crate::builtin::columns::places;
use crate::builtin::dataset::{Dialect, Header, Pick};
use crate::data::error::DataError;
use std::borrow::Cow;
use std::path::Path;

/// What most programs write for a value that is missing, in any case.
const MISSING: &[&str] = &["", "na", "n/a", "nan", "null"];

/// A table a line at a time.
pub struct Lines<'p> {
    pub path: &'p Path,
    /// Of the columns, empty where they have none.
    pub names: Vec<String>,
    pub separator: u8,
    pub is_packed: bool,
    reader: Reader,
    dialect: Dialect<'p>,
    record: ::csv::ByteRecord,
}

impl<'p> Lines<'p> {
    pub fn open(path: &'p Path, dialect: Dialect<'p>) -> Result<Self, DataError> {
        let begin::Begun { mut reader, separator, is_packed } = begin::open(path, dialect)?;
        let first = reader.byte_headers().map_err(|error| fault::broken(path, &error))?;
        let names: Vec<String> = match dialect.header {
            Header::Names => first.iter().map(|name| String::from_utf8_lossy(name).trim().to_string()).collect(),
            Header::Values => vec![String::new(); first.len()],
        };
        Ok(Self { path, names, separator, is_packed, reader, dialect, record: ::csv::ByteRecord::new() })
    }

    /// Where these columns are.
    pub fn places(&self, picks: &[Pick]) -> Result<Vec<usize>, DataError> {
        places(picks, &self.names)
            .map_err(|unknown| fault::unknown(self.path, &unknown, &self.names, self.dialect.header))
    }

    /// What a column is called: its name, or its place.
    pub fn called(&self, place: usize) -> String {
        match self.names.get(place).filter(|name| !name.is_empty()) {
            Some(name) => name.clone(),
            None => place.to_string(),
        }
    }

    /// Goes on to the next line; whether there is one.
    pub fn advance(&mut self) -> Result<bool, DataError> {
        self.reader.get_mut().begin_line();
        let more = self.reader.read_byte_record(&mut self.record).map_err(|error| fault::broken(self.path, &error))?;
        if more && self.record.len() != self.names.len() {
            let (here, first) = (self.record.len(), self.names.len());
            return Err(fault::ragged(self.path, self.separator, self.line(), here, first));
        }
        Ok(more)
    }

    /// The number of the line, from 1; of one that goes on in quotes, of its first.
    pub fn line(&self) -> u64 {
        let own = self.record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        // Every line has an end, and empty ones before it are counted.
        self.reader.position().line().saturating_sub(1 + own)
    }

    /// Appends the line's numbers in these columns.
    pub fn numbers(&self, places: &[usize], values: &mut Vec<f64>) -> Result<(), DataError> {
        for &place in places {
            match self.number(place) {
                Some(number) => values.push(number),
                None => {
                    let field = self.record.get(place).unwrap_or_default();
                    return Err(fault::no_number(self.path, self.line(), &self.called(place), field));
                }
            }
        }
        Ok(())
    }

    /// The number in a column of the line; NaN where it is missing. Nothing of a text, or of a number that is written with digits
    /// and beyond what 64-bit floats hold.
    pub fn number(&self, place: usize) -> Option<f64> {
        self.number_with(place, self.dialect.decimal)
    }

    /// The same with this mark before the digits of a fraction.
    pub fn number_with(&self, place: usize, decimal: u8) -> Option<f64> {
        let field = self.record.get(place).unwrap_or_default();
        if self.is_missing(field) {
            return Some(f64::NAN);
        }
        let text = std::str::from_utf8(field).ok()?.trim();
        let text: Cow<'_, str> = match decimal {
            b'.' => text.into(),
            _ if text.contains('.') => return None,
            mark => text.replace(char::from(mark), ".").into(),
        };
        text.parse::<f64>().ok().filter(|n| n.is_finite() || !text.contains(|c: char| c.is_ascii_digit()))
    }

    /// The text in a column of the line; nothing where it is missing.
    pub fn text(&self, place: usize) -> Option<&[u8]> {
        self.record.get(place).filter(|field| !self.is_missing(field))
    }

    /// Whether a field stands for nothing.
    fn is_missing(&self, field: &[u8]) -> bool {
        let field = field.trim_ascii();
        match self.dialect.missing {
            [] => MISSING.iter().any(|missing| field.eq_ignore_ascii_case(missing.as_bytes())),
            said => field.is_empty() || said.iter().any(|missing| field == missing.trim().as_bytes()),
        }
    }
}
