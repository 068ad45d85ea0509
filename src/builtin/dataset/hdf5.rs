//! `hdf5`: a dataset of an HDF5 file.

use super::{Contents, FileFormat, FileOrigin, Generator, Origin, Selection, Source, by_name, check_key};
use crate::builtin::ShapeError;
use crate::row;

pub const FORMAT: FileFormat =
    FileFormat { word: "hdf5", extensions: &["h5", "hdf5", "hdf"], contents: Contents::NamedArrays };

row! {
    /// One dataset of an HDF5 file (`.h5`, `.hdf5`), first axis the samples.
    ///
    /// Rows are read when they are needed, so the file may be larger than memory. Both names may hold `{split}`, which
    /// stands for the split's key.
    ///
    /// Contiguous, compact and chunked datasets are read, packed by gzip, lzf or szip, with shuffle and check sums.
    /// Types as `npz`. External files are not followed.
    pub struct Hdf5 = "hdf5" as Source(dyn Source) {
        /// The file under the dataset's root; not needed where the dataset is `from` the file itself.
        file: Option<String> = None,
        /// Path of the dataset in the file, such as `features/audio`; not needed where the file holds only one.
        dataset: Option<String> = None,
        /// Dataset with the names of the rows, where other files are joined to them by name or these to others: see `csv`.
        key: Option<String> = None,
    }
    example "hdf5(\"audio_feature.h5\")" on []
}

impl Source for Hdf5 {
    fn origin(&self) -> Origin<'_> {
        Origin::File(FileOrigin {
            file: self.file.as_deref(),
            format: &FORMAT,
            selection: Selection::of(self.dataset.as_deref()),
            rows: by_name(self.key.as_deref()),
        })
    }

    fn check(&self, _: &[usize], _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        check_key(self.file.as_deref(), self.dataset.as_deref(), self.key.as_deref())
    }
}
