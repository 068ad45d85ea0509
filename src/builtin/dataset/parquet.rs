//! `parquet`: columns of a table of numbers in Apache's binary format.

use super::csv::check_columns;
use super::{FileOrigin, FilePart, Generator, Origin, Source};
use crate::builtin::{ShapeError, TargetKind};
use crate::row;

row! {
    /// Columns of a Parquet file, one sample a row: whole numbers, floats and booleans, without gaps.
    ///
    /// The file's name may hold `{split}`, which stands for the split's key. Needs a program that was built with the feature
    /// `parquet`: `cargo build --release --features parquet`.
    pub struct Parquet = "parquet" as Source(dyn Source) {
        /// The file under the dataset's root; not needed where the dataset is `from` the file itself.
        file: Option<String> = None,
        /// The columns to read, in this order.
        columns: Vec<String>,
    }
    example "parquet(\"iris.parquet\", columns: [\"petal_length\", \"petal_width\"])" on []
}

impl Source for Parquet {
    fn origin(&self) -> Origin<'_> {
        Origin::File(FileOrigin { file: self.file.as_deref(), part: FilePart::Parquet { columns: &self.columns } })
    }

    fn check(&self, shape: &[usize], _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        check_columns("parquet", &self.columns, shape)
    }

    fn axes(&self) -> Option<Vec<usize>> {
        Some(vec![self.columns.len()])
    }

    fn check_target(&self, target: &TargetKind, _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        check_columns("parquet", &self.columns, &target.shape())
    }
}
