//! What a format of files of numbers is to the rest of the program: how it is recognized, listed and read.

use super::dtype::{Dtype, Elements};
use super::error::DataError;
use super::rows::Rows;
use super::texts::{self, Texts};
use crate::builtin::dataset::{Dialect, FileFormat, Selection};
use std::path::Path;

/// A format of files of numbers. [`super::formats`] has them all.
pub trait Format: Sync {
    /// Its word, the endings of its files' names, and how numbers are told apart in them.
    fn format(&self) -> &'static FileFormat;

    /// What such files begin with; nothing where that varies.
    fn magic(&self) -> &'static [u8] {
        &[]
    }

    /// Whether rows of every array are read a few at a time, so that a file may be larger than memory.
    fn is_batchwise(&self) -> bool {
        false
    }

    /// Every array, from the headers; every column of a table.
    ///
    /// # Errors
    /// The file is missing, unreadable or no such file.
    fn arrays(&self, path: &Path) -> Result<Vec<ArrayInfo>, DataError>;

    /// What the arrays or columns are called.
    ///
    /// # Errors
    /// Those of [`arrays`](Self::arrays).
    fn names(&self, path: &Path) -> Result<Vec<String>, DataError> {
        Ok(self.arrays(path)?.into_iter().map(|array| array.name).collect())
    }

    /// What columns are called of a table in text that is written so.
    ///
    /// # Errors
    /// Those of [`arrays`](Self::arrays).
    fn names_as(&self, path: &Path, _: Dialect<'_>) -> Result<Vec<String>, DataError> {
        self.names(path)
    }

    /// What is to be said of a file as a whole.
    ///
    /// # Errors
    /// Those of [`arrays`](Self::arrays).
    fn remark(&self, _: &Path) -> Result<Option<String>, DataError> {
        Ok(None)
    }

    /// Opens what is selected for reading rows.
    ///
    /// # Errors
    /// The file is missing, unreadable or no such file, or what is selected is not there or holds no numbers.
    fn open(&self, path: &Path, selection: Selection<'_>) -> Result<Box<dyn Rows>, DataError>;

    /// Reads the texts of what is selected; whole numbers are texts as they are written.
    ///
    /// # Errors
    /// The file is missing, unreadable or no such file, or what is selected is not there or has numbers that are not whole.
    fn texts(&self, path: &Path, selection: Selection<'_>) -> Result<Texts, DataError> {
        texts::of_numbers(self.open(path, selection)?.as_ref())
    }

    /// Files that can be read, for the tests that every format passes.
    #[cfg(test)]
    fn examples(&self) -> Vec<Example>;
}

/// One array, or one column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrayInfo {
    /// Empty for the one array of a file without names.
    pub name: String,
    /// `numbers` or `text` for a column; `unreadable` where the header is.
    pub dtype: Dtype,
    pub shape: Vec<u64>,
    /// "Fortran order", chunks, what is wrong with its header.
    pub remark: Option<String>,
}

impl ArrayInfo {
    /// An array whose header says nothing that is understood.
    pub fn unreadable(name: String, why: String) -> Self {
        Self { name, dtype: Dtype::named("unreadable", Elements::Other), shape: vec![], remark: Some(why) }
    }
}

/// A file that can be read, and an array of it.
#[cfg(test)]
pub struct Example {
    pub name: String,
    pub bytes: Vec<u8>,
    pub selection: Selection<'static>,
}

#[cfg(test)]
impl Example {
    pub fn new(name: &str, bytes: impl Into<Vec<u8>>, selection: Selection<'static>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), selection }
    }
}
