//! Tables in text: columns of numbers or texts, a line a row, separated by commas or otherwise, packed by gzip or not. An empty
//! field, `NA` and `nan` are NaN.

use crate::builtin::dataset::csv::FORMAT;
use crate::builtin::dataset::{Columns, Dialect, FileFormat, Pick, Selection};
use crate::data::dtype::Dtype;
use crate::data::error::{DataError, list};
use crate::data::format::{ArrayInfo, Format};
use crate::data::memory;
use crate::data::order::Order;
use crate::data::rows::{InMemory, Outline, Rows};
use crate::data::table::{Counted, Places, Table};
use crate::data::texts::{Reading, Texts};
use lines::Lines;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

mod begin;
pub mod fault;
mod lines;
mod text;

pub struct Csv;

impl Format for Csv {
    fn format(&self) -> &'static FileFormat {
        &FORMAT
    }

    fn arrays(&self, path: &Path) -> Result<Vec<ArrayInfo>, DataError> {
        let mut lines = Lines::open(path, Dialect::USUAL)?;
        let mut columns = vec![Column { is_numbers: true, has_commas: true, missing: 0 }; lines.names.len()];
        let mut count = 0;
        while lines.advance()? {
            for (place, column) in columns.iter_mut().enumerate() {
                let number = lines.number(place);
                column.is_numbers &= number.is_some();
                column.has_commas &= number.is_some() || lines.number_with(place, b',').is_some();
                column.missing += u64::from(number.is_some_and(f64::is_nan));
            }
            count += 1;
        }
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        lines.names.iter().for_each(|name| *known.entry(name).or_default() += 1);
        let info = |(place, Column { is_numbers, has_commas, missing }): (usize, Column)| {
            let dtype = if is_numbers { Dtype::NUMBERS } else { Dtype::TEXT };
            let missing = (is_numbers && missing > 0).then(|| format!("{missing} missing"));
            let twice = known.get(lines.names[place].as_str()).is_some_and(|count| *count > 1);
            let place_told = (twice || lines.names[place].is_empty()).then(|| format!("column {place}"));
            let commas = (has_commas && !is_numbers).then(|| "numbers with a decimal comma".to_string());
            let remark = [place_told, missing, commas].into_iter().flatten().collect::<Vec<_>>().join(", ");
            let name = lines.names[place].clone();
            ArrayInfo { name, dtype, shape: vec![count], remark: Some(remark).filter(|remark| !remark.is_empty()) }
        };
        Ok(columns.into_iter().enumerate().map(info).collect())
    }

    fn names(&self, path: &Path) -> Result<Vec<String>, DataError> {
        self.names_as(path, Dialect::USUAL)
    }

    fn names_as(&self, path: &Path, dialect: Dialect<'_>) -> Result<Vec<String>, DataError> {
        Ok(Lines::open(path, dialect)?.names)
    }

    fn remark(&self, path: &Path) -> Result<Option<String>, DataError> {
        let lines = Lines::open(path, Dialect::USUAL)?;
        let packed = if lines.is_packed { ", packed by gzip" } else { "" };
        Ok(Some(format!("fields separated by {}{packed}", fault::shown(lines.separator))))
    }

    fn open(&self, path: &Path, selection: Selection<'_>) -> Result<Box<dyn Rows>, DataError> {
        let (picks, dialect) = picked(selection);
        let lines = Lines::open(path, dialect)?;
        let places = match &picks {
            Some(picks) => lines.places(picks)?,
            None => (0..lines.names.len()).collect(),
        };
        Ok(Box::new(read(lines, &places)?))
    }

    fn texts(&self, path: &Path, selection: Selection<'_>) -> Result<Texts, DataError> {
        let (picks, dialect) = picked(selection);
        let lines = Lines::open(path, dialect)?;
        let places = match &picks {
            Some(picks) => lines.places(picks)?,
            None => (0..lines.names.len()).collect(),
        };
        texts(lines, &places)
    }

    #[cfg(test)]
    fn examples(&self) -> Vec<crate::data::format::Example> {
        use crate::data::format::Example;
        use std::io::Write;
        let mut packed = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
        packed.write_all(b"a,b\n1,2\n\"3\",4\n5,6\n").expect("memory takes it");
        vec![
            Example::new("csv", b"a,b\n1,2\n\"3\",4\n", Selection::Only),
            Example::new("semicolons", b"a;b\n1;2\n\"3\";4\n", Selection::Only),
            Example::new("gzip", packed.finish().expect("memory takes it"), Selection::Only),
        ]
    }
}

/// Which columns, and how the table is written.
fn picked(selection: Selection<'_>) -> (Option<Vec<Pick>>, Dialect<'_>) {
    match selection {
        Selection::Columns(Columns { picks, dialect, .. }) => (Some(picks.to_vec()), dialect),
        Selection::Array(column) => (Some(vec![Pick::Name(column.to_string())]), Dialect::USUAL),
        Selection::Only => (None, Dialect::USUAL),
    }
}

/// Reads these columns, in this order, as `[lines, columns]`.
fn read(mut lines: Lines<'_>, places: &[usize]) -> Result<InMemory, DataError> {
    let path = lines.path;
    let columns: Vec<String> = places.iter().map(|place| lines.called(*place)).collect();
    let (mut values, mut numbers) = (vec![], vec![]);
    while lines.advance()? {
        lines.numbers(places, &mut values)?;
        // Vectors are moved into ones of twice their size.
        memory::hold(path, 2 * 8 * values.len() as u64)?;
        numbers.push(u32::try_from(lines.line()).unwrap_or(u32::MAX));
    }
    let outline = Outline {
        file: path.to_path_buf(),
        array: Some(list(columns.iter().map(String::as_str))),
        dtype: Dtype::NUMBERS,
        shape: vec![numbers.len(), columns.len()],
        places: Some(Arc::new(Places { counted: Counted::Lines, numbers, columns })),
    };
    let table: Table = outline.table(0, outline.samples(), values);
    Ok(InMemory::new(table, Dtype::NUMBERS))
}

/// Reads the texts of these columns, in this order.
fn texts(mut lines: Lines<'_>, places: &[usize]) -> Result<Texts, DataError> {
    let columns: Vec<String> = places.iter().map(|place| lines.called(*place)).collect();
    let mut texts = Reading::new(lines.path, Some(&list(columns.iter().map(String::as_str))));
    let mut numbers = vec![];
    while lines.advance()? {
        for place in places {
            match lines.text(*place) {
                Some(text) => texts.push_bytes(text)?,
                None => texts.push("")?,
            }
        }
        numbers.push(u32::try_from(lines.line()).unwrap_or(u32::MAX));
    }
    let shape = [numbers.len(), places.len()];
    let mut texts = texts.shaped(&shape, Order::C)?;
    texts.places = Some(Arc::new(Places { counted: Counted::Lines, numbers, columns }));
    Ok(texts)
}

/// A column of a table as a whole.
#[derive(Clone, Copy)]
struct Column {
    is_numbers: bool,
    /// Whether all would be numbers with decimal commas.
    has_commas: bool,
    /// Lines in which there is no number.
    missing: u64,
}
