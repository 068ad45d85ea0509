//! What `mhm data FILE` prints of a bare file of data: its arrays, from their headers.

use super::error::DataError;
use super::format::ArrayInfo;
use super::formats;
use crate::visible::visible;
use std::fmt;
use std::path::{Path, PathBuf};

/// The arrays of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    pub path: PathBuf,
    pub arrays: Vec<ArrayInfo>,
    /// What is to be said of all of it.
    pub remark: Option<String>,
}

/// Lists the arrays of a file. Only headers are read, but of tables.
///
/// # Errors
/// Where the file is missing, no such file by its content, or has another ending.
pub fn inspect(path: &Path) -> Result<Inspection, DataError> {
    let format = formats::of_file(path).ok_or_else(|| formats::unknown(path))?;
    Ok(Inspection { path: path.to_path_buf(), arrays: format.arrays(path)?, remark: format.remark(path)? })
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", visible(&self.path.display().to_string()))?;
        self.remark.iter().try_for_each(|remark| write!(f, "  {}", visible(remark)))?;
        writeln!(f)?;
        let rows: Vec<[String; 2]> =
            self.arrays.iter().map(|a| [visible(&a.name), visible(&a.dtype.to_string())]).collect();
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
