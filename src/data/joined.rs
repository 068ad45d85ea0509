//! Rows of a table that are a sample's by its name: one each (`key`), or its steps (`by`). Owns which rows those are, and what
//! names the samples where nothing else does.

use super::error::{Code, DataError, list};
use super::formats;
use super::locate::{Placeholders, resolve};
use super::segment::Segment;
use super::shards::Shard;
use super::spec::{Column, DataSpec, Member};
use super::table::Table;
use super::texts::Texts;
use super::values::Values;
use crate::builtin::dataset::{Columns, FileFormat, Origin, Pick, RowsOf, Selection};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What samples of a shard are called: as the shard says, else by the first table whose rows are steps, in the order in which
/// they come there. Empty where they have no names.
pub fn names(spec: &DataSpec, columns: &[Column<'_>], shard: &Shard) -> Result<Vec<String>, (Member, DataError)> {
    if !shard.names.is_empty() {
        return Ok(shard.names.clone());
    }
    for column in columns {
        for source in column.sources {
            let Origin::File(origin) = source.origin() else { continue };
            let (Selection::Columns(selected), RowsOf::Steps { by, .. }) = (origin.selection, origin.rows()) else {
                continue;
            };
            let fail = |error| (column.member, error);
            let placeholders = Placeholders { split: shard.kind.key(), name: None };
            let Some(path) = resolve(spec, &origin, placeholders).map_err(fail)? else { continue };
            let keys = keys(origin.format, &path, selected, by).map_err(fail)?;
            return Ok(keys.distinct);
        }
    }
    Ok(vec![])
}

/// One column of a table as texts, none of them missing.
fn keys(format: &FileFormat, path: &Path, columns: Columns<'_>, key: &Pick) -> Result<Texts, DataError> {
    let picks = [key.clone()];
    let keys =
        formats::texts(format, path, Selection::Columns(Columns { picks: &picks, rows: RowsOf::Order, ..columns }))?;
    let missing = keys.missing();
    if missing.is_empty() {
        return Ok(keys);
    }
    Err(keys.blame(
        DataError::new(Code::SamplesDiffer, "rows of a table do not say which sample they belong to")
            .expected(format!("a name in column `{}`", key.plain()))
            .found(format!("nothing in {}", keys.places(&missing))),
    ))
}

/// By sample, its rows in order.
fn rows_of(
    format: &FileFormat,
    path: &Path,
    columns: Columns<'_>,
    names: &[String],
) -> Result<Vec<Vec<usize>>, DataError> {
    let (key, order) = match columns.rows {
        RowsOf::Order => unreachable!("only tables that are joined are"),
        RowsOf::Key(key) => (key, None),
        RowsOf::Steps { by, order } => (by, order),
    };
    let keys = keys(format, path, columns, key)?;
    if names.is_empty() {
        return Err(keys.blame(
            DataError::new(Code::SamplesDiffer, format!("nothing names the samples that `{}` is joined to", key.plain()))
                .help("samples are named by splits, `names(\"train.txt\")`, or by a table whose rows are steps, `by: \"clip\"`"),
        ));
    }
    let mut of_key: Vec<Vec<usize>> = vec![vec![]; keys.distinct.len()];
    keys.ids.iter().enumerate().for_each(|(row, id)| of_key[*id as usize].push(row));
    if let Some(order) = order {
        sort(format, path, columns, order, &mut of_key)?;
    }
    let place: BTreeMap<&str, usize> = keys.distinct.iter().map(String::as_str).zip(0..).collect();
    let lacking: Vec<&str> = names.iter().map(String::as_str).filter(|name| !place.contains_key(name)).collect();
    if !lacking.is_empty() {
        let asked: std::collections::BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let others: Vec<&str> = keys.distinct.iter().map(String::as_str).filter(|key| !asked.contains(key)).collect();
        let counted = match lacking.len() {
            1 => "a sample has no row in a table that is joined to it".to_string(),
            n => format!("{n} of {} samples have no row in a table that is joined to them", names.len()),
        };
        return Err(keys.blame(
            DataError::new(Code::SamplesDiffer, counted)
                .expected(format!("a row with {} in column `{}`", list(lacking.iter().copied()), key.plain()))
                .found(match others.as_slice() {
                    [] => "rows of the other samples alone".into(),
                    others => format!("rows of no sample: {}", list(others.iter().copied())),
                }),
        ));
    }
    if let RowsOf::Key(_) = columns.rows
        && let Some(name) = names.iter().find(|name| of_key[place[name.as_str()]].len() > 1)
    {
        let rows = &of_key[place[name.as_str()]];
        return Err(keys.blame(
            DataError::new(Code::SampleTwice, format!("a table has several rows of sample `{name}`"))
                .expected(format!("one row with it in column `{}`", key.plain()))
                .found(keys.places(rows))
                .help("where rows are steps of a sample, say `by` in the place of `key`"),
        ));
    }
    Ok(names.iter().map(|name| of_key[place[name.as_str()]].clone()).collect())
}

/// Sorts rows of each sample by a column: by its numbers, else by its texts. Equal ones stay as they come.
fn sort(
    format: &FileFormat,
    path: &Path,
    columns: Columns<'_>,
    order: &Pick,
    of_key: &mut [Vec<usize>],
) -> Result<(), DataError> {
    let picks = [order.clone()];
    let selection = Selection::Columns(Columns { picks: &picks, rows: RowsOf::Order, ..columns });
    let numbers = formats::open(format, path, selection).and_then(|rows| {
        let table = rows.whole()?;
        table.is_finite()?;
        Ok(table.values)
    });
    match numbers {
        Ok(numbers) => {
            of_key.iter_mut().for_each(|rows| rows.sort_by(|a, b| numbers.at(*a).total_cmp(&numbers.at(*b))));
            Ok(())
        }
        Err(error) if matches!(error.code, Code::NoNumber | Code::DtypeUnreadable) => {
            let texts = formats::texts(format, path, selection)?;
            of_key.iter_mut().for_each(|rows| rows.sort_by(|a, b| texts.at(*a).cmp(texts.at(*b))));
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// The numbers of a table's columns, of samples of these names. `one`: numbers of a target, which is the same in all rows of a
/// sample where it is one.
pub fn segment(
    format: &FileFormat,
    path: &Path,
    columns: Columns<'_>,
    names: &[String],
    target: Option<usize>,
) -> Result<Segment, DataError> {
    let of_samples = rows_of(format, path, columns, names)?;
    let all = formats::open(format, path, Selection::Columns(Columns { rows: RowsOf::Order, ..columns }))?;
    let outline = all.outline();
    let (width, steps) = (outline.width(), matches!(columns.rows, RowsOf::Steps { .. }));
    let is_one = !steps || target == Some(width);
    let table = |rows: &[usize], shape: Vec<usize>| {
        let mut values = Values::new(outline.precision());
        all.gather(rows, &mut values)?;
        let lines = outline.lines.as_ref().map(|lines| Arc::new(lines.gather(rows)));
        Ok(Table { shape, first: 0, values, file: outline.file.clone(), array: outline.array.clone(), lines })
    };
    if is_one {
        let firsts: Vec<usize> = of_samples.iter().map(|rows| rows[0]).collect();
        let found = table(&firsts, vec![firsts.len(), width])?;
        for (sample, rows) in of_samples.iter().enumerate().filter(|(_, rows)| rows.len() > 1) {
            let own = table(rows, vec![rows.len(), width])?;
            let first = found.values.cut(sample * width..(sample + 1) * width);
            if let Some(other) = (1..rows.len()).find(|row| own.values.cut(row * width..(row + 1) * width) != first) {
                return Err(own.blame(varies(&names[sample], &own.row(0), &own.row(other))));
            }
        }
        return Ok(Segment::InMemory(Arc::new(found)));
    }
    let tables: Result<Vec<Table>, DataError> =
        of_samples.iter().map(|rows| table(rows, vec![1, rows.len(), width])).collect();
    Ok(Segment::Ragged(Arc::new(tables?)))
}

/// The texts of a table's column, of samples of these names.
pub fn texts(format: &FileFormat, path: &Path, columns: Columns<'_>, names: &[String]) -> Result<Texts, DataError> {
    let of_samples = rows_of(format, path, columns, names)?;
    let all = formats::texts(format, path, Selection::Columns(Columns { rows: RowsOf::Order, ..columns }))?;
    for (name, rows) in names.iter().zip(&of_samples) {
        if let Some(other) = rows.iter().find(|row| all.ids[**row] != all.ids[rows[0]]) {
            return Err(all.blame(varies(name, &all.place(rows[0]), &all.place(*other))));
        }
    }
    let firsts: Vec<usize> = of_samples.iter().map(|rows| rows[0]).collect();
    Ok(all.gather(&firsts))
}

fn varies(name: &str, first: &str, other: &str) -> DataError {
    DataError::new(Code::SamplesDiffer, format!("sample `{name}` has several values of what it has one of"))
        .expected("the same in all its rows")
        .found(format!("one in {first}, another in {other}"))
        .help("declare a target with a value a step with `axes`, or read it from a table with one row a sample")
}
