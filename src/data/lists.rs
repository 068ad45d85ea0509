//! Lists that splits are made of: row numbers in an array or a text, names in a text.

use super::error::{Code, DataError, list};
use super::file::text;
use super::formats::{self, FORMATS};
use super::locate::below_root;
use super::rows::{Rows, whole_numbers};
use super::spec::DataSpec;
use crate::builtin::dataset::{Contents, Selection};
use std::path::Path;

/// What the name of a list in text ends in.
const TEXT: &str = "txt";

/// A row that a list names, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub row: u32,
    /// "entry 3 of `train.npy`", counted from 1.
    pub place: String,
}

/// The rows that a file lists. `samples`: how many there are.
pub fn indices(spec: &DataSpec, file: &str, array: Option<&str>, samples: usize) -> Result<Vec<Listed>, DataError> {
    let path = below_root(spec, file)?;
    // One entry more than there are rows names one twice, or none: what follows says nothing new.
    let most = samples.saturating_add(1);
    let numbers = match path.extension() {
        Some(ending) if ending == TEXT => numbers_of_text(&path, most)?,
        Some(_) | None => whole_numbers(open(&path, file, array)?.as_ref(), most)?,
    };
    let mut listed = vec![];
    for (i, number) in numbers.into_iter().enumerate() {
        if number as usize >= samples {
            return Err(DataError::new(Code::RowsBeyondEnd, "a list names a row that the files do not have")
                .file(&path)
                .expected(format!("row numbers from 0 to {}", samples.saturating_sub(1)))
                .found(format!("{number}, entry {}", i + 1))
                .help("rows are counted from 0; files joined by `+` are counted through"));
        }
        listed.push(Listed { row: number, place: format!("entry {} of `{file}`", i + 1) });
    }
    Ok(listed)
}

/// Opens the array or column that holds the row numbers.
fn open(path: &Path, file: &str, array: Option<&str>) -> Result<Box<dyn Rows>, DataError> {
    let Some(format) = formats::of_file(path) else {
        let endings: Vec<String> = FORMATS.iter().map(|format| format!("`{}`", format.format().ending())).collect();
        return Err(DataError::new(Code::FormatUnknown, "a file's ending names no format that can be read")
            .file(path)
            .expected(format!("row numbers in a name ending in {} or `.{TEXT}`", endings.join(", "))));
    };
    match format.format().contents {
        Contents::Columns => {
            let column = column(&format.names(path)?, file, array, path)?;
            formats::open(format.format(), path, Selection::Array(&column))
        }
        Contents::Array | Contents::NamedArrays => {
            let opened = formats::open(format.format(), path, Selection::of(array));
            opened.map_err(|error| {
                if array.is_some() || error.code != Code::ArrayMissing || error.help.is_none() {
                    return error;
                }
                let call = format!("indices(\"{file}\", array: \"train_index\")");
                error.help(format!("name the one with the row numbers: `{call}`"))
            })
        }
    }
}

/// The column of a table: the named one, or the only one.
fn column(names: &[String], file: &str, array: Option<&str>, path: &Path) -> Result<String, DataError> {
    match (array, names) {
        (Some(name), _) => Ok(name.to_string()),
        (None, [name]) if name.parse::<f64>().is_err() => Ok(name.clone()),
        (None, [number]) => Err(DataError::new(Code::ArrayMissing, "the first line of a table is its column's name")
            .file(path)
            .found(format!("`{number}` in the first line"))
            .help(format!("write a line such as `row` above the numbers, or end the file's name in `.{TEXT}`"))),
        (None, _) => Err(DataError::new(Code::ArrayMissing, "a table has several columns")
            .file(path)
            .found(list(names.iter().map(String::as_str)))
            .help(format!("name the one with the row numbers: `indices(\"{file}\", array: \"row\")`"))),
    }
}

fn numbers_of_text(path: &Path, most: usize) -> Result<Vec<u32>, DataError> {
    let number = |(line, entry): (usize, &str)| {
        entry.parse().map_err(|_| {
            let shown: String = entry.chars().take(40).collect();
            DataError::new(Code::NoRowNumber, "a list of row numbers holds something else")
                .file(path)
                .expected("a whole number from 0 a line")
                .found(format!("`{shown}` in line {line}"))
                .help("names of samples are read by `names`")
        })
    };
    entries(&text(path)?).take(most).map(number).collect()
}

/// The names that a file lists, in its order.
pub fn names(spec: &DataSpec, file: &str) -> Result<Vec<String>, DataError> {
    let path = below_root(spec, file)?;
    let names: Vec<String> = entries(&text(&path)?).map(|(_, name)| name.to_string()).take(MOST + 1).collect();
    if names.len() > MOST {
        return Err(DataError::new(Code::FileUnreadable, "a list has more names than are read")
            .file(&path)
            .expected(format!("at most {MOST} names")));
    }
    Ok(names)
}

/// Names that a list may have.
const MOST: usize = 10_000_000;

/// What is in each line that has something, and the line's number from 1.
fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().enumerate().map(|(i, line)| (i + 1, line.trim())).filter(|(_, line)| !line.is_empty())
}
