//! `csv`: columns of a table of numbers.

use super::{FileOrigin, FilePart, Generator, Origin, Source};
use crate::builtin::{ShapeError, TargetKind};
use crate::row;

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
        columns: Vec<String>,
    }
    example "csv(\"iris.csv\", columns: [\"petal_length\", \"petal_width\"])" on []
}

impl Source for Csv {
    fn origin(&self) -> Origin<'_> {
        Origin::File(FileOrigin { file: self.file.as_deref(), part: FilePart::Csv { columns: &self.columns } })
    }

    fn check(&self, shape: &[usize], _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        check_columns("csv", &self.columns, shape)
    }

    fn axes(&self) -> Option<Vec<usize>> {
        Some(vec![self.columns.len()])
    }

    fn check_target(&self, target: &TargetKind, generator: Option<&dyn Generator>) -> Result<(), ShapeError> {
        self.check(&target.shape(), generator)
    }
}

/// Whether so many columns of a table fill this shape.
pub(super) fn check_columns(word: &str, columns: &[String], shape: &[usize]) -> Result<(), ShapeError> {
    let columns = columns.len();
    if shape == [columns] || (shape.is_empty() && columns == 1) {
        return Ok(());
    }
    let message = format!("`{word}` reads {columns} columns a sample, the declared shape is {shape:?}");
    Err(ShapeError::new(message).help(format!("declare it `[{columns}]`")))
}
