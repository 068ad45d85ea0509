//! `arff`: columns of a table in the text format of Weka.

use super::{
    Columns, Contents, FileFormat, FileOrigin, Generator, OneColumn, Origin, Picks, Selection, Source, check_axes,
    check_columns, check_rows, rows_of,
};
use crate::builtin::ShapeError;
use crate::row;

pub const FORMAT: FileFormat = FileFormat { word: "arff", extensions: &["arff"], contents: Contents::Columns };

row! {
    /// Columns of an ARFF file, the table in text that Weka writes and many sets of the UCI archive come as, one sample a line.
    ///
    /// Columns are the attributes, by their names, or counted from 0. Attributes of numbers are read as such; those that list
    /// their values, `{setosa, versicolor}`, and texts are columns for a target of classes. `?` is missing, NaN: `|> replace(nan: 0)`
    /// gives it a number. Files that leave zeros out (`{1 7, 4 2}`) are not read.
    ///
    /// The file's name may hold `{split}`, which stands for the split's key.
    pub struct Arff = "arff" as Source(dyn Source) {
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
    example "arff(\"iris.arff\", columns: [\"petallength\", \"petalwidth\"])" on []
}

impl Source for Arff {
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
