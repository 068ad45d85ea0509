//! Files of data, open for reading. One whose hash was taken stays what it was: whatever is read of it later is held against
//! that hash, whole groups of bytes at a time, so that bytes that were changed meanwhile reach nobody.

use super::error::{Code, DataError, did_you_mean, unreadable};
use crate::folder::named;
use hashed::{HashedFile, MISREAD, hashed};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use tree::{AT_ONCE, fill, read_at};

mod hashed;
mod tree;

pub use hashed::{Changed, changed, digest, explained, forget};

/// A list of names or numbers that is longer than this is another file by mistake.
const TEXT_LIMIT: u64 = 1 << 26;

/// Opens a file that is no part of a dataset.
pub fn plain(path: &Path) -> std::io::Result<DataFile> {
    DataFile::new(path, named(path)?.0)
}

/// Opens a file for its readers, or says which other was meant.
pub fn open(path: &Path) -> Result<DataFile, DataError> {
    DataFile::new(path, opened(path)?).map_err(|error| unreadable(path, &error))
}

/// Opens a file as it is now.
pub fn opened(path: &Path) -> Result<File, DataError> {
    named(path).map(|(file, _)| file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => missing(path),
        _ => unreadable(path, &error),
    })
}

fn missing(path: &Path) -> DataError {
    let error = DataError::new(Code::FileMissing, "a file of the dataset is missing").file(path);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let Ok(entries) = fs::read_dir(folder) else {
        return error.help(format!("there is no folder `{}`", folder.display()));
    };
    let mut names: Vec<String> = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    error.help(did_you_mean(&name, &known, "the folder"))
}

/// A whole file as text.
pub fn text(path: &Path) -> Result<String, DataError> {
    let mut text = vec![];
    open(path)?.take(TEXT_LIMIT + 1).read_to_end(&mut text).map_err(|error| unreadable(path, &error))?;
    if text.len() as u64 > TEXT_LIMIT {
        return Err(DataError::new(Code::FileUnreadable, "a list is longer than this program reads")
            .file(path)
            .expected(format!("a text of at most {TEXT_LIMIT} bytes")));
    }
    String::from_utf8(text).map_err(|_| {
        DataError::new(Code::FileUnreadable, "a list is no text")
            .file(path)
            .expected("a text in UTF-8, an entry a line")
    })
}

// ---------------------------------------------------------------- reading

/// A file of data, open for reading. Clones read on their own.
pub struct DataFile {
    file: Arc<File>,
    length: u64,
    /// Where the next byte is read.
    at: u64,
    /// What it is held against, where its hash was taken.
    hashed: Option<Arc<HashedFile>>,
    /// Bytes from the start of a group, found to be right.
    block: Vec<u8>,
    block_at: u64,
}

impl Clone for DataFile {
    fn clone(&self) -> Self {
        let (file, hashed) = (self.file.clone(), self.hashed.clone());
        Self { file, length: self.length, at: self.at, hashed, block: vec![], block_at: 0 }
    }
}

impl DataFile {
    /// The file of this path, which was opened.
    pub fn new(path: &Path, file: File) -> io::Result<Self> {
        let hashed = hashed(path);
        let length =
            hashed.as_ref().map_or_else(|| file.metadata().map(|m| m.len()), |hashed| Ok(hashed.tree.length))?;
        Ok(Self { file: Arc::new(file), length, at: 0, hashed, block: vec![], block_at: 0 })
    }

    /// Bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Reads the groups around so many bytes from here, and finds them to be right.
    fn fetch(&mut self, hashed: &Arc<HashedFile>, wanted: usize) -> io::Result<()> {
        let tree = &hashed.tree;
        let first = self.at / tree.group;
        let start = first * tree.group;
        let most = (AT_ONCE as u64).max(tree.group);
        let end = (self.at + (wanted as u64).min(most)).next_multiple_of(tree.group).min(start + most).min(tree.length);
        self.block.resize((end - start) as usize, 0);
        self.block_at = start;
        let right = fill(&self.file, start, &mut self.block).is_ok() && tree.has(first, &self.block);
        if right {
            return Ok(());
        }
        self.block.clear();
        MISREAD.set(Some(hashed.clone()));
        Err(io::Error::other("it was changed while it was in use"))
    }
}

impl Read for DataFile {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let Some(hashed) = self.hashed.clone() else {
            let count = read_at(&self.file, self.at, to)?;
            self.at += count as u64;
            return Ok(count);
        };
        if to.is_empty() || self.at >= self.length {
            return Ok(0);
        }
        let within = self.block_at..self.block_at + self.block.len() as u64;
        if !within.contains(&self.at) {
            self.fetch(&hashed, to.len())?;
        }
        let bytes = &self.block[(self.at - self.block_at) as usize..];
        let count = bytes.len().min(to.len());
        to[..count].copy_from_slice(&bytes[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for DataFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a place before the file"))?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// Bytes that are compared together in a small file.
    const GROUP: usize = 8 << 10;

    fn file(name: &str, bytes: &[u8]) -> (PathBuf, File) {
        let path = std::env::temp_dir().join(format!("mhm-{name}-{}", std::process::id()));
        std::fs::write(&path, bytes).expect("a file of ours");
        let file = opened(&path).expect("a file of ours");
        (path, file)
    }

    fn bytes(count: usize) -> Vec<u8> {
        (0..count).map(|i| (i * i % 251) as u8).collect()
    }

    #[test]
    fn a_read_is_of_the_bytes_that_were_hashed_or_none() {
        let all = bytes(5 * GROUP + 77);
        let (path, _) = file("held", &all);
        digest(&path).expect("a file of ours");
        let read = |start: usize, count: usize| {
            let mut file = open(&path).expect("a file of ours");
            let mut bytes = vec![0; count];
            file.seek(SeekFrom::Start(start as u64)).and_then(|_| file.read_exact(&mut bytes)).map(|()| bytes)
        };
        for (start, count) in [(0, all.len()), (5, 20), (GROUP - 3, 6), (all.len() - 9, 9)] {
            assert_eq!(read(start, count).expect("nothing was changed"), all[start..start + count]);
        }
        assert!(read(all.len() - 3, 4).is_err(), "it ends there");
        // The time of the change is set back: that is no help.
        let times = std::fs::metadata(&path).and_then(|m| m.modified()).expect("a file of ours");
        let mut other = all.clone();
        other[2 * GROUP + 1] ^= 1;
        std::fs::write(&path, &other).expect("a file of ours");
        let written = File::options().write(true).open(&path).and_then(|file| file.set_modified(times));
        written.expect("a file of ours");
        assert_eq!(read(0, 100).expect("these are as they were"), all[..100]);
        assert!(read(2 * GROUP + 100, 1).is_err(), "a neighbour in its group is not believed");
        assert!(changed(&path).is_some());
        let told = explained(DataError::new(Code::ArrayBroken, "no array"));
        assert!(told.code == Code::FileChanged && told.to_string().contains(&path.display().to_string()), "{told}");
        std::fs::remove_file(path).expect("a file of ours");
    }
}
