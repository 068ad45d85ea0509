//! `.csv` files: columns of numbers under a line of names. An empty field, `NA` and `nan` are NaN.

use crate::builtin::dataset::csv::FORMAT;
use crate::builtin::dataset::{FileFormat, Selection};
use crate::data::dtype::Dtype;
use crate::data::error::{Code, DataError, did_you_mean, list, unreadable};
use crate::data::file::DataFile;
use crate::data::format::{ArrayInfo, Format};
use crate::data::memory;
use crate::data::rows::{InMemory, Outline, Rows};
use crate::data::table::{LineNumbers, Table};
use crate::data::texts::{Reading, Texts};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use text::Unix;

mod text;

type Reader = ::csv::Reader<Unix<std::io::Chain<std::io::Cursor<Vec<u8>>, DataFile>>>;

/// What stands for a number that is missing, in any case.
const MISSING: &[&str] = &["", "na", "n/a", "nan", "null"];

/// What stands between fields elsewhere.
const OTHER_SEPARATORS: &[(char, &str)] = &[(';', "`;`"), ('\t', "tabs"), ('|', "`|`")];

/// How files begin that are packed, and what they are called.
const PACKED: &[(&[u8], &str)] = &[
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
];

pub struct Csv;

impl Format for Csv {
    fn format(&self) -> &'static FileFormat {
        &FORMAT
    }

    fn arrays(&self, path: &Path) -> Result<Vec<ArrayInfo>, DataError> {
        let (columns, lines) = columns(path)?;
        let info = |Column { name, is_numbers, missing }: Column| {
            let dtype = if is_numbers { Dtype::NUMBERS } else { Dtype::TEXT };
            let remark = (is_numbers && missing > 0).then(|| format!("{missing} missing"));
            ArrayInfo { name, dtype, shape: vec![lines], remark }
        };
        Ok(columns.into_iter().map(info).collect())
    }

    fn names(&self, path: &Path) -> Result<Vec<String>, DataError> {
        Ok(Lines::open(path)?.names)
    }

    fn open(&self, path: &Path, selection: Selection<'_>) -> Result<Box<dyn Rows>, DataError> {
        Ok(Box::new(match selection {
            Selection::Columns(columns) => read(path, columns)?,
            Selection::Array(column) => read(path, &[column.to_string()])?,
            Selection::Only => read(path, &self.names(path)?)?,
        }))
    }

    fn texts(&self, path: &Path, selection: Selection<'_>) -> Result<Texts, DataError> {
        match selection {
            Selection::Columns([column]) => texts(path, column),
            Selection::Array(column) => texts(path, column),
            Selection::Columns(_) | Selection::Only => match self.names(path)?.as_slice() {
                [column] if selection == Selection::Only => texts(path, column),
                names => {
                    Err(DataError::new(Code::ArrayMissing, "a table has several columns, a name is one text a line")
                        .file(path)
                        .found(list(names.iter().map(String::as_str)))
                        .help("say which: `column: \"subject\"`"))
                }
            },
        }
    }

    #[cfg(test)]
    fn examples(&self) -> Vec<crate::data::format::Example> {
        vec![crate::data::format::Example::new("csv", b"a,b\n1,2\n\"3\",4\n", Selection::Only)]
    }
}

/// Reads these columns, in this order, as `[lines, columns]`.
fn read(path: &Path, columns: &[String]) -> Result<InMemory, DataError> {
    let mut lines = Lines::open(path)?;
    let places = lines.places(columns)?;
    let (mut values, mut numbers) = (vec![], vec![]);
    while lines.advance()? {
        lines.numbers(&places, columns, &mut values)?;
        // Vectors are moved into ones of twice their size.
        memory::hold(path, 2 * 8 * values.len() as u64)?;
        numbers.push(u32::try_from(lines.line()).unwrap_or(u32::MAX));
    }
    let outline = Outline {
        file: path.to_path_buf(),
        array: Some(list(columns.iter().map(String::as_str))),
        dtype: Dtype::NUMBERS,
        shape: vec![numbers.len(), columns.len()],
        lines: Some(Arc::new(LineNumbers { numbers, columns: columns.to_vec() })),
    };
    let table: Table = outline.table(0, outline.samples(), values);
    Ok(InMemory::new(table, Dtype::NUMBERS))
}

/// Reads the texts of this column.
fn texts(path: &Path, column: &str) -> Result<Texts, DataError> {
    let mut lines = Lines::open(path)?;
    let place = lines.places(std::slice::from_ref(&column.to_string()))?[0];
    let mut texts = Reading::new(path, Some(&format!("`{column}`")));
    let mut numbers = vec![];
    while lines.advance()? {
        let field = lines.record.get(place).unwrap_or_default();
        if is_missing(field) {
            texts.push("")?
        } else {
            texts.push_bytes(field)?
        }
        numbers.push(u32::try_from(lines.line()).unwrap_or(u32::MAX));
    }
    let mut texts = texts.done();
    texts.lines = Some(Arc::new(LineNumbers { numbers, columns: vec![column.to_string()] }));
    Ok(texts)
}

/// Whether a field stands for nothing.
fn is_missing(field: &[u8]) -> bool {
    let field = field.trim_ascii();
    MISSING.iter().any(|missing| field.eq_ignore_ascii_case(missing.as_bytes()))
}

/// A table a line at a time.
struct Lines<'p> {
    path: &'p Path,
    reader: Reader,
    names: Vec<String>,
    record: ::csv::ByteRecord,
}

impl<'p> Lines<'p> {
    fn open(path: &'p Path) -> Result<Self, DataError> {
        let mut reader = open(path)?;
        let names = header(&mut reader, path)?;
        Ok(Self { path, reader, names, record: ::csv::ByteRecord::new() })
    }

    /// Where these columns are.
    fn places(&self, columns: &[String]) -> Result<Vec<usize>, DataError> {
        let mut known: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (i, name) in self.names.iter().enumerate() {
            known.entry(name).or_insert((i, 0)).1 += 1;
        }
        columns
            .iter()
            .map(|column| place(self.path, column, known.get(column.as_str()).copied(), &self.names))
            .collect()
    }

    /// Goes on to the next line; whether there is one.
    fn advance(&mut self) -> Result<bool, DataError> {
        self.reader.get_mut().begin_line();
        let more = self.reader.read_byte_record(&mut self.record).map_err(|error| broken(self.path, &error))?;
        if more && self.record.len() != self.names.len() { Err(self.ragged()) } else { Ok(more) }
    }

    /// The number of the line, from 1; of one that goes on in quotes, of its first.
    fn line(&self) -> u64 {
        let own = self.record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        // Every line has an end, and empty ones before it are counted.
        self.reader.position().line().saturating_sub(1 + own)
    }

    fn ragged(&self) -> DataError {
        let fields = |n: usize| if n == 1 { "1 field".to_string() } else { format!("{n} fields") };
        let (here, first) = (fields(self.record.len()), fields(self.names.len()));
        let help = match self.names.as_slice() {
            [_] => "a number is written with a point; a field that holds a comma stands in quotes",
            _ => "a field that holds a comma stands in quotes; a missing number is an empty field",
        };
        no_table(self.path).found(format!("{here} in line {}, {first} in the first", self.line())).help(help)
    }

    /// Appends the line's numbers in these columns.
    fn numbers(&self, places: &[usize], columns: &[String], values: &mut Vec<f64>) -> Result<(), DataError> {
        for (place, column) in places.iter().zip(columns) {
            let field = self.record.get(*place).unwrap_or_default();
            match number(field) {
                Some(number) => values.push(number),
                None => return Err(no_number(self.path, self.line(), column, field)),
            }
        }
        Ok(())
    }
}

/// The number that a field holds; NaN where it is missing. Nothing of a text, or of a number that is written with digits and
/// beyond what 64-bit floats hold.
fn number(field: &[u8]) -> Option<f64> {
    if is_missing(field) {
        return Some(f64::NAN);
    }
    let text = std::str::from_utf8(field).ok()?.trim();
    text.parse::<f64>().ok().filter(|n| n.is_finite() || !text.contains(|c: char| c.is_ascii_digit()))
}

/// A column of a table as a whole.
struct Column {
    name: String,
    is_numbers: bool,
    /// Lines in which there is no number.
    missing: u64,
}

/// All columns, and the number of lines below the names.
fn columns(path: &Path) -> Result<(Vec<Column>, u64), DataError> {
    let mut table = Lines::open(path)?;
    let column = |name: &String| Column { name: name.clone(), is_numbers: true, missing: 0 };
    let mut columns: Vec<Column> = table.names.iter().map(column).collect();
    let mut lines = 0;
    while table.advance()? {
        for (field, column) in table.record.iter().zip(&mut columns) {
            let number = number(field);
            column.is_numbers &= number.is_some();
            column.missing += u64::from(number.is_some_and(f64::is_nan));
        }
        lines += 1;
    }
    Ok((columns, lines))
}

fn open(path: &Path) -> Result<Reader, DataError> {
    let mut file = crate::data::file::open(path)?;
    let mut begin = vec![];
    let read = file.by_ref().take(8).read_to_end(&mut begin);
    read.map_err(|error| unreadable(path, &error))?;
    if let Some((_, name)) = PACKED.iter().find(|(mark, _)| begin.starts_with(mark)) {
        return Err(no_table(path)
            .found(format!("a file that is compressed ({name})"))
            .help("unpack it first, and name the unpacked file"));
    }
    if begin.starts_with(b"\xff\xfe") || begin.starts_with(b"\xfe\xff") {
        return Err(no_table(path).found("text in UTF-16").help("save it again as UTF-8"));
    }
    let whole = std::io::Cursor::new(begin).chain(file);
    Ok(::csv::ReaderBuilder::new().flexible(true).from_reader(Unix::new(whole)))
}

fn header(reader: &mut Reader, path: &Path) -> Result<Vec<String>, DataError> {
    let names = reader.byte_headers().map_err(|error| broken(path, &error))?;
    let names: Vec<String> = names.iter().map(|name| String::from_utf8_lossy(name).trim().to_string()).collect();
    if let [only] = names.as_slice()
        && let Some((_, shown)) = OTHER_SEPARATORS.iter().find(|(separator, _)| only.contains(*separator))
    {
        return Err(no_table(path).found(format!("names separated by {shown} in the first line")).help(
            "write it with commas between fields and points in numbers: in Python, \
             `pandas.read_csv(\"x.csv\", sep=None, engine=\"python\", decimal=\",\").to_csv(\"new.csv\", index=False)`",
        ));
    }
    Ok(names)
}

/// `found`: where the column is first, and how often.
fn place(path: &Path, column: &str, found: Option<(usize, usize)>, names: &[String]) -> Result<usize, DataError> {
    let fault = |code, message: String| DataError::new(code, message).file(path).array(format!("`{column}`"));
    match found {
        Some((place, 1)) => Ok(place),
        Some(_) => {
            Err(fault(Code::ColumnTwice, format!("two columns are called `{column}`")).help("rename one of them"))
        }
        None if names.iter().all(String::is_empty) => {
            Err(fault(Code::ArrayMissing, "a table is empty".into()).expected("a line of names, then a line a sample"))
        }
        None => {
            let known: Vec<&str> = names.iter().map(String::as_str).collect();
            let error = fault(Code::ArrayMissing, format!("there is no column `{column}`"));
            let is_number = |name: &String| name.parse::<f64>().is_ok();
            Err(if names.iter().all(is_number) {
                error.found(list(known)).help("the first line names the columns: write one above the numbers")
            } else {
                error.help(did_you_mean(column, &known, "the first line"))
            })
        }
    }
}

fn no_number(path: &Path, line: u64, column: &str, field: &[u8]) -> DataError {
    let text = String::from_utf8_lossy(field);
    let shown: String = text.trim().chars().take(40).collect();
    let error = DataError::new(Code::NoNumber, "a table holds something that is no number")
        .file(path)
        .array(format!("`{column}`"))
        .expected("a number such as `-1.5e3`")
        .found(format!("`{shown}` in line {line}"));
    let digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+');
    if text.trim().parse::<f64>().is_ok() {
        error.help("it is beyond what 64-bit floats hold")
    } else if shown.contains(',') && shown.chars().all(digits) {
        error.help("write it with a point and without separators of thousands")
    } else {
        error.help("give every text a number, such as a class id from 0, before saving; leave the field empty where a number is missing")
    }
}

fn no_table(path: &Path) -> DataError {
    DataError::new(Code::TableBroken, "a file is no table of comma-separated values")
        .file(path)
        .expected("a line of names, then as many fields on every line")
}

fn broken(path: &Path, error: &::csv::Error) -> DataError {
    no_table(path).found(error.to_string())
}
