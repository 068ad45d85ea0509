//! Which file a source means.

use super::error::DataError;
use super::formats;
use super::rows::Rows;
use super::spec::DataSpec;
use super::texts::Texts;
use crate::builtin::dataset::{FileOrigin, NAME_MARK, SPLIT_MARK, Selection};
use std::path::{Path, PathBuf};

/// What stands for the placeholders in names of files and arrays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placeholders<'p> {
    /// For `{split}`.
    pub split: Option<&'p str>,
    /// For `{name}`.
    pub name: Option<&'p str>,
}

impl Placeholders<'_> {
    /// The text with what stands for them.
    pub fn fill(&self, text: &str) -> String {
        let text = self.split.map_or_else(|| text.to_string(), |split| text.replace(SPLIT_MARK, split));
        self.name.map_or_else(|| text.clone(), |name| text.replace(NAME_MARK, name))
    }
}

/// Whether the dataset's root names a file by its ending, and so serves sources without a file of their own.
pub fn is_file(root: &Path) -> bool {
    formats::of_file(root).is_some()
}

/// The file a source reads with these placeholders.
///
/// `None` where neither the source nor the root names one, which [`super::check`] reports.
///
/// # Errors
/// The file lies outside the folders of the description.
pub fn resolve(
    spec: &DataSpec,
    origin: &FileOrigin<'_>,
    placeholders: Placeholders<'_>,
) -> Result<Option<PathBuf>, DataError> {
    match (&spec.root, origin.file) {
        (Some(root), None) if is_file(root) => spec.within.hold(root.clone()).map(Some),
        (_, None) => Ok(None),
        (_, Some(file)) => below_root(spec, &placeholders.fill(file)).map(Some),
    }
}

/// Opens the numbers that a source reads of this file.
///
/// # Errors
/// Those of [`formats::open`].
pub fn open(path: &Path, origin: &FileOrigin<'_>, placeholders: Placeholders<'_>) -> Result<Box<dyn Rows>, DataError> {
    let array = origin.selection.array().map(|array| placeholders.fill(array));
    formats::open(origin.format, path, selected(origin, array.as_deref()))
}

/// The texts that a source reads of this file.
///
/// # Errors
/// Those of [`formats::rows_of_texts`].
pub fn texts(path: &Path, origin: &FileOrigin<'_>, placeholders: Placeholders<'_>) -> Result<Texts, DataError> {
    let array = origin.selection.array().map(|array| placeholders.fill(array));
    formats::rows_of_texts(origin.format, path, selected(origin, array.as_deref()))
}

/// What a source selects of its file, `array` being the name of its array with what stands for placeholders.
fn selected<'a>(origin: &FileOrigin<'a>, array: Option<&'a str>) -> Selection<'a> {
    match origin.selection {
        Selection::Columns(columns) => Selection::Columns(columns),
        Selection::Array(_) | Selection::Only => Selection::of(array),
    }
}

/// A file by its name under the dataset's root.
///
/// # Errors
/// It lies outside the folders of the description.
pub fn below_root(spec: &DataSpec, file: &str) -> Result<PathBuf, DataError> {
    spec.within.hold(match &spec.root {
        Some(root) if is_file(root) => root.parent().unwrap_or(Path::new("")).join(file),
        Some(root) => root.join(file),
        None => spec.within.find(file),
    })
}
