//! ARFF files, Weka's tables in text: a header that says of every column what it holds, then a line a row. `?` is NaN.
//! Source: "Attribute-Relation File Format", the Weka wiki.

use crate::builtin::dataset::arff::FORMAT;
use crate::builtin::dataset::{Columns, FileFormat, Pick, Selection};
use crate::data::dtype::Dtype;
use crate::data::error::{DataError, list};
use crate::data::format::{ArrayInfo, Format};
use crate::data::memory;
use crate::data::order::Order;
use crate::data::rows::{InMemory, Outline, Rows};
use crate::data::table::{Counted, Places};
use crate::data::texts::{Reading, Texts};
use header::{Attribute, Holds};
use lines::Lines;
use std::path::Path;
use std::sync::Arc;

mod fault;
mod fields;
mod header;
mod lines;

pub struct Arff;

impl Format for Arff {
    fn format(&self) -> &'static FileFormat {
        &FORMAT
    }

    fn arrays(&self, path: &Path) -> Result<Vec<ArrayInfo>, DataError> {
        let mut lines = Lines::open(path)?;
        let mut missing = vec![0u64; lines.attributes.len()];
        let mut count = 0;
        while lines.advance()? {
            missing.iter_mut().enumerate().for_each(|(place, n)| *n += u64::from(lines.text(place).is_none()));
            count += 1;
        }
        let info = |(Attribute { name, holds }, missing): (Attribute, u64)| {
            let values = match &holds {
                Holds::OneOf(values) => Some(format!("one of {}", list(values.iter().map(String::as_str)))),
                Holds::Numbers | Holds::Texts => None,
            };
            let missing = (missing > 0).then(|| format!("{missing} missing"));
            let remark = [values, missing].into_iter().flatten().collect::<Vec<_>>().join(", ");
            let dtype = if holds.is_numbers() { Dtype::NUMBERS } else { Dtype::TEXT };
            ArrayInfo { name, dtype, shape: vec![count], remark: Some(remark).filter(|remark| !remark.is_empty()) }
        };
        Ok(lines.attributes.into_iter().zip(missing).map(info).collect())
    }

    fn names(&self, path: &Path) -> Result<Vec<String>, DataError> {
        Ok(Lines::open(path)?.names())
    }

    fn open(&self, path: &Path, selection: Selection<'_>) -> Result<Box<dyn Rows>, DataError> {
        let lines = Lines::open(path)?;
        let places = places(&lines, selection)?;
        Ok(Box::new(read(lines, &places)?))
    }

    fn texts(&self, path: &Path, selection: Selection<'_>) -> Result<Texts, DataError> {
        let lines = Lines::open(path)?;
        let places = places(&lines, selection)?;
        texts(lines, &places)
    }

    #[cfg(test)]
    fn examples(&self) -> Vec<crate::data::format::Example> {
        use crate::data::format::Example;
        let plain = b"@relation r\n@attribute a numeric\n@attribute b real\n@data\n1,2\n3,?\n5,6\n";
        let nominal = b"% A comment.\n@RELATION 'a b'\n@ATTRIBUTE \"x y\" {0, '1'}\n@ATTRIBUTE s string\n@DATA\n0,'it\\'s'\n1,?\n";
        vec![Example::new("plain", plain, Selection::Only), Example::new("nominal", nominal, Selection::Array("x y"))]
    }
}

/// Where what is selected is among the attributes.
fn places(lines: &Lines<'_>, selection: Selection<'_>) -> Result<Vec<usize>, DataError> {
    match selection {
        Selection::Columns(Columns { picks, .. }) => lines.places(picks),
        Selection::Array(column) => lines.places(&[Pick::Name(column.to_string())]),
        Selection::Only => Ok((0..lines.attributes.len()).collect()),
    }
}

/// Reads these columns, in this order, as `[lines, columns]`.
fn read(mut lines: Lines<'_>, places: &[usize]) -> Result<InMemory, DataError> {
    let columns: Vec<String> = places.iter().map(|place| lines.attributes[*place].name.clone()).collect();
    let (mut values, mut numbers) = (vec![], vec![]);
    while lines.advance()? {
        for place in places {
            values.push(lines.number(*place)?);
        }
        // Vectors are moved into ones of twice their size.
        memory::hold(lines.path, 2 * 8 * values.len() as u64)?;
        numbers.push(u32::try_from(lines.line).unwrap_or(u32::MAX));
    }
    let outline = Outline {
        file: lines.path.to_path_buf(),
        array: Some(list(columns.iter().map(String::as_str))),
        dtype: Dtype::NUMBERS,
        shape: vec![numbers.len(), columns.len()],
        places: Some(Arc::new(Places { counted: Counted::Lines, numbers, columns })),
    };
    let table = outline.table(0, outline.samples(), values);
    Ok(InMemory::new(table, Dtype::NUMBERS))
}

/// Reads the texts of these columns, in this order.
fn texts(mut lines: Lines<'_>, places: &[usize]) -> Result<Texts, DataError> {
    let columns: Vec<String> = places.iter().map(|place| lines.attributes[*place].name.clone()).collect();
    let mut texts = Reading::new(lines.path, Some(&list(columns.iter().map(String::as_str))));
    let mut numbers = vec![];
    while lines.advance()? {
        for place in places {
            texts.push_bytes(lines.listed(*place)?.unwrap_or_default())?;
        }
        numbers.push(u32::try_from(lines.line).unwrap_or(u32::MAX));
    }
    let shape = [numbers.len(), places.len()];
    let mut texts = texts.shaped(&shape, Order::C)?;
    texts.places = Some(Arc::new(Places { counted: Counted::Lines, numbers, columns }));
    Ok(texts)
}

#[cfg(test)]
mod tests;
