//! Samples of a file a batch at a time, so that memory does not grow with the file. Owns which array or which columns
//! stand for what is wanted.

use super::error::{DataError, list};
use super::npy::{Numbers, Order};
use super::{csv, npz};
use std::path::Path;

/// One modality of every sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub name: String,
    /// Of one sample.
    pub axes: Vec<usize>,
    /// Arrays of an archive that may hold it: the first that is there does.
    pub arrays: Vec<String>,
    /// Columns of a table that may hold its numbers, one each.
    pub columns: Vec<Vec<String>>,
}

/// Is given batch after batch: `samples × elements` of everything wanted, in order, and the number of samples.
pub type Each<'e, E> = dyn FnMut(Vec<Vec<f32>>, usize) -> Result<(), E> + 'e;

/// The samples of an `.npz` archive or a `.csv` table.
///
/// # Errors
/// What is wrong with the file, and whatever `each` says.
pub fn each<E: From<DataError>>(path: &Path, wanted: &[Wanted], batch: usize, each: &mut Each<'_, E>) -> Result<(), E> {
    match path.extension().and_then(|e| e.to_str()) {
        Some("npz") => each_of_archive(path, wanted, batch, each),
        Some("csv") => each_of_table(path, wanted, batch, each),
        Some(_) | None => {
            Err(DataError::new("mhm::format-unknown", "a file's ending names no format that can be read")
                .file(path)
                .expected("a name ending in `.npz` or `.csv`")
                .into())
        }
    }
}

// ---------------------------------------------------------------- archives

fn each_of_archive<E: From<DataError>>(
    path: &Path,
    wanted: &[Wanted],
    batch: usize,
    each: &mut Each<'_, E>,
) -> Result<(), E> {
    let there = npz::array_names(path)?;
    let arrays = wanted.iter().map(|w| array(path, w, &there)).collect::<Result<Vec<_>, _>>()?;
    // Every array is read at its own pace, so each has the file open once.
    let mut archives = arrays.iter().map(|_| npz::open(path)).collect::<Result<Vec<_>, _>>()?;
    let entries =
        archives.iter_mut().zip(&arrays).map(|((archive, length), name)| npz::entry(archive, *length, path, name));
    let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
    let columns = entries.iter_mut().zip(&arrays).zip(wanted).map(|((entry, array), wanted)| {
        Column::begin(Numbers::begin(&mut entry.reader, &entry.header, entry.most, path, Some(array))?, wanted)
    });
    let mut columns = columns.collect::<Result<Vec<_>, DataError>>()?;
    let samples = alike(&columns, path)?;
    for first in (0..samples).step_by(batch) {
        let count = batch.min(samples - first);
        let values = columns.iter_mut().map(|c| c.take(first, count)).collect::<Result<Vec<_>, _>>()?;
        each(values, count)?;
    }
    drop(columns);
    Ok(entries.into_iter().try_for_each(|entry| entry.finish(path))?)
}

/// The array that holds it.
fn array<'w>(path: &Path, wanted: &'w Wanted, there: &[String]) -> Result<&'w str, DataError> {
    let found = wanted.arrays.iter().find(|name| there.contains(name));
    found.map(String::as_str).ok_or_else(|| {
        let ending = format!("_{}", wanted.name);
        let splits: Vec<&str> = there.iter().filter_map(|name| name.strip_suffix(&ending)).collect();
        let all = format!("the archive has {}", list(there.iter().map(String::as_str)));
        DataError::new("mhm::array-missing", format!("there is no array for the modality `{}`", wanted.name))
            .file(path)
            .expected(either(&wanted.arrays))
            .help(if splits.is_empty() {
                all
            } else {
                format!("say which split: `--split {}`; {all}", splits.join("`, `--split "))
            })
    })
}

/// "`first` or `test_first`".
fn either(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
}

/// One array on its way.
struct Column<'r> {
    numbers: Numbers<'r>,
    wanted: &'r Wanted,
    /// The whole of an array that does not lie sample after sample.
    whole: Option<std::vec::IntoIter<f32>>,
}

impl<'r> Column<'r> {
    fn begin(mut numbers: Numbers<'r>, wanted: &'r Wanted) -> Result<Self, DataError> {
        numbers.table(0, numbers.shape[0], vec![]).fits_modality(&wanted.axes).map_err(other_shape)?;
        let scattered = numbers.order == Order::Fortran && numbers.shape.len() > 1;
        let whole = if scattered { Some(numbers.all()?.into_iter()) } else { None };
        Ok(Self { numbers, wanted, whole })
    }

    /// So many samples from `first`.
    fn take(&mut self, first: usize, samples: usize) -> Result<Vec<f32>, DataError> {
        let count = samples * self.wanted.axes.iter().product::<usize>();
        let mut values = Vec::with_capacity(count);
        match &mut self.whole {
            Some(whole) => values.extend(whole.take(count)),
            None => self.numbers.read(count, &mut values)?,
        }
        let table = self.numbers.table(first, samples, values);
        table.fits_modality(&self.wanted.axes)?;
        Ok(table.values)
    }
}

fn other_shape(error: DataError) -> DataError {
    DataError { message: "an array has another shape than the network takes".into(), ..error }
        .help("the network was trained on samples of the expected shape and takes no other")
}

/// The number of samples, the same in all.
fn alike(columns: &[Column<'_>], path: &Path) -> Result<usize, DataError> {
    let samples = |column: &Column<'_>| column.numbers.shape[0];
    let Some(first) = columns.first() else { return Ok(0) };
    let Some(other) = columns.iter().find(|c| samples(c) != samples(first)) else { return Ok(samples(first)) };
    let (a, b) = (&first.wanted.name, &other.wanted.name);
    Err(DataError::new("mhm::samples-differ", format!("`{a}` and `{b}` have different numbers of samples"))
        .file(path)
        .expected(format!("{} samples, as `{a}` has", samples(first)))
        .found(format!("{} samples in `{b}`", samples(other)))
        .help("a sample is one row of every modality, in the same order"))
}

// ---------------------------------------------------------------- tables

fn each_of_table<E: From<DataError>>(
    path: &Path,
    wanted: &[Wanted],
    batch: usize,
    each: &mut Each<'_, E>,
) -> Result<(), E> {
    let mut rows = csv::Rows::open(path)?;
    let columns = wanted.iter().map(|w| columns(path, w, &rows.names)).collect::<Result<Vec<_>, _>>()?;
    let places = columns.iter().map(|c| rows.places(c)).collect::<Result<Vec<_>, _>>()?;
    loop {
        let mut values: Vec<Vec<f32>> = vec![vec![]; wanted.len()];
        let mut count = 0;
        while count < batch && rows.advance()? {
            for ((values, places), columns) in values.iter_mut().zip(&places).zip(&columns) {
                rows.numbers(places, columns, values)?;
            }
            count += 1;
        }
        if count == 0 {
            return Ok(());
        }
        each(values, count)?;
    }
}

/// The columns that hold it.
fn columns<'w>(path: &Path, wanted: &'w Wanted, there: &[String]) -> Result<&'w [String], DataError> {
    let whole = |columns: &&Vec<String>| columns.iter().all(|c| there.contains(c));
    let found = wanted.columns.iter().find(whole);
    found.map(Vec::as_slice).ok_or_else(|| {
        // Some of them: the first that is not there is the one to name.
        let begun = wanted.columns.iter().find(|columns| columns.iter().any(|c| there.contains(c)));
        let lacks = begun.and_then(|columns| columns.iter().find(|c| !there.contains(c)));
        let error =
            DataError::new("mhm::array-missing", format!("there are no columns for the modality `{}`", wanted.name));
        let error = match lacks {
            Some(column) => error.array(format!("`{column}`")),
            None => error,
        };
        let alternatives: Vec<String> = wanted.columns.iter().map(|columns| span(columns)).collect();
        error
            .file(path)
            .expected(alternatives.join(" or "))
            .help(format!("the first line has {}", list(there.iter().map(String::as_str))))
    })
}

/// "`first`", "`audio[0]` … `audio[127]`".
fn span(columns: &[String]) -> String {
    match columns {
        [first, .., last] => format!("`{first}` … `{last}`"),
        [only] => format!("`{only}`"),
        [] => String::new(),
    }
}
