//! `npy`: a NumPy array in a file of its own.

use super::{Contents, FileFormat, FileOrigin, Origin, Selection, Source};
use crate::row;

pub const FORMAT: FileFormat = FileFormat { word: "npy", extensions: &["npy"], contents: Contents::Array };

row! {
    /// A NumPy array (`numpy.save`), first axis the samples.
    ///
    /// The name may hold `{split}`, which stands for the split's key. Types as `npz`.
    pub struct Npy = "npy" as Source(dyn Source) {
        /// The file under the dataset's root; not needed where the dataset is `from` the file itself.
        file: Option<String> = None,
    }
    example "npy(\"audio_{split}.npy\")" on []
}

impl Source for Npy {
    fn origin(&self) -> Origin<'_> {
        Origin::File(FileOrigin { file: self.file.as_deref(), format: &FORMAT, selection: Selection::Only })
    }
}
