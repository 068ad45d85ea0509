//! `csv`: columns of a table of numbers.

use super::{FileOrigin, FilePart, Generator, Origin, Source};
use crate::builtin::{ShapeError, TargetKind};
use crate::row;

row! {
    /// Columns of a comma-separated file whose first line names them, one sample a line.
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
        let columns = self.columns.len();
        if shape != [columns] && !(shape.is_empty() && columns == 1) {
            let message = format!("`csv` reads {columns} columns a sample, the declared shape is {shape:?}");
            return Err(ShapeError::new(message).help(format!("declare it `[{columns}]`")));
        }
        Ok(())
    }

    fn check_target(&self, target: &TargetKind, generator: Option<&dyn Generator>) -> Result<(), ShapeError> {
        self.check(&target.shape(), generator)
    }
}
