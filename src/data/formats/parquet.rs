//! Parquet files: columns of numbers under their names. They are read by the crate `parquet`, in a program that was built with
//! the feature of that name; any other says so.

use crate::builtin::dataset::parquet::FORMAT;
use crate::builtin::dataset::{FileFormat, Pick, Selection};
use crate::data::error::DataError;
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
        rows(path, &self.picked(path, selection)?)
    }

    fn texts(&self, path: &Path, selection: Selection<'_>) -> Result<Texts, DataError> {
        texts(path, &self.picked(path, selection)?)
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

impl Parquet {
    /// The names of what is selected.
    fn picked(&self, path: &Path, selection: Selection<'_>) -> Result<Vec<String>, DataError> {
        let names = self.names(path)?;
        match selection {
            Selection::Array(column) => Ok(vec![column.to_string()]),
            Selection::Only => Ok(names),
            Selection::Columns(columns) => {
                let mut picked = vec![];
                for pick in columns.picks {
                    match (pick, pick.places(&names)) {
                        (_, Ok(places)) => picked.extend(places.into_iter().map(|place| names[place].clone())),
                        // What is not there is said where columns are looked for.
                        (Pick::Name(name), Err(_)) => picked.push(name.clone()),
                        (pick, Err(_)) => picked.push(pick.plain()),
                    }
                }
                Ok(picked)
            }
        }
    }
}

#[cfg(test)]
mod tests;
