//! `parquet`: columns of a table of numbers in Apache's binary format.

use super::{Contents, FileFormat, FileOrigin, Generator, Origin, Selection, Source, check_axes, check_columns};
use crate::builtin::ShapeError;
use crate::row;

pub const FORMAT: FileFormat = FileFormat { word: "parquet", extensions: &["parquet"], contents: Contents::Columns };

row! {
    /// Columns of a Parquet file, one sample a row: whole numbers, floats and booleans, without gaps.
    ///
    /// The file's name may hold `{split}`, which stands for the split's key. Needs a program that was built with the feature
    /// `parquet`: `cargo build --release --features parquet`.
    pub struct Parquet = "parquet" as Source(dyn Source) {
        /// The file under the dataset's root; not needed where the dataset is `from` the file itself.
        file: Option<String> = None,
        /// The columns to read, in this order.
        columns: Vec<String> = vec![],
        /// The only column to read, in the place of `columns`.
        column: Option<String> = None,
    }
    example "parquet(\"iris.parquet\", columns: [\"petal_length\", \"petal_width\"])" on []
}

impl Source for Parquet {
    fn origin(&self) -> Origin<'_> {
        Origin::File(FileOrigin {
            file: self.file.as_deref(),
            format: &FORMAT,
            selection: Selection::columns(self.column.as_ref(), &self.columns),
        })
    }

    fn check(&self, shape: &[usize], _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        check_columns(FORMAT.word, self.column.as_deref(), &self.columns)?;
        check_axes(self, shape)
    }
}
