//! Files as the crate writes them come back, whatever their types, packing and groups of rows.
#![cfg(feature = "parquet")]

use super::Parquet;
use crate::builtin::columns::{Columns, Pick};
use crate::builtin::dataset::Selection;
use crate::data::error::Code;
use crate::data::format::{Example, Format};
use crate::data::inspect;
use crate::data::tests::files::Folder;
use crate::data::values::{Precision, Values};
use ::parquet::basic::{Compression, GzipLevel};
use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::ByteArray;
use ::parquet::file::properties::{WriterProperties, WriterVersion};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;
use std::sync::Arc;

const SCHEMA: &str = "message table {
    required double x; required float y; required int32 kind; required int64 far; required boolean flag;
    required int32 count (INTEGER(32, false)); optional float gap; required binary name (STRING);
}";

/// Rows 0 to 9 in groups of 4: x = i / 8, y = -i, kind = i % 3, far = i * 10⁶, flag = i is odd, count = 2³² - 1 - i, gap = i but
/// in row 7.
fn written(compression: Compression, version: WriterVersion) -> Vec<u8> {
    let properties = WriterProperties::builder().set_compression(compression).set_writer_version(version).build();
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let mut bytes = vec![];
    let mut file = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties)).unwrap();
    for rows in [0..4, 4..8, 8..10] {
        let mut group = file.next_row_group().unwrap();
        let mut place = 0;
        while let Some(mut column) = group.next_column().unwrap() {
            match column.untyped() {
                ColumnWriter::DoubleColumnWriter(writer) => {
                    let values: Vec<f64> = rows.clone().map(|i| f64::from(i) / 8.0).collect();
                    writer.write_batch(&values, None, None).unwrap();
                }
                ColumnWriter::FloatColumnWriter(writer) if place == 1 => {
                    let values: Vec<f32> = rows.clone().map(|i| -(i as f32)).collect();
                    writer.write_batch(&values, None, None).unwrap();
                }
                ColumnWriter::FloatColumnWriter(writer) => {
                    let values: Vec<f32> = rows.clone().filter(|i| *i != 7).map(|i| i as f32).collect();
                    let levels: Vec<i16> = rows.clone().map(|i| i16::from(i != 7)).collect();
                    writer.write_batch(&values, Some(&levels), None).unwrap();
                }
                ColumnWriter::Int32ColumnWriter(writer) => {
                    let number = |i: i32| if place == 2 { i % 3 } else { -1 - i };
                    writer.write_batch(&rows.clone().map(number).collect::<Vec<_>>(), None, None).unwrap();
                }
                ColumnWriter::Int64ColumnWriter(writer) => {
                    let values: Vec<i64> = rows.clone().map(|i| i64::from(i) * 1_000_000).collect();
                    writer.write_batch(&values, None, None).unwrap();
                }
                ColumnWriter::BoolColumnWriter(writer) => {
                    let values: Vec<bool> = rows.clone().map(|i| i % 2 == 1).collect();
                    writer.write_batch(&values, None, None).unwrap();
                }
                ColumnWriter::ByteArrayColumnWriter(writer) => {
                    let values: Vec<ByteArray> = rows.clone().map(|_| "a".into()).collect();
                    writer.write_batch(&values, None, None).unwrap();
                }
                _ => unreachable!("no other type is in the schema"),
            }
            column.close().unwrap();
            place += 1;
        }
        group.close().unwrap();
    }
    file.close().unwrap();
    bytes
}

fn names(names: &[&str]) -> Vec<Pick> {
    names.iter().map(|name| Pick::Name((*name).to_string())).collect()
}

#[test]
fn columns_are_read_by_name_across_groups_of_rows() {
    let folder = Folder::new("parquet");
    let packings = [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::GZIP(GzipLevel::default())];
    for packing in packings {
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            let path = folder.write("x.parquet", written(packing, version));
            let columns = names(&["kind", "x", "y", "far", "flag", "count"]);
            let table = Parquet.open(&path, Selection::Columns(Columns::usual(&columns))).unwrap();
            assert_eq!(table.outline().shape, [10, 6]);
            let row = |i: u32| {
                let x = i as f32;
                [(i % 3) as f32, x / 8.0, -x, x * 1e6, (i % 2) as f32, (u32::MAX - i) as f32]
            };
            assert_eq!(
                table.whole().unwrap_or_else(|e| panic!("{packing} {version:?}: {e}")).values.single(),
                (0..10).flat_map(row).collect::<Vec<_>>(),
                "{packing}"
            );
            assert_eq!(table.table(3..9).unwrap().values.single(), (3..9).flat_map(row).collect::<Vec<_>>());
            let mut values = Values::new(Precision::Double);
            table.gather(&[9, 0, 5], &mut values).unwrap();
            assert_eq!(values.single(), [row(9), row(0), row(5)].concat());
        }
    }
}

#[test]
fn the_footer_lists_columns_and_what_is_no_number_is_said() {
    let folder = Folder::new("parquet-footer");
    let path = folder.write("x.parquet", written(Compression::SNAPPY, WriterVersion::PARQUET_1_0));
    let text = inspect(&path).unwrap().to_string();
    let lines: Vec<&str> = text.lines().skip(1).map(str::trim).collect();
    let expected = ["x      <f8   [10]", "y      <f4   [10]", "kind   <i4   [10]", "far    <i8   [10]"];
    assert_eq!(lines[..4], expected);
    assert_eq!(lines[4..], ["flag   |b1   [10]", "count  <u4   [10]", "gap    <f4   [10]", "name   text  [10]"]);
    let error = |column: &str| {
        let columns = names(&[column]);
        let table = Parquet.open(&path, Selection::Columns(Columns::usual(&columns)));
        table.and_then(|table| table.whole()).unwrap_err()
    };
    assert_eq!(error("name").code, Code::DtypeUnreadable);
    let table = Parquet.open(&path, Selection::Columns(Columns::usual(&names(&["gap"])))).unwrap();
    let gap = table.whole().unwrap().is_finite().unwrap_err().to_string();
    assert!(gap.contains("1 NaN") && gap.contains("row 7") && gap.contains("`gap`"), "{gap}");
    assert!(error("kinds").to_string().contains("did you mean `kind`"));
}

/// Files for the tests that every format passes.
pub fn examples() -> Vec<Example> {
    let mut examples = vec![];
    for (name, packing) in [("snappy", Compression::SNAPPY), ("plain", Compression::UNCOMPRESSED)] {
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            let columns: &[Pick] = names(&["kind", "x", "flag"]).leak();
            let name = format!("{name}-{version:?}");
            examples.push(Example::new(&name, written(packing, version), Selection::Columns(Columns::usual(columns))));
        }
    }
    examples
}
