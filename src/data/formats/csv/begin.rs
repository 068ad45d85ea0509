//! How a table in text begins: whether it is packed, and what stands between its fields.

use super::fault;
use super::text::Unix;
use crate::builtin::dataset::{Dialect, Header};
use crate::data::error::{DataError, unreadable};
use crate::data::packed::BEST_COMPRESSION;
use flate2::bufread::MultiGzDecoder;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;

pub type Reader = ::csv::Reader<Unix<Box<dyn Read>>>;

/// What may stand between fields, the likeliest first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Bytes and lines that are looked at for it.
const BEGIN: u64 = 1 << 16;
const LINES: usize = 20;

const GZIP: &[u8] = b"\x1f\x8b";
/// How files begin that are packed otherwise, and what they are called.
const PACKED: &[(&[u8], &str)] =
    &[(b"PK\x03\x04", "zip"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"), (b"\x28\xb5\x2f\xfd", "zstd")];

/// A table before its first line.
pub struct Begun {
    pub reader: Reader,
    pub separator: u8,
    pub is_packed: bool,
}

pub fn open(path: &Path, dialect: Dialect<'_>) -> Result<Begun, DataError> {
    let mut file = crate::data::file::open(path)?;
    let length = file.length();
    let mut mark = vec![];
    file.by_ref().take(8).read_to_end(&mut mark).map_err(|error| unreadable(path, &error))?;
    if let Some((_, name)) = PACKED.iter().find(|(begins, _)| mark.starts_with(begins)) {
        return Err(fault::packed(path, name));
    }
    let is_packed = mark.starts_with(GZIP);
    let whole = Cursor::new(mark).chain(file);
    let mut text: Box<dyn Read> = match is_packed {
        true => {
            let most = length.saturating_mul(BEST_COMPRESSION);
            Box::new(MultiGzDecoder::new(BufReader::new(whole)).take(most))
        }
        false => Box::new(whole),
    };
    let mut begin = vec![];
    text.by_ref().take(BEGIN).read_to_end(&mut begin).map_err(|error| match is_packed {
        true => fault::no_gzip(path, &error),
        false => unreadable(path, &error),
    })?;
    if begin.starts_with(b"\xff\xfe") || begin.starts_with(b"\xfe\xff") {
        return Err(fault::utf16(path));
    }
    let separator = dialect.separator.unwrap_or_else(|| sniffed(&begin, dialect.decimal));
    let text: Box<dyn Read> = Box::new(Cursor::new(begin).chain(text));
    let mut builder = ::csv::ReaderBuilder::new();
    let reader = builder.flexible(true).delimiter(separator).has_headers(dialect.header == Header::Names);
    Ok(Begun { reader: reader.from_reader(Unix::new(text)), separator, is_packed })
}

/// What stands between fields: what the first lines have equally often.
fn sniffed(begin: &[u8], decimal: u8) -> u8 {
    let whole = (begin.len() as u64) < BEGIN;
    let mut lines: Vec<&[u8]> = begin.split(|byte| matches!(byte, b'\n' | b'\r')).collect();
    if !whole && lines.len() > 1 {
        lines.pop();
    }
    let lines: Vec<&[u8]> = lines.into_iter().filter(|line| !line.is_empty()).take(LINES).collect();
    let Some(first) = lines.first() else { return b',' };
    let candidates = || SEPARATORS.into_iter().filter(|mark| *mark != decimal);
    let equal = |mark: &u8| {
        let n = count(first, *mark);
        n > 0 && lines.iter().all(|line| count(line, *mark) == n)
    };
    let likeliest = candidates().find(equal);
    likeliest.or_else(|| candidates().find(|mark| count(first, *mark) > 0)).unwrap_or(b',')
}

/// How often a mark stands in a line outside of quotes.
fn count(line: &[u8], mark: u8) -> usize {
    let mut quoted = false;
    let mut count = 0;
    for &byte in line {
        quoted ^= byte == b'"';
        count += usize::from(!quoted && byte == mark);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_told_by_the_first_lines() {
        for (text, decimal, separator) in [
            ("a,b\n1,2\n", b'.', b','),
            ("a;b\n1,5;2\n", b'.', b';'),
            ("a\tb\n1\t2\n", b'.', b'\t'),
            ("a|b\r\n1|2\r\n", b'.', b'|'),
            ("1,5;2,5\n3,5;4\n", b',', b';'),
            ("a,b\n\"x;y\",\"p;q\"\n", b'.', b','),
            ("name\nvalue\n", b'.', b','),
            ("a,b\n1\n1,2,3\n", b'.', b','),
            ("a;b\n1\n", b'.', b';'),
            ("", b'.', b','),
        ] {
            assert_eq!(sniffed(text.as_bytes(), decimal), separator, "{text:?}");
        }
    }
}
