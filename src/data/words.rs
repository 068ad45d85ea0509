//! Texts in the place of class numbers: which number each stands for, and arrays of them read as arrays of numbers.

use super::dtype::Dtype;
use super::error::DataError;
use super::locate::{self, Placeholders};
use super::rows::{InMemory, Rows};
use super::table::Table;
use crate::builtin::dataset::FileOrigin;
use std::collections::BTreeMap;
use std::path::Path;

/// What the texts of a target's files stand for.
#[derive(Debug)]
pub struct Words {
    /// What its classes are called, in their order.
    pub names: Vec<String>,
    /// Of every text the number that a file of numbers would have in its place.
    pub numbers: BTreeMap<String, f64>,
}

/// Opens what a source reads of a file: numbers, or texts as the numbers of their classes.
///
/// # Errors
/// Those of [`formats::open`](super::formats::open) and [`formats::rows_of_texts`](super::formats::rows_of_texts).
pub fn open(
    words: Option<&Words>,
    path: &Path,
    origin: &FileOrigin<'_>,
    placeholders: Placeholders<'_>,
) -> Result<Box<dyn Rows>, DataError> {
    let Some(words) = words else { return locate::open(path, origin, placeholders) };
    let texts = locate::texts(path, origin, placeholders)?;
    // What is no class is in rows of no sample.
    let number = |text: &String| words.numbers.get(text).copied().unwrap_or(f64::NAN);
    let numbers: Vec<f64> = texts.distinct.iter().map(number).collect();
    let values: Vec<f64> = texts.ids.iter().map(|id| numbers[*id as usize]).collect();
    let shape = [&[texts.len()], texts.axes.as_slice()].concat();
    let (file, array, places) = (texts.file, texts.array, texts.places);
    let table = Table { shape, first: 0, values: values.into(), file, array, places };
    Ok(Box::new(InMemory::new(table, Dtype::TEXT)))
}
