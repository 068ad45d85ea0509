//! The bytes of a Parquet file as its reader asks for them. Owns what a page may promise: the crate makes room for as many
//! bytes as a page's header says before it unpacks one.

use crate::data::file::DataFile;
use ::parquet::errors::{self as parquet, ParquetError};
use ::parquet::file::reader::{ChunkReader, Length};
use bytes::Bytes;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};

/// Bytes that are read at once of what is read piece by piece: more than any header of a page.
const AHEAD: u64 = 1 << 16;
/// The last bytes of a file: the length of its footer, and a mark.
const TAIL: u64 = 8;
/// A page of so many bytes is believed whatever the file's length, and one of so many times its length.
const PAGE: u64 = 1 << 24;
const AT_ONCE: u64 = 16;

/// A file, open for one reader.
pub struct Pages {
    file: DataFile,
    length: u64,
}

impl Pages {
    pub fn new(file: DataFile, length: u64) -> Self {
        Self { file, length }
    }
}

impl Length for Pages {
    fn len(&self) -> u64 {
        self.length
    }
}

/// What lies from a place on, where a page's header should, or what is wrong with it.
pub struct Ahead {
    bytes: Result<std::io::Chain<Cursor<Vec<u8>>, BufReader<DataFile>>, String>,
}

/// The crate also asks for what it then does not read: what is wrong is said to whoever reads.
impl Read for Ahead {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        match &mut self.bytes {
            Ok(bytes) => bytes.read(to),
            Err(why) => Err(std::io::Error::other(why.clone())),
        }
    }
}

impl ChunkReader for Pages {
    type T = Ahead;

    /// Headers of pages are read by this, and the end of the file.
    fn get_read(&self, start: u64) -> parquet::Result<Self::T> {
        let mut file = self.file.clone();
        file.seek(SeekFrom::Start(start))?;
        let mut ahead = vec![];
        (&mut file).take(AHEAD).read_to_end(&mut ahead)?;
        let most = self.length.saturating_mul(AT_ONCE).max(PAGE);
        let bytes = match unpacked(&ahead) {
            _ if start + TAIL == self.length => Ok(()),
            Some(bytes) if bytes <= most => Ok(()),
            Some(bytes) => Err(format!("a page of {bytes} bytes, at most {most} are believed")),
            None => Err("no page begins where one should".to_string()),
        };
        Ok(Ahead { bytes: bytes.map(|()| Cursor::new(ahead).chain(BufReader::new(file))) })
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::Result<Bytes> {
        if start.saturating_add(length as u64) > self.length {
            return Err(ParquetError::EOF(format!("{length} bytes at {start} are beyond the end")));
        }
        let mut file = self.file.clone();
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// Bytes of a page once unpacked, from its header: fields 1 (what it is) and 2 (this) in the compact protocol of Thrift.
fn unpacked(header: &[u8]) -> Option<u64> {
    const NEXT_FIELD_IS_I32: u8 = 0x15;
    let mut bytes = header.iter().copied();
    let mut number = None;
    for _ in 0..2 {
        if bytes.next()? != NEXT_FIELD_IS_I32 {
            return None;
        }
        let mut value = 0u64;
        for place in 0..5 {
            let byte = bytes.next()?;
            value |= u64::from(byte & 127) << (7 * place);
            if byte < 128 {
                break;
            }
        }
        number = Some(value);
    }
    // Zigzag; a negative number is the crate's to refuse.
    number.map(|n| n / 2)
}
