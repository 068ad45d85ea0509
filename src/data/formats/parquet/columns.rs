//! Columns of numbers of a Parquet file, a few rows at a time.

use super::pages::Pages;
use crate::data::dtype::{Dtype, Elements};
use crate::data::error::{Code, DataError, did_you_mean, list};
use crate::data::file::open;
use crate::data::format::ArrayInfo;
use crate::data::number::Number;
use crate::data::packed::BEST_COMPRESSION;
use crate::data::rows::{Access, Outline, Rows, axes};
use crate::data::values::{Precision, Values};
use ::parquet::basic::{LogicalType, Type};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::DataType;
use ::parquet::errors::{ParquetError, Result as Read};
use ::parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use ::parquet::schema::types::ColumnDescriptor;
use std::fmt;
use std::ops::Range;
use std::path::Path;

/// Rows that are read of every column before those after them.
pub const BLOCK: usize = 1 << 13;
/// Bytes that are believed of an array whatever the file's length: equal numbers are written once.
const FILL: u64 = 1 << 24;

type Reader = SerializedFileReader<Pages>;

/// Columns of a file, open for reading.
struct Table {
    outline: Outline,
    /// Where they are among all.
    places: Vec<usize>,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("outline", &self.outline).finish_non_exhaustive()
    }
}

/// These columns, in this order.
pub fn rows(path: &Path, columns: &[String]) -> Result<Box<dyn Rows>, DataError> {
    let (reader, length) = reader(path)?;
    let file = reader.metadata().file_metadata();
    let all = file.schema_descr().columns();
    let known: Vec<String> = all.iter().map(|column| column.path().string()).collect();
    let mut places = vec![];
    for column in columns {
        let fault = |code, message: String| DataError::new(code, message).file(path).array(format!("`{column}`"));
        let Some(place) = known.iter().position(|name| name == column) else {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(fault(Code::ArrayMissing, format!("there is no column `{column}`")).help(did_you_mean(
                column,
                &known,
                "the table",
            )));
        };
        let dtype = dtype(&all[place]);
        if dtype.number().is_none() {
            return Err(fault(Code::DtypeUnreadable, "a column does not hold plain numbers".into())
                .expected("whole numbers, floats or booleans, one a row")
                .found(dtype.to_string())
                .help("convert it before saving: `table[\"x\"].astype(\"float32\")`; a list is written as a column a number"));
        }
        places.push(place);
    }
    let samples: u64 = reader.metadata().row_groups().iter().map(|group| group.num_rows().max(0) as u64).sum();
    let array = list(columns.iter().map(String::as_str));
    let shape = axes(&[samples, columns.len() as u64], path, Some(&array))?;
    let outline = Outline { file: path.to_path_buf(), array: Some(array), dtype: Dtype::NUMBERS, shape, places: None };
    let bytes = samples.saturating_mul(4 * columns.len() as u64);
    if bytes > length.saturating_mul(BEST_COMPRESSION).max(FILL) {
        return Err(outline
            .error(Code::ArrayTruncated, "a table is cut off or was never written")
            .expected(format!("the numbers of {samples} rows"))
            .found(format!("a file of {length} bytes"))
            .help("write or download the file again"));
    }
    Ok(Box::new(Table { outline, places }))
}

/// Every column, from the footer.
pub fn headers(path: &Path) -> Result<Vec<ArrayInfo>, DataError> {
    let (reader, _) = reader(path)?;
    let file = reader.metadata().file_metadata();
    let rows = file.num_rows().max(0) as u64;
    let info = |column: &std::sync::Arc<ColumnDescriptor>| ArrayInfo {
        name: column.path().string(),
        dtype: dtype(column),
        shape: vec![rows],
        remark: None,
    };
    Ok(file.schema_descr().columns().iter().map(info).collect())
}

pub fn reader(path: &Path) -> Result<(Reader, u64), DataError> {
    let file = open(path)?;
    let length = file.length();
    let reader = SerializedFileReader::new(Pages::new(file, length)).map_err(|error| {
        DataError::new(Code::ArchiveBroken, "a file is no Parquet file, or a broken one")
            .file(path)
            .found(error.to_string())
            .help("write or download the file again")
    })?;
    Ok((reader, length))
}

pub fn dtype(column: &ColumnDescriptor) -> Dtype {
    if column.max_rep_level() > 0 {
        return Dtype::named("lists", Elements::Other);
    }
    match (column.physical_type(), column.logical_type_ref()) {
        (Type::BOOLEAN, _) => Dtype::numpy("|b1"),
        (Type::INT32, Some(LogicalType::Integer(int))) if !int.is_signed => Dtype::numpy("<u4"),
        (Type::INT64, Some(LogicalType::Integer(int))) if !int.is_signed => Dtype::numpy("<u8"),
        (Type::INT32, None | Some(LogicalType::Integer(_))) => Dtype::numpy("<i4"),
        (Type::INT64, None | Some(LogicalType::Integer(_))) => Dtype::numpy("<i8"),
        (Type::FLOAT, _) => Dtype::numpy("<f4"),
        (Type::DOUBLE, _) => Dtype::numpy("<f8"),
        (Type::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::Float16)) => Dtype::numpy("<f2"),
        (Type::BYTE_ARRAY, _) => Dtype::TEXT,
        (Type::INT32 | Type::INT64 | Type::INT96 | Type::FIXED_LEN_BYTE_ARRAY, _) => {
            Dtype::named("dates or decimals", Elements::Time)
        }
    }
}

impl Rows for Table {
    fn outline(&self) -> &Outline {
        &self.outline
    }

    fn access(&self) -> Access {
        Access::InOrder
    }

    fn read(&self, rows: Range<usize>, values: &mut Values) -> Result<(), DataError> {
        self.outline.has(&rows)?;
        let (reader, _) = reader(&self.outline.file)?;
        let mut first = 0;
        for group in 0..reader.num_row_groups() {
            let count = reader.metadata().row_group(group).num_rows().max(0) as usize;
            let (start, end) = (rows.start.max(first), rows.end.min(first + count));
            if start < end {
                let group = reader.get_row_group(group).map_err(|error| self.broken(&error.to_string()))?;
                self.group(group.as_ref(), first, start..end, values)?;
            }
            first += count;
        }
        Ok(())
    }
}

impl Table {
    /// Rows of the group that begins with row `first`.
    fn group(
        &self,
        group: &dyn RowGroupReader,
        first: usize,
        rows: Range<usize>,
        values: &mut Values,
    ) -> Result<(), DataError> {
        let mut columns = vec![];
        for &place in &self.places {
            let descriptor = group.metadata().column(place).column_descr_ptr();
            let reader = group.get_column_reader(place).map_err(|error| self.broken(&error.to_string()))?;
            let is_unsigned = dtype(&descriptor).number().is_some_and(Number::is_unsigned);
            let mut column = Column { depth: descriptor.max_def_level(), is_unsigned, reader };
            column.skip(rows.start - first).map_err(|error| self.broken(&error.to_string()))?;
            columns.push(column);
        }
        let mut block = Values::new(Precision::Double);
        for start in rows.clone().step_by(BLOCK) {
            let count = BLOCK.min(rows.end - start);
            let begin = values.len();
            values.resize(begin + count * columns.len());
            for (place, column) in columns.iter_mut().enumerate() {
                block.clear();
                column.take(count, &mut block).map_err(|error| self.broken(&error.to_string()))?;
                if block.len() != count {
                    return Err(self.broken(&format!("{} of {count} rows from {start}", block.len())));
                }
                for row in 0..count {
                    values.put(begin + row * self.places.len() + place, &block, row..row + 1);
                }
            }
        }
        Ok(())
    }

    fn broken(&self, why: &str) -> DataError {
        self.outline
            .error(Code::ArrayBroken, "columns of a Parquet file cannot be read")
            .found(why)
            .help("write or download the file again; packings that can be read are snappy and gzip")
    }
}

/// One column of a group on its way.
struct Column {
    /// Levels at which something is there.
    depth: i16,
    is_unsigned: bool,
    reader: ColumnReader,
}

impl Column {
    fn skip(&mut self, rows: usize) -> Read<usize> {
        match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::Int32ColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::Int64ColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::FloatColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::DoubleColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => reader.skip_records(rows),
            ColumnReader::Int96ColumnReader(_) | ColumnReader::ByteArrayColumnReader(_) => Err(no_number()),
        }
    }

    /// The next rows; NaN where there is no number.
    fn take(&mut self, rows: usize, to: &mut Values) -> Read<()> {
        let depth = self.depth;
        let unsigned = self.is_unsigned;
        match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => take(reader, depth, rows, to, |x| f64::from(*x)),
            ColumnReader::Int32ColumnReader(reader) if unsigned => {
                take(reader, depth, rows, to, |x| f64::from(*x as u32))
            }
            ColumnReader::Int64ColumnReader(reader) if unsigned => take(reader, depth, rows, to, |x| *x as u64 as f64),
            ColumnReader::Int32ColumnReader(reader) => take(reader, depth, rows, to, |x| f64::from(*x)),
            ColumnReader::Int64ColumnReader(reader) => take(reader, depth, rows, to, |x| *x as f64),
            ColumnReader::FloatColumnReader(reader) => take(reader, depth, rows, to, |x| f64::from(*x)),
            ColumnReader::DoubleColumnReader(reader) => take(reader, depth, rows, to, |x| *x),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => take(reader, depth, rows, to, |x| {
                let mut number = Values::new(Precision::Double);
                if let Some(half) = Number::parse("<f2") {
                    half.decode(x.data(), &mut number);
                }
                number.iter().next().unwrap_or(f64::NAN)
            }),
            ColumnReader::Int96ColumnReader(_) | ColumnReader::ByteArrayColumnReader(_) => Err(no_number()),
        }
    }
}

/// A file that was changed since its columns were looked at.
fn no_number() -> ParquetError {
    ParquetError::General("a column of something else than numbers".into())
}

fn take<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    depth: i16,
    rows: usize,
    to: &mut Values,
    number: impl Fn(&T::T) -> f64,
) -> Read<()> {
    let (mut levels, mut values) = (vec![], vec![]);
    let (records, found, _) = reader.read_records(rows, Some(&mut levels), None, &mut values)?;
    let mut values = values.iter().map(number);
    match found == records {
        true => to.extend(values),
        // Where nothing is, there is no number.
        false => {
            to.extend(levels.iter().map(|l| if *l == depth { values.next().unwrap_or(f64::NAN) } else { f64::NAN }))
        }
    }
    Ok(())
}
