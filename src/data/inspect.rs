//! What `mhm data FILE` prints of a bare file of data: its arrays, from their headers.

use super::error::DataError;
use super::npy::{Header, Order};
use super::{csv, hdf5, mat, npy, npz, parquet, pickle};
use crate::builtin::dataset::EXTENSIONS;
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
            return Err(DataError::new("mhm::format-unknown", "a file's ending names no format that can be read")
                .file(path)
                .expected(format!("a name ending in `.{}`", EXTENSIONS.join("`, `."))));
        }
    };
    Ok(Inspection { path: path.to_path_buf(), arrays })
}

fn columns(path: &Path) -> Result<Vec<ArrayInfo>, DataError> {
    let (columns, lines) = csv::columns(path)?;
    let info = |(name, numbers): (String, bool)| {
        let dtype = if numbers { "numbers" } else { "text" };
        ArrayInfo { name, dtype: dtype.into(), shape: vec![lines], remark: None }
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
        writeln!(f, "{}", self.path.display())?;
        let wide =
            |text: fn(&ArrayInfo) -> &str| self.arrays.iter().map(|a| text(a).chars().count()).max().unwrap_or(0);
        let (names, types) = (wide(|a| &a.name), wide(|a| &a.dtype));
        for array in &self.arrays {
            write!(f, "  {:names$}  {:types$}  {:?}", array.name, array.dtype, array.shape)?;
            match &array.remark {
                Some(remark) => writeln!(f, "  {remark}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}
