//! What a program says that was built without the reader of Parquet files.

use crate::data::error::{Code, DataError};
use crate::data::format::ArrayInfo;
use crate::data::rows::Rows;
use crate::data::texts::Texts;
use std::path::Path;

/// Nothing can be read.
pub fn rows(path: &Path, _: &[String]) -> Result<Box<dyn Rows>, DataError> {
    Err(not_built(path))
}

/// Nothing can be read.
pub fn texts(path: &Path, _: &[String]) -> Result<Texts, DataError> {
    Err(not_built(path))
}

/// Nothing can be listed.
pub fn headers(path: &Path) -> Result<Vec<ArrayInfo>, DataError> {
    Err(not_built(path))
}

fn not_built(path: &Path) -> DataError {
    DataError::new(Code::FormatUnknown, "this program was built without the reader of Parquet files")
        .file(path)
        .help("build it with the feature: `cargo build --release --features parquet`; or write the table as `.csv`")
}

#[test]
fn the_feature_is_named() {
    let error = headers(Path::new("x.parquet")).unwrap_err();
    assert!(error.to_string().contains("--features parquet"), "{error}");
}
