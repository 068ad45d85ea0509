//! `csv`: columns of a table of numbers.

use super::{Contents, FileFormat, FileOrigin, Generator, Origin, Selection, Source, check_axes, check_columns};
use crate::builtin::ShapeError;
use crate::row;

pub const FORMAT: FileFormat = FileFormat { word: "csv", extensions: &["csv"], contents: Contents::Columns };

row! {
    /// Columns of a comma-separated file whose first line names them, one sample a line.
    ///
    /// Numbers are written with a point. A field that is empty or holds `NA`, `N/A`, `nan` or `null` is missing, NaN:
    /// `|> replace(nan: 0)` gives it a number.
    ///
    /// The file's name may hold `{split}`, which stands for the split's key.
    pub struct Csv = "csv" as Source(dyn Source) {
        /// The file under the dataset's root; not needed where the dataset is `from` the file itself.
        file: Option<String> = None,
        /// The columns to read, in this order.
        columns: Vec<String> = vec![],
        /// The only column to read, in the place of `columns`.
        column: Option<String> = None,
    }
    example "csv(\"iris.csv\", columns: [\"petal_length\", \"petal_width\"])" on []
}

impl Source for Csv {
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

#[cfg(test)]
impl Csv {
    /// These columns of the file that the dataset is from.
    pub fn of(columns: &[&str]) -> Self {
        let columns = columns.iter().map(|column| (*column).to_string()).collect();
        Self { file: None, columns, column: None }
    }
}
