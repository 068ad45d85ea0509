//! `pickle`: an array somewhere in a pickled dictionary.

use super::{Contents, FileFormat, FileOrigin, Generator, Origin, Selection, Source, by_name, check_key};
use crate::builtin::ShapeError;
use crate::row;

pub const FORMAT: FileFormat =
    FileFormat { word: "pickle", extensions: &["pkl", "pickle"], contents: Contents::NamedArrays };

row! {
    /// An array in a pickled dictionary or list of NumPy arrays (`.pkl`, `.pickle`), first axis the samples.
    ///
    /// Dictionaries may hold dictionaries: `at: "train/text"` is what Python calls `data["train"]["text"]`; a number
    /// is the place in a list. Both names may hold `{split}`, which stands for the split's key. A list of plain numbers
    /// is an array of one axis.
    ///
    /// Protocols 0 to 5 are read. Nothing of a pickle is ever executed: a file that asks for anything but arrays,
    /// numbers and texts is refused. Rows are read when they are needed, but in protocols 0 to 2, which write bytes as
    /// text. Types as `npz`.
    pub struct Pickle = "pickle" as Source(dyn Source) {
        /// The file under the dataset's root; not needed where the dataset is `from` the file itself.
        file: Option<String> = None,
        /// Place of the array in the file; not needed where the file holds only one.
        at: Option<String> = None,
        /// Place of the array with the names of the rows, where other files are joined to them by name or these to others: see `csv`.
        key: Option<String> = None,
    }
    example "pickle(\"mosei_senti_data.pkl\", at: \"{split}/text\")" on []
}

impl Source for Pickle {
    fn origin(&self) -> Origin<'_> {
        Origin::File(FileOrigin {
            file: self.file.as_deref(),
            format: &FORMAT,
            selection: Selection::of(self.at.as_deref()),
            rows: by_name(self.key.as_deref()),
        })
    }

    fn check(&self, _: &[usize], _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        check_key(self.file.as_deref(), self.at.as_deref(), self.key.as_deref())
    }
}
