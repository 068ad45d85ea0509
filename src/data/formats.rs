//! The formats of files of numbers that can be read, each in a file of its own. Nothing else knows which there are.

use super::error::{Code, DataError};
use super::file::open as open_file;
use super::format::Format;
use super::rows::Rows;
use super::texts::Texts;
use crate::builtin::dataset::{FileFormat, Selection};
use std::io::Read;
use std::path::Path;

mod arff;
mod csv;
mod hdf5;
mod mat;
pub mod npy;
pub mod npz;
mod parquet;
mod pickle;

/// In the order of the manual.
pub const FORMATS: &[&dyn Format] =
    &[&npz::Npz, &npy::Npy, &hdf5::Hdf5, &pickle::Pickle, &mat::Mat, &csv::Csv, &arff::Arff, &parquet::Parquet];

/// The format of a file, by the ending of its name.
pub fn of_file(path: &Path) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.format().has(path))
}

/// The reader of a format.
///
/// # Panics
/// Where no format of numbers has this word.
fn reader(format: &FileFormat) -> &'static dyn Format {
    let reader = FORMATS.iter().copied().find(|reader| reader.format() == format);
    reader.unwrap_or_else(|| panic!("`{}` is no format of numbers", format.word))
}

/// Opens what is selected of a file for reading rows.
///
/// # Errors
/// Those of [`Format::open`].
pub fn open(format: &FileFormat, path: &Path, selection: Selection<'_>) -> Result<Box<dyn Rows>, DataError> {
    reader(format).open(path, selection).map_err(|error| {
        if error.code != Code::TooLittleMemory {
            return error;
        }
        let batchwise = FORMATS.iter().filter(|format| format.is_batchwise());
        let endings: Vec<String> = batchwise.map(|format| format!("`{}`", format.format().ending())).collect();
        let endings = endings.join(" or ");
        error.help(format!("write it as {endings}, which are read batch by batch, or take fewer columns"))
    })
}

/// Reads the texts that are selected of a file, one a row.
///
/// # Errors
/// Those of [`Format::texts`], or there are several a row.
pub fn texts(format: &FileFormat, path: &Path, selection: Selection<'_>) -> Result<Texts, DataError> {
    rows_of_texts(format, path, selection)?.one_each()
}

/// The same where rows may have several.
///
/// # Errors
/// Those of [`Format::texts`].
pub fn rows_of_texts(format: &FileFormat, path: &Path, selection: Selection<'_>) -> Result<Texts, DataError> {
    reader(format).texts(path, selection)
}

/// Endings of files that are packed as a whole.
const PACKED: &[&str] = &["gz", "bz2", "xz", "zst", "zip", "7z", "tgz", "Z"];

/// What to say of a file whose name ends in none of the endings of a format.
pub fn unknown(path: &Path) -> DataError {
    let endings: Vec<&str> = FORMATS.iter().flat_map(|format| format.format().extensions).copied().collect();
    let error = DataError::new(Code::FormatUnknown, "a file's ending names no format that can be read")
        .file(path)
        .expected(format!("a name ending in `.{}`", endings.join("`, `.")));
    match path.extension().and_then(|e| e.to_str()) {
        Some(ending) if PACKED.contains(&ending) => error.help("it is compressed: unpack it first"),
        Some("txt" | "tab" | "dat") => error.help("a table in text is read where its name ends in `.csv` or `.tsv`"),
        Some("xlsx" | "xls" | "ods") => error.help("save the sheet as `.csv`"),
        Some("pt" | "pth") => error.help("save its tensors with `numpy.savez`"),
        Some(_) | None => match recognized(path) {
            Some(format) => {
                error.help(format!("it begins as such a file does: end its name in `{}`", format.format().ending()))
            }
            None => error,
        },
    }
}

/// The format of a file, by its first bytes.
fn recognized(path: &Path) -> Option<&'static dyn Format> {
    let mut begin = vec![];
    open_file(path).ok()?.take(16).read_to_end(&mut begin).ok()?;
    let has_magic = |format: &&dyn Format| !format.magic().is_empty() && begin.starts_with(format.magic());
    FORMATS.iter().copied().find(has_magic)
}
