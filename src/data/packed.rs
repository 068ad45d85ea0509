//! Numbers packed by deflate: rows are read by unpacking what lies before them. Owns no format.

use super::error::{DataError, unreadable};
use super::file::{DataFile, open};
use super::number::Number;
use super::rows::{Access, Outline, Rows};
use super::values::Values;
use flate2::bufread::DeflateDecoder;
use std::fmt;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Deflate packs at most 1032 bytes into one: a header that promises more is wrong.
pub const BEST_COMPRESSION: u64 = 1032;

/// Where packed bytes lie.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    pub start: u64,
    /// Packed bytes.
    pub packed: u64,
    /// Unpacked bytes before the first number.
    pub skip: u64,
}

/// An array whose numbers, in C order, are packed. It goes on where it stopped; going back begins anew.
pub struct Packed {
    outline: Outline,
    number: Number,
    extent: Extent,
    cursor: Mutex<Option<Cursor>>,
}

struct Cursor {
    reader: DeflateDecoder<BufReader<Take<DataFile>>>,
    /// The number that comes next.
    next: usize,
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packed").field("outline", &self.outline).field("extent", &self.extent).finish_non_exhaustive()
    }
}

impl Packed {
    /// Whether so many numbers can come out of so few bytes.
    pub fn new(outline: Outline, number: Number, extent: Extent) -> Result<Self, DataError> {
        let elements = (outline.samples() as u64).saturating_mul(outline.width() as u64);
        let bytes = elements.saturating_mul(number.size() as u64);
        let most = extent.packed.saturating_mul(BEST_COMPRESSION).saturating_sub(extent.skip);
        let packed = Self { outline, number, extent, cursor: Mutex::new(None) };
        if bytes > most { Err(packed.truncated(format!("at most {most} bytes can follow"))) } else { Ok(packed) }
    }

    fn truncated(&self, found: String) -> DataError {
        self.outline.truncated("the numbers of".into(), found)
    }

    /// Before the first number.
    fn begin(&self) -> Result<Cursor, DataError> {
        let mut file = open(&self.outline.file)?;
        file.seek(SeekFrom::Start(self.extent.start)).map_err(|error| unreadable(&self.outline.file, &error))?;
        let mut reader = DeflateDecoder::new(BufReader::new(file.take(self.extent.packed)));
        let skipped = io::copy(&mut reader.by_ref().take(self.extent.skip), &mut io::sink());
        skipped.map_err(|error| self.truncated(error.to_string()))?;
        Ok(Cursor { reader, next: 0 })
    }
}

impl Rows for Packed {
    fn outline(&self) -> &Outline {
        &self.outline
    }

    fn access(&self) -> Access {
        Access::InOrder
    }

    fn read(&self, rows: Range<usize>, values: &mut Values) -> Result<(), DataError> {
        self.outline.has(&rows)?;
        let width = self.outline.width();
        let (first, count) = (rows.start * width, rows.len() * width);
        let mut cursor = self.cursor.lock().unwrap_or_else(PoisonError::into_inner);
        // Where reading fails, the place is lost: it is put back only at the end.
        let mut open = match cursor.take().filter(|open| open.next <= first) {
            Some(open) => open,
            None => self.begin()?,
        };
        let skipped = (first - open.next) as u64 * self.number.size() as u64;
        let fault = |error: io::Error| self.truncated(error.to_string());
        io::copy(&mut open.reader.by_ref().take(skipped), &mut io::sink()).map_err(fault)?;
        self.number.read(&mut open.reader, count, values).map_err(fault)?;
        open.next = first + count;
        *cursor = Some(open);
        Ok(())
    }
}
