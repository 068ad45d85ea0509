//! Where the bytes of a run come from. Owns the choice between memory and a file.

use crate::folder::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

/// The bytes of a run: large ones are read as they are wanted.
#[derive(Debug)]
pub enum Source {
    Held(Cursor<Vec<u8>>),
    File(File),
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::Held(bytes) => bytes.read(into),
            Source::File(file) => file.read(into),
        }
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Source::Held(bytes) => bytes.seek(to),
            Source::File(file) => file.seek(to),
        }
    }
}
