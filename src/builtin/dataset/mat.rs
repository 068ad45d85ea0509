//! `mat`: a variable of a MATLAB file.

use super::{Contents, FileFormat, FileOrigin, Generator, Origin, Selection, Source, by_name, check_key};
use crate::builtin::ShapeError;
use crate::row;

pub const FORMAT: FileFormat = FileFormat { word: "mat", extensions: &["mat"], contents: Contents::NamedArrays };

row! {
    /// One numeric variable of a MATLAB file (`.mat`), first axis the samples.
    ///
    /// Files of MATLAB 5 to 7.2, as `scipy.io.savemat` writes them, are read, packed or not; a variable is in memory as a
    /// whole. Files of version 7.3 are HDF5 files and read as by `hdf5`: their axes stand in the reverse order. Names are cells with
    /// a text each, or rows of letters. Both names
    /// may hold `{split}`, which stands for the split's key.
    pub struct Mat = "mat" as Source(dyn Source) {
        /// The file under the dataset's root; not needed where the dataset is `from` the file itself.
        file: Option<String> = None,
        /// Name of the variable; not needed where the file holds only one.
        variable: Option<String> = None,
        /// Variable with the names of the rows, where other files are joined to them by name or these to others: see `csv`.
        key: Option<String> = None,
    }
    example "mat(\"features.mat\", variable: \"x\")" on []
}

impl Source for Mat {
    fn origin(&self) -> Origin<'_> {
        Origin::File(FileOrigin {
            file: self.file.as_deref(),
            format: &FORMAT,
            selection: Selection::of(self.variable.as_deref()),
            rows: by_name(self.key.as_deref()),
        })
    }

    fn check(&self, _: &[usize], _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        check_key(self.file.as_deref(), self.variable.as_deref(), self.key.as_deref())
    }
}
