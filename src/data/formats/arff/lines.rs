//! An ARFF file, a line at a time: its header at once, then its rows.

use super::fault;
use super::fields::Fields;
use super::header::{Attribute, Holds, Said};
use crate::builtin::columns::places;
use crate::builtin::dataset::Pick;
use crate::data::error::{DataError, unreadable};
use crate::data::file::DataFile;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Bytes that one line may have.
const LINE: u64 = 16 << 20;

/// A file whose header is read.
pub struct Lines<'p> {
    pub path: &'p Path,
    pub attributes: Vec<Attribute>,
    /// The number of the line, from 1.
    pub line: u64,
    reader: BufReader<DataFile>,
    /// What is on the line.
    text: Vec<u8>,
    fields: Fields,
}

impl<'p> Lines<'p> {
    pub fn open(path: &'p Path) -> Result<Self, DataError> {
        let reader = BufReader::new(crate::data::file::open(path)?);
        let mut lines = Self { path, attributes: vec![], line: 0, reader, text: vec![], fields: Fields::default() };
        while lines.next()? {
            let bytes = lines.text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&lines.text);
            match Said::by(bytes.trim_ascii()).map_err(|why| fault::broken(path, lines.line, &why))? {
                Said::Nothing => {}
                Said::Attribute(attribute) => lines.attributes.push(attribute),
                Said::Data => return Ok(lines),
            }
        }
        Err(fault::no_rows(path))
    }

    pub fn names(&self) -> Vec<String> {
        self.attributes.iter().map(|attribute| attribute.name.clone()).collect()
    }

    /// Where these columns are.
    pub fn places(&self, picks: &[Pick]) -> Result<Vec<usize>, DataError> {
        let names = self.names();
        places(picks, &names).map_err(|unknown| fault::unknown(self.path, &unknown, &names))
    }

    /// Goes on to the next row; whether there is one.
    pub fn advance(&mut self) -> Result<bool, DataError> {
        if !self.next()? {
            return Ok(false);
        }
        let text = self.text.trim_ascii();
        if text.starts_with(b"{") {
            return Err(fault::sparse(self.path, self.line));
        }
        self.fields.split(text).map_err(|why| fault::broken(self.path, self.line, why))?;
        if self.fields.len() != self.attributes.len() {
            return Err(fault::ragged(self.path, self.line, self.fields.len(), self.attributes.len()));
        }
        Ok(true)
    }

    /// Goes on to the next line that is neither empty nor a comment; whether there is one.
    fn next(&mut self) -> Result<bool, DataError> {
        loop {
            self.text.clear();
            let read = (&mut self.reader).take(LINE).read_until(b'\n', &mut self.text);
            let count = read.map_err(|error| unreadable(self.path, &error))? as u64;
            if count == 0 {
                return Ok(false);
            }
            self.line += 1;
            if count == LINE {
                return Err(fault::broken(self.path, self.line, &format!("more than {LINE} bytes")));
            }
            if !matches!(self.text.trim_ascii().first(), None | Some(b'%')) {
                return Ok(true);
            }
        }
    }

    /// The text in a column of the row; nothing where it is missing.
    pub fn text(&self, place: usize) -> Option<&[u8]> {
        match self.fields.get(place) {
            (b"" | b"?", false) => None,
            (text, _) => Some(text),
        }
    }

    /// The same, where it is one that the header lists.
    pub fn listed(&self, place: usize) -> Result<Option<&[u8]>, DataError> {
        let attribute = &self.attributes[place];
        match (&attribute.holds, self.text(place)) {
            (Holds::OneOf(values), Some(text)) if !values.contains(String::from_utf8_lossy(text).as_ref()) => {
                Err(fault::unlisted(self.path, self.line, &attribute.name, text, values))
            }
            (_, text) => Ok(text),
        }
    }

    /// The number in a column of the row; NaN where it is missing.
    pub fn number(&self, place: usize) -> Result<f64, DataError> {
        let Some(field) = self.listed(place)? else { return Ok(f64::NAN) };
        let text = std::str::from_utf8(field).unwrap_or_default().trim();
        // What is written with digits and infinite is beyond what 64-bit floats hold.
        let holds = |n: &f64| n.is_finite() || !text.contains(|c: char| c.is_ascii_digit());
        let number = text.parse::<f64>().ok().filter(holds);
        number.ok_or_else(|| fault::no_number(self.path, self.line, &self.attributes[place], field))
    }
}
