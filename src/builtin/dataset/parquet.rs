//! `parquet`: columns of a table of numbers in Apache's binary format.

use super::{
    Columns, Contents, FileFormat, FileOrigin, Generator, OneColumn, Origin, Picks, Selection, Source, check_axes,
    check_columns, check_rows, rows_of,
};
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
        columns: Picks = Picks(vec![]),
        /// The only column to read, in the place of `columns`.
        column: Option<OneColumn> = None,
        /// The column that says which sample a row is a step of, as in `csv`.
        by: Option<OneColumn> = None,
        /// The column that steps are sorted by; as they come where it is not said.
        order: Option<OneColumn> = None,
        /// The column that has the names of samples, where rows are in another order.
        key: Option<OneColumn> = None,
    }
    example "parquet(\"iris.parquet\", columns: [\"petal_length\", \"petal_width\"])" on []
}

impl Source for Parquet {
    fn origin(&self) -> Origin<'_> {
        let picks = self.column.as_ref().map_or(self.columns.0.as_slice(), |column| &column.0);
        let rows = rows_of(self.by.as_ref(), self.order.as_ref(), self.key.as_ref());
        let selection = Selection::Columns(Columns::usual(picks));
        Origin::File(FileOrigin { file: self.file.as_deref(), format: &FORMAT, selection, rows })
    }

    fn check(&self, shape: &[usize], _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        check_columns(FORMAT.word, self.column.as_ref(), &self.columns.0)?;
        check_rows(self.by.as_ref(), self.order.as_ref(), self.key.as_ref())?;
        check_axes(self, shape)
    }
}
