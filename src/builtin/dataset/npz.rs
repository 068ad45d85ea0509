//! `npz`: an array of a NumPy archive.

use super::{Contents, FileFormat, FileOrigin, Generator, Origin, Selection, Source, by_name, check_key};
use crate::builtin::ShapeError;
use crate::row;
use std::path::Path;

pub const FORMAT: FileFormat = FileFormat { word: "npz", extensions: &["npz"], contents: Contents::NamedArrays };

row! {
    /// One array of a NumPy archive (`numpy.savez`, `numpy.savez_compressed`), first axis the samples.
    ///
    /// Where the dataset is `from` the archive itself, the array's name is enough. Both names may hold `{split}`,
    /// which stands for the split's key.
    ///
    /// Floats of 2, 4 and 8 bytes, integers of 1 to 8 bytes and booleans are read, in C and in Fortran order, and prepared as
    /// 64-bit floats (whole numbers above 2^53 are rounded to those); a network is given 32-bit floats.
    pub struct Npz = "npz" as Source(dyn Source) {
        /// Name of the array.
        array: String,
        /// Another archive under the dataset's root.
        file: Option<String> = None,
        /// Array of the same archive with the names of the rows, where other files are joined to them by name or these to others: see
        /// `csv`.
        key: Option<String> = None,
    }
    example "npz(\"{split}_audio\")" on []
}

impl Npz {
    fn check_names(&self) -> Result<(), ShapeError> {
        let swapped =
            self.file.as_ref().is_some_and(|file| !FORMAT.has(Path::new(file)) && FORMAT.has(Path::new(&self.array)));
        match &self.file {
            Some(file) if swapped => Err(ShapeError::new("the array's name comes before the file's in `npz`")
                .help(format!("write `npz({file:?}, file: {:?})`", self.array))),
            Some(_) | None => Ok(()),
        }
    }
}

impl Source for Npz {
    fn origin(&self) -> Origin<'_> {
        Origin::File(FileOrigin {
            file: self.file.as_deref(),
            format: &FORMAT,
            selection: Selection::Array(&self.array),
            rows: by_name(self.key.as_deref()),
        })
    }

    fn check(&self, _: &[usize], _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        self.check_names()?;
        check_key(self.file.as_deref(), Some(&self.array), self.key.as_deref())
    }
}
