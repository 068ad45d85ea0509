//! Texts of a Parquet file, a few rows at a time.

use super::columns::{BLOCK, dtype, reader, rows};
use crate::data::error::{Code, DataError};
use crate::data::texts::{Reading, Texts, of_numbers};
use ::parquet::column::reader::ColumnReader;
use ::parquet::file::reader::FileReader;
use std::path::Path;

/// The texts of these columns; where a row has none, it is empty. Whole numbers are texts as they are written.
pub fn texts(path: &Path, columns: &[String]) -> Result<Texts, DataError> {
    match columns {
        [column] => of_column(path, column),
        columns => Ok(Texts::beside(columns.iter().map(|column| of_column(path, column)).collect::<Result<_, _>>()?)),
    }
}

fn of_column(path: &Path, column: &str) -> Result<Texts, DataError> {
    let (file, _) = reader(path)?;
    let known = file.metadata().file_metadata().schema_descr().columns();
    let found = known.iter().position(|known| known.path().string() == column);
    let Some(place) = found.filter(|place| dtype(&known[*place]).is_text()) else {
        // Of numbers, or there is none: that is said.
        return of_numbers(rows(path, &[column.to_string()])?.as_ref());
    };
    let depth = known[place].max_def_level();
    let mut texts = Reading::new(path, Some(&format!("`{column}`")));
    for group in 0..file.num_row_groups() {
        let rows = file.metadata().row_group(group).num_rows().max(0) as usize;
        let group = file.get_row_group(group).map_err(|error| broken(&texts, &error.to_string()))?;
        let ColumnReader::ByteArrayColumnReader(mut column) =
            group.get_column_reader(place).map_err(|error| broken(&texts, &error.to_string()))?
        else {
            return Err(broken(&texts, "a column of something else than texts"));
        };
        let mut left = rows;
        while left > 0 {
            let (mut levels, mut values) = (vec![], vec![]);
            let read = column.read_records(BLOCK.min(left), Some(&mut levels), None, &mut values);
            let (records, found, _) = read.map_err(|error| broken(&texts, &error.to_string()))?;
            if records == 0 {
                return Err(broken(&texts, &format!("{left} rows are missing")));
            }
            let mut values = values.iter();
            for row in 0..records {
                let is_there = found == records || levels.get(row) == Some(&depth);
                let text = is_there.then(|| values.next()).flatten();
                texts.push_bytes(text.map_or(&[], |text| text.data()))?;
            }
            left -= records;
        }
    }
    Ok(texts.done())
}

fn broken(texts: &Reading, why: &str) -> DataError {
    texts
        .error(Code::ArrayBroken, "a column of texts of a Parquet file cannot be read")
        .found(why)
        .help("write or download the file again; packings that can be read are snappy and gzip")
}
