//! Numbers packed by deflate: rows are read by unpacking what lies before them. Owns no format.

use super::error::{DataError, unreadable};
use super::file::{DataFile, open};
use super::number::Number;
use super::rows::{Access, Outline, Rows};
use super::values::Values;
use flate2::bufread::DeflateDecoder;
use std::fmt;
use std::io::{BufReader, Read, Seek, SeekFrom, Take};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Deflate packs at most 1032 bytes into one: a header that promises more is wrong.
pub const BEST_COMPRESSION: u64 = 1032;
/// Bytes unpacked at a time (a multiple of every number's size).
const CHUNK: usize = 1 << 18;

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

    fn truncated(&self, have: String) -> DataError {
        self.outline
            .error("mhm::array-truncated", "an array is cut off")
            .expected(format!("the numbers of shape {:?} of `{}`", self.outline.shape, self.outline.dtype))
            .found(have)
            .help("write or download the file again")
    }

    /// Before the first number.
    fn begin(&self) -> Result<Cursor, DataError> {
        let mut file = open(&self.outline.file)?;
        file.seek(SeekFrom::Start(self.extent.start)).map_err(|error| unreadable(&self.outline.file, &error))?;
        let mut reader = DeflateDecoder::new(BufReader::new(file.take(self.extent.packed)));
        let skipped = std::io::copy(&mut reader.by_ref().take(self.extent.skip), &mut std::io::sink());
        skipped.map_err(|error| self.truncated(error.to_string()))?;
        Ok(Cursor { reader, next: 0 })
    }

    /// Goes over `skip` numbers, then appends `count`.
    fn numbers(&self, reader: &mut dyn Read, skip: usize, count: usize, values: &mut Values) -> Result<(), DataError> {
        let size = self.number.size();
        let mut chunk = vec![0; CHUNK.min(skip.max(count) * size)];
        for (numbers, wanted) in [(skip, false), (count, true)] {
            let mut left = numbers * size;
            while left > 0 {
                let chunk = &mut chunk[..CHUNK.min(left)];
                reader.read_exact(chunk).map_err(|error| self.truncated(error.to_string()))?;
                if wanted {
                    self.number.decode(chunk, values);
                }
                left -= chunk.len();
            }
        }
        Ok(())
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
        self.numbers(&mut open.reader, first - open.next, count, values)?;
        open.next = first + count;
        *cursor = Some(open);
        Ok(())
    }
}
