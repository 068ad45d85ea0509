//! Texts as a file holds them, one a row: names of classes, of groups, of samples.

use super::error::{Code, DataError, array_error};
use super::memory;
use super::rows::Rows;
use super::table::{Counted, Places};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes that one text may have.
pub const LONGEST: usize = 1 << 16;
/// From here on a 64-bit float is no longer every whole number.
const EXACT: f64 = (1u64 << 53) as f64;
/// Rows of numbers that are read at a time.
const PIECE: usize = 1 << 20;
/// Texts after which memory is asked for.
const OFTEN: usize = 1 << 12;

/// One text a row. A missing one is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Each once, in the order in which they come.
    pub distinct: Vec<String>,
    /// Of every row, its place among them.
    pub ids: Vec<u32>,
    /// Where it comes from, for messages.
    pub file: PathBuf,
    /// Name of the array or column.
    pub array: Option<String>,
    /// Of a table in text, and of rows in another order than the file's.
    pub places: Option<Arc<Places>>,
}

impl Texts {
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The text of this row; empty where it is missing.
    pub fn at(&self, row: usize) -> &str {
        &self.distinct[self.ids[row] as usize]
    }

    /// Of all rows.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.ids.iter().map(|id| self.distinct[*id as usize].as_str())
    }

    /// Rows without a text.
    pub fn missing(&self) -> Vec<usize> {
        let Some(empty) = self.distinct.iter().position(String::is_empty) else { return vec![] };
        self.ids.iter().enumerate().filter(|(_, id)| **id as usize == empty).map(|(row, _)| row).collect()
    }

    /// "row 12", "line 14".
    pub fn place(&self, row: usize) -> String {
        let (noun, number) = self.counted(row);
        format!("{noun} {number}")
    }

    /// "lines 3, 7 and 12 more".
    pub fn places(&self, rows: &[usize]) -> String {
        const SHOWN: usize = 5;
        let what = self.places.as_ref().map_or(Counted::Rows, |places| places.counted).noun();
        let shown: Vec<String> = rows.iter().take(SHOWN).map(|row| self.counted(*row).1.to_string()).collect();
        let plural = if rows.len() == 1 { "" } else { "s" };
        match rows.len() - shown.len() {
            0 => format!("{what}{plural} {}", shown.join(", ")),
            more => format!("{what}{plural} {} and {more} more", shown.join(", ")),
        }
    }

    /// What the file counts, and the number of a row there.
    fn counted(&self, row: usize) -> (&'static str, usize) {
        let place = self.places.as_ref().and_then(|places| Some((places.counted.noun(), places.numbers.get(row)?)));
        place.map_or((Counted::Rows.noun(), row), |(noun, number)| (noun, *number as usize))
    }

    /// An error with the file it is of.
    pub fn blame(&self, error: DataError) -> DataError {
        let error = error.file(&self.file);
        match &self.array {
            Some(array) => error.array(array.clone()),
            None => error,
        }
    }

    /// The texts of these rows, in this order; of none it is missing.
    pub fn picked(&self, rows: &[Option<usize>]) -> Texts {
        let there: Vec<usize> = rows.iter().map(|row| row.unwrap_or(0)).collect();
        if there.len() == rows.iter().flatten().count() {
            return self.gather(&there);
        }
        let mut with_empty = self.clone();
        let empty = self.distinct.iter().position(String::is_empty).unwrap_or_else(|| {
            with_empty.distinct.push(String::new());
            self.distinct.len()
        });
        with_empty.ids = rows.iter().map(|row| row.map_or(empty as u32, |row| self.ids[row])).collect();
        with_empty.places = Some(Arc::new(Places::gather(self.places.as_deref(), &there)));
        with_empty
    }

    /// The texts of these rows, in this order.
    pub fn gather(&self, rows: &[usize]) -> Texts {
        let places_of_rows = Some(Arc::new(Places::gather(self.places.as_deref(), rows)));
        // Of texts that no row has any more nothing is left.
        let mut places: Vec<Option<u32>> = vec![None; self.distinct.len()];
        let mut distinct = vec![];
        let mut place = |row: &usize| {
            let old = self.ids[*row] as usize;
            *places[old].get_or_insert_with(|| {
                distinct.push(self.distinct[old].clone());
                distinct.len() as u32 - 1
            })
        };
        let ids = rows.iter().map(&mut place).collect();
        Texts { ids, distinct, places: places_of_rows, file: self.file.clone(), array: self.array.clone() }
    }

    /// Puts other texts behind these, which keep their places.
    pub fn append(&mut self, other: &Texts) {
        let mut known: BTreeMap<String, u32> = self.distinct.iter().cloned().zip(0..).collect();
        let ids: Vec<u32> = other.distinct.iter().map(|text| id_of(&mut known, &mut self.distinct, text)).collect();
        self.ids.extend(other.ids.iter().map(|id| ids[*id as usize]));
        self.places = None;
    }
}

fn id_of(known: &mut BTreeMap<String, u32>, distinct: &mut Vec<String>, text: &str) -> u32 {
    if let Some(id) = known.get(text) {
        return *id;
    }
    let id = distinct.len() as u32;
    distinct.push(text.to_string());
    known.insert(text.to_string(), id);
    id
}

/// Texts on their way from a file.
pub struct Reading {
    texts: Texts,
    known: BTreeMap<String, u32>,
    /// Bytes of distinct texts.
    bytes: u64,
}

impl Reading {
    pub fn new(path: &Path, array: Option<&str>) -> Self {
        let texts = Texts { file: path.to_path_buf(), array: array.map(str::to_string), ..Texts::default() };
        Self { texts, known: BTreeMap::new(), bytes: 0 }
    }

    /// One more, without the spaces around it; empty where it is missing.
    ///
    /// # Errors
    /// It is longer than any name, or there are more than memory holds.
    pub fn push(&mut self, text: &str) -> Result<(), DataError> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(self.error(Code::ArrayTooLarge, "a text is longer than any name").found(format!(
                "{} bytes in row {}",
                text.len(),
                self.texts.len()
            )));
        }
        let id = id_of(&mut self.known, &mut self.texts.distinct, text);
        if id as usize == self.known.len() - 1 {
            self.bytes += 2 * text.len() as u64 + 64;
        }
        self.texts.ids.push(id);
        if self.texts.len().is_multiple_of(OFTEN) {
            // Vectors are moved into ones of twice their size.
            memory::hold(&self.texts.file, self.bytes + 8 * self.texts.len() as u64)?;
        }
        Ok(())
    }

    /// The same from bytes that should be UTF-8.
    pub fn push_bytes(&mut self, bytes: &[u8]) -> Result<(), DataError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.push(text),
            Err(_) => Err(self
                .error(Code::DtypeUnreadable, "a text is not written in UTF-8")
                .found(format!("`{}` in row {}", String::from_utf8_lossy(bytes), self.texts.len()))
                .help("write the file again in UTF-8; in NumPy `numpy.char.decode(x, \"latin-1\")`")),
        }
    }

    /// The file it is of.
    pub fn path(&self) -> &Path {
        &self.texts.file
    }

    /// The array it is of.
    pub fn array(&self) -> Option<&str> {
        self.texts.array.as_deref()
    }

    /// An error of what is read.
    pub fn error(&self, code: Code, message: &str) -> DataError {
        array_error(code, message, &self.texts.file, self.texts.array.as_deref())
    }

    /// All of them.
    pub fn done(self) -> Texts {
        self.texts
    }
}

/// Whole numbers as they are written; NaN is a missing one.
///
/// # Errors
/// There are several numbers a row, or some that are not whole or not exact.
pub fn of_numbers(rows: &dyn Rows) -> Result<Texts, DataError> {
    let outline = rows.outline();
    if outline.width() != 1 {
        return Err(one_a_row(
            outline.error(Code::ShapeDiffers, "a name is one text or whole number a row"),
            &outline.shape,
        ));
    }
    let flags = outline.dtype.is_flag();
    let mut read = Reading::new(&outline.file, outline.array.as_deref());
    for first in (0..outline.samples()).step_by(PIECE) {
        let table = rows.table(first..outline.samples().min(first + PIECE))?;
        for (row, value) in table.values.iter().enumerate() {
            match value {
                _ if value.is_nan() => read.push("")?,
                _ if flags => read.push(if value == 0.0 { "false" } else { "true" })?,
                _ if value.fract() == 0.0 && value.abs() < EXACT => read.push(&format!("{}", value as i64))?,
                _ => {
                    return Err(outline
                        .error(Code::NoNumber, "an array of names holds numbers that are not whole")
                        .expected("texts, or whole numbers up to 2^53")
                        .found(format!("{value} at {}", table.row(row)))
                        .help("names are texts or whole numbers: read another column, or save these as texts"));
                }
            }
        }
    }
    let mut texts = read.done();
    texts.places.clone_from(&outline.places);
    Ok(texts)
}

/// Texts have one axis, and others of size 1.
pub fn one_a_row(error: DataError, shape: &[usize]) -> DataError {
    error
        .expected("one text a row")
        .found(format!("an array of {shape:?}"))
        .help("name one column, or an array of one axis")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(all: &[&str]) -> Texts {
        let mut read = Reading::new(Path::new("x.csv"), None);
        all.iter().for_each(|text| read.push(text).expect("a short text"));
        read.done()
    }

    #[test]
    fn texts_are_kept_once_and_joined() {
        let mut first = texts(&["sit", " walk", "sit", ""]);
        assert_eq!(
            (first.distinct.as_slice(), first.ids.as_slice()),
            (&["sit", "walk", ""].map(String::from)[..], &[0, 1, 0, 2][..])
        );
        assert_eq!(first.missing(), [3]);
        first.append(&texts(&["run", "walk"]));
        assert_eq!(first.iter().collect::<Vec<_>>(), ["sit", "walk", "sit", "", "run", "walk"]);
        assert_eq!(first.places(&[0, 1, 2, 3, 4, 5]), "rows 0, 1, 2, 3, 4 and 1 more");
        assert!(Reading::new(Path::new("x"), None).push(&"a".repeat(LONGEST + 1)).is_err());
    }
}
