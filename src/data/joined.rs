//! Rows that are a sample's by its name: one each (`key`), or its steps (`by`). Owns which rows those are, and what names the
//! samples where nothing else does.

use super::error::{Code, DataError, list};
use super::formats;
use super::lists;
use super::locate::{self, Placeholders, below_root, resolve};
use super::rows::{Chosen, Rows};
use super::segment::Segment;
use super::shards::Shard;
use super::spec::{Column, DataSpec, Member};
use super::table::{Places, Table};
use super::texts::{Reading, Texts};
use super::values::Values;
use crate::builtin::dataset::{
    Columns, Contents, FileOrigin, Key, Origin, Pick, Preparation, RowsOf, Selection, Source, Transform,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the name of a list of names ends in.
const LIST: &str = "txt";

/// A file whose rows are told apart by names.
#[derive(Clone, Copy)]
pub struct Join<'j> {
    pub spec: &'j DataSpec,
    pub origin: &'j FileOrigin<'j>,
    pub path: &'j Path,
    pub placeholders: Placeholders<'j>,
    pub lacking: Lacking,
}

/// What of samples without a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// There is to be none.
    Refused,
    /// Their numbers are NaN, their texts empty.
    Missing,
}

impl Lacking {
    /// As these preparations have it: what says that values may be missing takes samples without a row.
    pub fn of(transforms: &[Arc<dyn Preparation>]) -> Self {
        let takes = |preparation: &Arc<dyn Preparation>| match preparation.transform() {
            Transform::Drop(drops) => drops.leaves_out(&[f64::NAN]),
            Transform::Missing(marks) => marks.takes_nan() && marks.mask().is_none(),
            Transform::Each(_) | Transform::Standardize { .. } | Transform::Offsets => false,
        };
        if transforms.iter().any(takes) { Lacking::Missing } else { Lacking::Refused }
    }
}

/// Whether a sample may have no file.
pub fn lacks_files(transforms: &[Arc<dyn Preparation>]) -> bool {
    transforms.iter().any(|preparation| match preparation.transform() {
        Transform::Missing(marks) => marks.is_of_files(),
        Transform::Drop(drops) => drops.is_of_files(),
        Transform::Each(_) | Transform::Standardize { .. } | Transform::Offsets => false,
    })
}

/// Whether what a sample has of its own is not there.
pub fn is_absent(error: &DataError) -> bool {
    matches!(error.code, Code::FileMissing | Code::ArrayMissing)
}

/// What samples of a shard are called: as the shard says, else by the first table whose rows are steps, in the order in which
/// they come there, else by the first file whose rows have names. Empty where they have none.
///
/// # Errors
/// What has the names cannot be read or has one twice, or a file beside it does not say which row is whose.
pub fn names(spec: &DataSpec, columns: &[Column<'_>], shard: &Shard) -> Result<Vec<String>, (Member, DataError)> {
    if !shard.names.is_empty() {
        return Ok(shard.names.clone());
    }
    let files = files(spec, columns);
    let steps = files.iter().find(|(_, origin)| matches!(origin.rows, RowsOf::Steps { .. }));
    let Some((member, origin)) = steps.or(files.iter().find(|(_, origin)| origin.rows != RowsOf::Order)) else {
        return Ok(vec![]);
    };
    let placeholders = Placeholders { split: shard.kind.key(), name: None };
    let read = || {
        let Some(path) = resolve(spec, origin, placeholders)? else { return Ok(None) };
        let join = Join { spec, origin, path: &path, placeholders, lacking: Lacking::Refused };
        let keys = join.keys()?;
        if let RowsOf::Key(key) = origin.rows {
            once(&keys, &called(key))?;
        }
        Ok(Some((path, keys.distinct)))
    };
    let Some((path, names)) = read().map_err(|error| (*member, error))? else { return Ok(vec![]) };
    if let RowsOf::Key(key) = origin.rows {
        let by = format!("{} of `{}`", called(key), file_name(&path));
        let stray = |(_, other): &&(Member, FileOrigin<'_>)| {
            let there = resolve(spec, other, placeholders).ok().flatten();
            other.rows == RowsOf::Order && there.is_some_and(|there| there != path)
        };
        if let Some((member, _)) = files.iter().find(stray) {
            return Err((*member, nameless(&member.named(spec), &by)));
        }
    }
    Ok(names)
}

/// Files of modalities and targets, then of groups.
fn files<'s>(spec: &'s DataSpec, columns: &[Column<'s>]) -> Vec<(Member, FileOrigin<'s>)> {
    let of_columns = columns.iter().flat_map(|column| column.sources.iter().map(|source| (column.member, source)));
    let groups = spec.groups.iter().enumerate();
    let of_groups = groups.flat_map(|(i, group)| group.sources.iter().map(move |source| (Member::Group(i), source)));
    let file = |(member, source): (Member, &'s Arc<dyn Source>)| match source.origin() {
        Origin::File(origin) if !origin.is_named() => Some((member, origin)),
        _ => None,
    };
    of_columns.chain(of_groups).filter_map(file).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn nameless(member: &str, by: &str) -> DataError {
    DataError::new(Code::SamplesDiffer, format!("nothing names the rows of {member}, and samples are named by {by}"))
        .expected("`key` beside each file, or all in one file and order")
        .help("say what names its rows, such as `key: \"id\"`; where all files have their rows in one order, leave `key` away")
}

/// "column `id`", "`id`".
fn called(key: Key<'_>) -> String {
    match key {
        Key::Column(pick) => format!("column `{}`", pick.plain()),
        Key::Array(name) => format!("`{name}`"),
    }
}

/// "1 row", "3 rows".
fn rows_of(rows: usize) -> String {
    if rows == 1 { "1 row".into() } else { format!("{rows} rows") }
}

/// No name is of two rows.
fn once(keys: &Texts, called: &str) -> Result<(), DataError> {
    let mut first: Vec<Option<usize>> = vec![None; keys.distinct.len()];
    let twice = keys.ids.iter().enumerate().find(|(row, id)| first[**id as usize].replace(*row).is_some());
    let Some((_, id)) = twice else { return Ok(()) };
    let rows: Vec<usize> = (0..keys.len()).filter(|row| keys.ids[*row] == *id).collect();
    Err(several(keys, &keys.distinct[*id as usize], called, &rows))
}

fn several(keys: &Texts, name: &str, called: &str, rows: &[usize]) -> DataError {
    keys.blame(
        DataError::new(Code::SampleTwice, format!("several rows are of sample `{name}`"))
            .expected(format!("one row with it in {called}"))
            .found(keys.places(rows))
            .help("where rows of a table are steps of a sample, say `by` in the place of `key`"),
    )
}

/// Which rows are whose.
struct Found {
    /// Of every sample; none where there are none.
    rows: Vec<Vec<usize>>,
    /// Rows that there are.
    all: usize,
    keys: Texts,
}

impl Found {
    /// Whether an array has a row a name.
    fn has(&self, rows: usize) -> Result<(), DataError> {
        if rows == self.all {
            return Ok(());
        }
        let error = DataError::new(Code::SamplesDiffer, "an array has another number of rows than it has names");
        Err(self.keys.blame(error.expected(rows_of(self.all)).found(rows_of(rows))))
    }
}

impl<'j> Join<'j> {
    /// What every row is named by.
    fn keys(&self) -> Result<Texts, DataError> {
        let (keys, called) = match self.origin.rows {
            RowsOf::Order => unreachable!("only files with names for their rows are joined"),
            RowsOf::Key(key) => (self.texts_of(key)?, called(key)),
            RowsOf::Steps { by, .. } => (self.texts_of(Key::Column(by))?, called(Key::Column(by))),
        };
        let missing = keys.missing();
        if missing.is_empty() {
            return Ok(keys);
        }
        Err(keys.blame(
            DataError::new(Code::SamplesDiffer, "rows do not say which sample they belong to")
                .expected(format!("a name in {called}"))
                .found(format!("nothing in {}", keys.places(&missing))),
        ))
    }

    fn texts_of(&self, key: Key<'_>) -> Result<Texts, DataError> {
        match key {
            Key::Column(pick) => self.column(pick),
            Key::Array(name) => {
                let name = self.placeholders.fill(name);
                if self.origin.format.contents != Contents::Array {
                    return formats::texts(self.origin.format, self.path, Selection::Array(&name));
                }
                of_file(self.spec, &below_root(self.spec, &name)?, &name)
            }
        }
    }

    /// A column as texts.
    fn column(&self, pick: &Pick) -> Result<Texts, DataError> {
        let picks = std::slice::from_ref(pick);
        formats::texts(self.origin.format, self.path, Selection::Columns(Columns { picks, ..self.columns() }))
    }

    fn columns(&self) -> Columns<'j> {
        match self.origin.selection {
            Selection::Columns(columns) => columns,
            Selection::Only | Selection::Array(_) => unreachable!("only tables have columns"),
        }
    }

    /// By sample, its rows in order.
    fn find(&self, names: &[String]) -> Result<Found, DataError> {
        let (key, order) = match self.origin.rows {
            RowsOf::Order => unreachable!("only files with names for their rows are joined"),
            RowsOf::Key(key) => (key, None),
            RowsOf::Steps { by, order } => (Key::Column(by), order),
        };
        let keys = self.keys()?;
        let mut of_key: Vec<Vec<usize>> = vec![vec![]; keys.distinct.len()];
        keys.ids.iter().enumerate().for_each(|(row, id)| of_key[*id as usize].push(row));
        if let Some(order) = order {
            self.sort(order, &mut of_key)?;
        }
        let place: BTreeMap<&str, usize> = keys.distinct.iter().map(String::as_str).zip(0..).collect();
        let lacking: Vec<&str> = names.iter().map(String::as_str).filter(|name| !place.contains_key(name)).collect();
        let refused = self.lacking == Lacking::Refused || lacking.len() == names.len();
        if !lacking.is_empty() && refused {
            return Err(lacks(&keys, names, &lacking, &called(key)));
        }
        let of = |name: &String| place.get(name.as_str()).map_or(vec![], |place| of_key[*place].clone());
        let rows: Vec<Vec<usize>> = names.iter().map(of).collect();
        if let RowsOf::Key(_) = self.origin.rows
            && let Some((name, rows)) = names.iter().zip(&rows).find(|(_, rows)| rows.len() > 1)
        {
            return Err(several(&keys, name, &called(key), rows));
        }
        Ok(Found { rows, all: keys.len(), keys })
    }

    /// Sorts rows of each sample by a column: by its numbers, else by its texts. Equal ones stay as they come.
    fn sort(&self, order: &Pick, of_key: &mut [Vec<usize>]) -> Result<(), DataError> {
        let picks = std::slice::from_ref(order);
        let selection = Selection::Columns(Columns { picks, ..self.columns() });
        let numbers = formats::open(self.origin.format, self.path, selection).and_then(|rows| {
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
                let texts = self.column(order)?;
                of_key.iter_mut().for_each(|rows| rows.sort_by(|a, b| texts.at(*a).cmp(texts.at(*b))));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The numbers of samples of these names, of the rows that the file has. `target`: numbers of one sample, of a target, which is
    /// the same in all rows of a sample where it is one.
    ///
    /// # Errors
    /// The file cannot be read, a sample has no row or several, or another value in each.
    pub fn segment(&self, all: Arc<dyn Rows>, names: &[String], target: Option<usize>) -> Result<Segment, DataError> {
        let found = self.find(names)?;
        let outline = all.outline();
        found.has(outline.samples())?;
        let RowsOf::Steps { .. } = self.origin.rows else {
            return Ok(Segment::Array(Chosen::of(all, found.rows.iter().map(|rows| rows.first().copied()).collect())));
        };
        let width = outline.width();
        let table = |rows: &[usize], shape: Vec<usize>| {
            let mut values = Values::new(outline.precision());
            all.gather(rows, &mut values)?;
            let places = Some(Arc::new(Places::gather(outline.places.as_deref(), rows)));
            Ok(Table { shape, first: 0, values, file: outline.file.clone(), array: outline.array.clone(), places })
        };
        if target != Some(width) {
            let one = |rows: &Vec<usize>| match rows.len() {
                // A sample without a step has a missing one.
                0 => Ok(Table { values: vec![f32::NAN; width].into(), ..table(&[], vec![1, 1, width])? }),
                steps => table(rows, vec![1, steps, width]),
            };
            let tables: Result<Vec<Table>, DataError> = found.rows.iter().map(one).collect();
            return Ok(Segment::Ragged(Arc::new(tables?)));
        }
        let firsts: Vec<Option<usize>> = found.rows.iter().map(|rows| rows.first().copied()).collect();
        let one = Chosen::of(all.clone(), firsts).whole()?;
        for (sample, rows) in found.rows.iter().enumerate().filter(|(_, rows)| rows.len() > 1) {
            let own = table(rows, vec![rows.len(), width])?;
            // What is missing everywhere is the same everywhere.
            let differs = |a: f64, b: f64| a != b && !(a.is_nan() && b.is_nan());
            let is_other = |row: &usize| {
                (0..width).any(|i| differs(own.values.at(row * width + i), one.values.at(sample * width + i)))
            };
            if let Some(other) = (1..rows.len()).find(is_other) {
                return Err(own.blame(varies(&names[sample], &own.row(0), &own.row(other))));
            }
        }
        Ok(Segment::InMemory(Arc::new(one)))
    }

    /// All texts of samples of these names, sample by sample.
    ///
    /// # Errors
    /// Those of [`segment`](Self::segment), but for values that differ.
    pub fn all_texts(&self, names: &[String]) -> Result<Texts, DataError> {
        let (found, all) = self.found_texts(names)?;
        Ok(all.gather(&found.rows.concat()))
    }

    /// Which rows are of samples of these names, and the texts of all rows.
    fn found_texts(&self, names: &[String]) -> Result<(Found, Texts), DataError> {
        let found = self.find(names)?;
        let all = locate::texts(self.path, self.origin, self.placeholders)?;
        found.has(all.len())?;
        Ok((found, all))
    }

    /// The text of each sample of these names.
    ///
    /// # Errors
    /// Those of [`segment`](Self::segment), or a row has several.
    pub fn texts(&self, names: &[String]) -> Result<Texts, DataError> {
        let (found, all) = self.found_texts(names)?;
        let all = all.one_each()?;
        for (name, rows) in names.iter().zip(&found.rows) {
            if let Some(other) = rows.iter().find(|row| all.ids[**row] != all.ids[rows[0]]) {
                return Err(all.blame(varies(name, &all.place(rows[0]), &all.place(*other))));
            }
        }
        Ok(all.picked(&found.rows.iter().map(|rows| rows.first().copied()).collect::<Vec<_>>()))
    }
}

/// The names in a file that holds nothing else: a list in text, or an array.
fn of_file(spec: &DataSpec, path: &Path, name: &str) -> Result<Texts, DataError> {
    if path.extension().is_some_and(|ending| ending == LIST) {
        let mut read = Reading::new(path, None);
        lists::names(spec, name)?.iter().try_for_each(|name| read.push(name))?;
        return Ok(read.done());
    }
    let format = formats::of_file(path).ok_or_else(|| formats::unknown(path))?;
    formats::texts(format.format(), path, Selection::Only)
}

/// The file that names the rows of another one, where that is one array.
pub fn key_file(spec: &DataSpec, origin: &FileOrigin<'_>, placeholders: Placeholders<'_>) -> Option<PathBuf> {
    match origin.rows {
        RowsOf::Key(Key::Array(name)) if origin.format.contents == Contents::Array => {
            below_root(spec, &placeholders.fill(name)).ok()
        }
        RowsOf::Key(_) | RowsOf::Order | RowsOf::Steps { .. } => None,
    }
}

/// Samples without a row, beside rows without a sample.
fn lacks(keys: &Texts, names: &[String], lacking: &[&str], called: &str) -> DataError {
    let asked: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let others: Vec<&str> = keys.distinct.iter().map(String::as_str).filter(|key| !asked.contains(key)).collect();
    let message = match lacking.len() {
        1 => "a sample has no row in a file that is joined to it".to_string(),
        n => format!("{n} of {} samples have no row in a file that is joined to them", names.len()),
    };
    keys.blame(
        DataError::new(Code::SamplesDiffer, message)
            .expected(format!("a row with {} in {called}", list(lacking.iter().copied())))
            .found(match others.as_slice() {
                [] => "rows of the other samples alone".into(),
                others => format!("rows of no sample: {}", list(others.iter().copied())),
            }),
    )
}

fn varies(name: &str, first: &str, other: &str) -> DataError {
    DataError::new(Code::SamplesDiffer, format!("sample `{name}` has several values of what it has one of"))
        .expected("the same in all its rows")
        .found(format!("one in {first}, another in {other}"))
        .help("declare a target with a value a step with `axes`, or read it from a table with one row a sample")
}
