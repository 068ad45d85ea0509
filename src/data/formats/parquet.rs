//! Parquet files: columns of numbers under their names. They are read by the crate `parquet`, in a program that was built with
//! the feature of that name; any other says so.

use crate::builtin::dataset::parquet::FORMAT;
use crate::builtin::dataset::{FileFormat, Selection};
use crate::data::error::{Code, DataError, list};
use crate::data::format::{ArrayInfo, Format};
use crate::data::rows::Rows;
use crate::data::texts::Texts;
use std::path::Path;

#[cfg(not(feature = "parquet"))]
mod absent;
#[cfg(feature = "parquet")]
mod columns;
#[cfg(feature = "parquet")]
mod names;
#[cfg(feature = "parquet")]
mod pages;

#[cfg(not(feature = "parquet"))]
use absent::{headers, rows, texts};
#[cfg(feature = "parquet")]
use columns::{headers, rows};
#[cfg(feature = "parquet")]
use names::texts;

pub struct Parquet;

impl Format for Parquet {
    fn format(&self) -> &'static FileFormat {
        &FORMAT
    }

    fn magic(&self) -> &'static [u8] {
        b"PAR1"
    }

    fn arrays(&self, path: &Path) -> Result<Vec<ArrayInfo>, DataError> {
        headers(path)
    }

    fn open(&self, path: &Path, selection: Selection<'_>) -> Result<Box<dyn Rows>, DataError> {
        match selection {
            Selection::Columns(columns) => rows(path, columns),
            Selection::Array(column) => rows(path, &[column.to_string()]),
            Selection::Only => rows(path, &self.names(path)?),
        }
    }

    fn texts(&self, path: &Path, selection: Selection<'_>) -> Result<Texts, DataError> {
        match selection {
            Selection::Columns([column]) => texts(path, column),
            Selection::Array(column) => texts(path, column),
            Selection::Columns(_) | Selection::Only => match self.names(path)?.as_slice() {
                [column] if selection == Selection::Only => texts(path, column),
                names => {
                    Err(DataError::new(Code::ArrayMissing, "a table has several columns, a name is one text a row")
                        .file(path)
                        .found(list(names.iter().map(String::as_str)))
                        .help("say which: `column: \"subject\"`"))
                }
            },
        }
    }

    #[cfg(all(test, feature = "parquet"))]
    fn examples(&self) -> Vec<crate::data::format::Example> {
        tests::examples()
    }

    #[cfg(all(test, not(feature = "parquet")))]
    fn examples(&self) -> Vec<crate::data::format::Example> {
        vec![]
    }
}

#[cfg(test)]
mod tests;
