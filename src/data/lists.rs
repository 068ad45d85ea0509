//! Lists that splits are made of: row numbers in an array or a text, names in a text.

use super::error::DataError;
use super::path::{Marks, below_root, text};
use super::{DataSpec, csv, rows};
use crate::builtin::dataset::FilePart;
use std::path::Path;

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
    let numbers = match path.extension().and_then(|e| e.to_str()) {
        Some("txt") => numbers_of_text(&path, most)?,
        Some("csv") => {
            let column = column(file, array, &path)?;
            rows::whole_numbers(&csv::read(&path, &[column])?, most)?
        }
        _ => rows::whole_numbers(rows::open(&path, &part(file, array, &path)?, Marks::default())?.as_ref(), most)?,
    };
    let mut listed = vec![];
    for (i, number) in numbers.into_iter().enumerate() {
        if number as usize >= samples {
            return Err(DataError::new("mhm::rows-beyond-end", "a list names a row that the files do not have")
                .file(&path)
                .expected(format!("row numbers from 0 to {}", samples.saturating_sub(1)))
                .found(format!("{number}, entry {}", i + 1))
                .help("rows are counted from 0; files joined by `+` are counted through"));
        }
        listed.push(Listed { row: number, place: format!("entry {} of `{file}`", i + 1) });
    }
    Ok(listed)
}

/// The format that a file's ending tells.
fn part<'a>(file: &str, array: Option<&'a str>, path: &Path) -> Result<FilePart<'a>, DataError> {
    let unnamed = |part, array: Option<&str>| match array {
        None => Ok(part),
        Some(array) => Err(DataError::new("mhm::array-missing", "this file has no named arrays")
            .file(path)
            .help(format!("leave `array: \"{array}\"` away"))),
    };
    match path.extension().and_then(|e| e.to_str()).unwrap_or_default() {
        "npy" => unnamed(FilePart::Npy, array),
        "h5" | "hdf5" | "hdf" => Ok(FilePart::Hdf5 { dataset: array }),
        "pkl" | "pickle" => Ok(FilePart::Pickle { at: array }),
        "npz" => array.map(|array| FilePart::Npz { array }).ok_or_else(|| {
            DataError::new("mhm::array-missing", "an archive holds several arrays")
                .file(path)
                .help(format!("name the one with the row numbers: `indices(\"{file}\", array: \"train_index\")`"))
        }),
        _ => Err(DataError::new("mhm::format-unknown", "a file's ending names no format that can be read")
            .file(path)
            .expected("row numbers in a name ending in `.h5`, `.npy`, `.npz`, `.pkl`, `.csv` or `.txt`")),
    }
}

/// The column of a table: the named one, or the only one.
fn column(file: &str, array: Option<&str>, path: &std::path::Path) -> Result<String, DataError> {
    let names = csv::Rows::open(path)?.names;
    match (array, names.as_slice()) {
        (Some(name), _) => Ok(name.to_string()),
        (None, [name]) if name.parse::<f64>().is_err() => Ok(name.clone()),
        (None, [number]) => Err(DataError::new("mhm::array-missing", "the first line of a table is its column's name")
            .file(path)
            .found(format!("`{number}` in the first line"))
            .help("write a line such as `row` above the numbers, or end the file's name in `.txt`")),
        (None, _) => Err(DataError::new("mhm::array-missing", "a table has several columns")
            .file(path)
            .found(super::error::list(names.iter().map(String::as_str)))
            .help(format!("name the one with the row numbers: `indices(\"{file}\", array: \"row\")`"))),
    }
}

fn numbers_of_text(path: &Path, most: usize) -> Result<Vec<u32>, DataError> {
    let number = |(line, entry): (usize, &str)| {
        entry.parse().map_err(|_| {
            let shown: String = entry.chars().take(40).collect();
            DataError::new("mhm::no-row-number", "a list of row numbers holds something else")
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
        return Err(DataError::new("mhm::file-unreadable", "a list has more names than are read")
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
