//! `npy`: a NumPy array in a file of its own.

use super::{Contents, FileFormat, FileOrigin, Generator, Origin, Selection, Source, by_name, check_key};
use crate::builtin::ShapeError;
use crate::row;

pub const FORMAT: FileFormat = FileFormat { word: "npy", extensions: &["npy"], contents: Contents::Array };

row! {
    /// A NumPy array (`numpy.save`), first axis the samples.
    ///
    /// The name may hold `{split}`, which stands for the split's key. Types as `npz`.
    pub struct Npy = "npy" as Source(dyn Source) {
        /// The file under the dataset's root; not needed where the dataset is `from` the file itself.
        file: Option<String> = None,
        /// The file (`.npy`, or `.txt` with a name a line) with the names of the rows, where other files are joined to them by name or
        /// these to others: see `csv`.
        key: Option<String> = None,
    }
    example "npy(\"audio_{split}.npy\")" on []
}

impl Source for Npy {
    fn origin(&self) -> Origin<'_> {
        let rows = by_name(self.key.as_deref());
        Origin::File(FileOrigin { file: self.file.as_deref(), format: &FORMAT, selection: Selection::Only, rows })
    }

    fn check(&self, _: &[usize], _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        check_key(self.file.as_deref(), None, self.key.as_deref())
    }
}
