//! What `mhm data FILE` prints of a bare file of data: its arrays, from their headers.

use super::error::DataError;
use super::npy::{Header, Order};
use super::{csv, hdf5, mat, npy, npz, parquet, pickle};
use crate::builtin::dataset::EXTENSIONS;
use crate::visible::visible;
use std::fmt;
use std::path::{Path, PathBuf};

/// The arrays of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    pub path: PathBuf,
    pub arrays: Vec<ArrayInfo>,
}

/// One array, or one column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrayInfo {
    /// Empty for the one array of an `.npy` file.
    pub name: String,
    /// As NumPy writes it (`<f4`); `numbers` or `text` for a column; `unreadable`.
    pub dtype: String,
    pub shape: Vec<u64>,
    /// "Fortran order", chunks, what is wrong with its header.
    pub remark: Option<String>,
}

/// Lists the arrays of a file. Only headers are read, but of tables.
///
/// # Errors
/// Where the file is missing, no such file by its content, or has another ending.
pub fn inspect(path: &Path) -> Result<Inspection, DataError> {
    let arrays = match path.extension().and_then(|e| e.to_str()) {
        Some("npz") => npz::headers(path)?.into_iter().map(|entry| ArrayInfo::of(entry.name, entry.header)).collect(),
        Some("npy") => vec![ArrayInfo::of(String::new(), Ok(npy::header(path)?))],
        Some("h5" | "hdf5" | "hdf") => hdf5::headers(path)?,
        Some("mat") => mat::headers(path)?,
        Some("pkl" | "pickle") => pickle::headers(path)?,
        Some("csv") => columns(path)?,
        Some("parquet") => parquet::headers(path)?,
        Some(_) | None => {
            return Err(unknown(path));
        }
    };
    Ok(Inspection { path: path.to_path_buf(), arrays })
}

/// Endings of files that are packed as a whole.
const PACKED: &[&str] = &["gz", "bz2", "xz", "zst", "zip", "7z", "tgz", "Z"];

/// A file of another format, by its name.
pub fn unknown(path: &Path) -> DataError {
    let error = DataError::new("mhm::format-unknown", "a file's ending names no format that can be read")
        .file(path)
        .expected(format!("a name ending in `.{}`", EXTENSIONS.join("`, `.")));
    match path.extension().and_then(|e| e.to_str()) {
        Some(ending) if PACKED.contains(&ending) => error.help("it is compressed: unpack it first"),
        Some("tsv" | "txt" | "tab") => {
            error.help("a table is read where its fields are separated by commas: save it so, as `.csv`")
        }
        Some("xlsx" | "xls" | "ods") => error.help("save the sheet as `.csv`"),
        Some("pt" | "pth") => error.help("save its tensors with `numpy.savez`"),
        Some(_) | None => error,
    }
}

fn columns(path: &Path) -> Result<Vec<ArrayInfo>, DataError> {
    let (columns, lines) = csv::columns(path)?;
    let info = |csv::Column { name, is_numbers, missing }: csv::Column| {
        let dtype = if is_numbers { "numbers" } else { "text" };
        let remark = (is_numbers && missing > 0).then(|| format!("{missing} missing"));
        ArrayInfo { name, dtype: dtype.into(), shape: vec![lines], remark }
    };
    Ok(columns.into_iter().map(info).collect())
}

impl ArrayInfo {
    fn of(name: String, header: Result<Header, String>) -> Self {
        match header {
            Ok(Header { dtype, shape, order }) => {
                let remark = match order {
                    Order::C => None,
                    Order::Fortran => Some("Fortran order".into()),
                };
                Self { name, dtype, shape, remark }
            }
            Err(why) => Self::unreadable(name, why),
        }
    }

    /// An array whose header says nothing that is understood.
    pub fn unreadable(name: String, why: String) -> Self {
        Self { name, dtype: "unreadable".into(), shape: vec![], remark: Some(why) }
    }
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", visible(&self.path.display().to_string()))?;
        let rows: Vec<[String; 2]> = self.arrays.iter().map(|a| [visible(&a.name), visible(&a.dtype)]).collect();
        let wide = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let (names, types) = (wide(0), wide(1));
        for (array, [name, dtype]) in self.arrays.iter().zip(&rows) {
            write!(f, "  {name:names$}  {dtype:types$}  {:?}", array.shape)?;
            match &array.remark {
                Some(remark) => writeln!(f, "  {}", visible(remark))?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}
