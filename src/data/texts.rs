//! Texts as a file holds them: names of classes, of groups, of samples, one a row or several.

use super::error::{Code, DataError, array_error, list};
use super::memory;
use super::order::{Order, in_c_order};
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

/// Texts in rows. A missing one is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Each once, in the order in which they come.
    pub distinct: Vec<String>,
    /// Row by row, the place of each among them.
    pub ids: Vec<u32>,
    /// Axes of one row; of a row of one text there may be none.
    pub axes: Vec<usize>,
    /// Where it comes from, for messages.
    pub file: PathBuf,
    /// Name of the array or column.
    pub array: Option<String>,
    /// Of a table in text, and of rows in another order than the file's.
    pub places: Option<Arc<Places>>,
}

impl Texts {
    /// Rows.
    pub fn len(&self) -> usize {
        self.ids.len() / self.width()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Texts of one row.
    pub fn width(&self) -> usize {
        self.axes.iter().product::<usize>().max(1)
    }

    /// These, where each row has one.
    ///
    /// # Errors
    /// Rows have several.
    pub fn one_each(self) -> Result<Self, DataError> {
        if self.width() == 1 {
            return Ok(self);
        }
        let error = self.blame(DataError::new(Code::ShapeDiffers, "a name is one text or whole number a row"));
        let columns = self.places.as_ref().map_or(&[][..], |places| &places.columns);
        if columns.len() > 1 {
            let error = error.expected("one column").found(list(columns.iter().map(String::as_str)));
            return Err(error.help("say which: `column: \"subject\"`"));
        }
        let shape = [&[self.len()], self.axes.as_slice()].concat();
        Err(error
            .expected("one text a row")
            .found(format!("an array of {shape:?}"))
            .help("name one column, or an array of one axis"))
    }

    /// The text of this row, of rows of one; empty where it is missing.
    pub fn at(&self, row: usize) -> &str {
        &self.distinct[self.ids[row] as usize]
    }

    /// All of them, row by row.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.ids.iter().map(|id| self.distinct[*id as usize].as_str())
    }

    /// Rows that lack a text.
    pub fn missing(&self) -> Vec<usize> {
        self.distinct.iter().position(String::is_empty).map_or(vec![], |empty| self.rows_with(empty))
    }

    /// Rows that have the text of this place among the distinct ones.
    pub fn rows_with(&self, place: usize) -> Vec<usize> {
        let has = |row: &[u32]| row.iter().any(|id| *id as usize == place);
        self.ids.chunks(self.width()).enumerate().filter(|(_, row)| has(row)).map(|(row, _)| row).collect()
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

    /// The texts of these rows of one, in this order; of none it is missing.
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
        let mut place = |at: usize| {
            let old = self.ids[at] as usize;
            *places[old].get_or_insert_with(|| {
                distinct.push(self.distinct[old].clone());
                distinct.len() as u32 - 1
            })
        };
        let width = self.width();
        let ids = rows.iter().flat_map(|row| row * width..(row + 1) * width).map(&mut place).collect();
        let (axes, file, array) = (self.axes.clone(), self.file.clone(), self.array.clone());
        Texts { ids, distinct, axes, places: places_of_rows, file, array }
    }

    /// Puts other texts behind these, which keep their places.
    pub fn append(&mut self, other: &Texts) {
        let mut known: BTreeMap<String, u32> = self.distinct.iter().cloned().zip(0..).collect();
        let ids: Vec<u32> = other.distinct.iter().map(|text| id_of(&mut known, &mut self.distinct, text)).collect();
        self.ids.extend(other.ids.iter().map(|id| ids[*id as usize]));
        self.places = None;
    }

    /// Columns of one text a row as rows of one text a column.
    #[cfg(feature = "parquet")]
    pub fn beside(columns: Vec<Texts>) -> Texts {
        let (rows, width) = (columns.iter().map(Texts::len).min().unwrap_or(0), columns.len());
        let mut all = Texts { file: columns.first().map_or(PathBuf::new(), |c| c.file.clone()), ..Texts::default() };
        let names: Vec<&str> = columns.iter().filter_map(|column| column.array.as_deref()).collect();
        all.array = Some(names.join(", "));
        columns.iter().for_each(|column| all.append(column));
        let ids = (0..rows).flat_map(|row| (0..width).map(move |column| column * rows + row)).map(|at| all.ids[at]);
        all.ids = ids.collect();
        all.axes = vec![width];
        all
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
                self.texts.ids.len()
            )));
        }
        let id = id_of(&mut self.known, &mut self.texts.distinct, text);
        if id as usize == self.known.len() - 1 {
            self.bytes += 2 * text.len() as u64 + 64;
        }
        self.texts.ids.push(id);
        if self.texts.ids.len().is_multiple_of(OFTEN) {
            // Vectors are moved into ones of twice their size.
            memory::hold(&self.texts.file, self.bytes + 8 * self.texts.ids.len() as u64)?;
        }
        Ok(())
    }

    /// The same from bytes that should be UTF-8.
    pub fn push_bytes(&mut self, bytes: &[u8]) -> Result<(), DataError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.push(text),
            Err(_) => Err(self
                .error(Code::DtypeUnreadable, "a text is not written in UTF-8")
                .found(format!("`{}` in row {}", String::from_utf8_lossy(bytes), self.texts.ids.len()))
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

    /// All of them, one a row.
    pub fn done(self) -> Texts {
        self.texts
    }

    /// All of them, as they lie in an array of this shape.
    ///
    /// # Errors
    /// An axis of a row has no size.
    pub fn shaped(mut self, shape: &[usize], order: Order) -> Result<Texts, DataError> {
        let axes = shape.get(1..).unwrap_or_default();
        if axes.contains(&0) {
            let error = self.error(Code::ShapeDiffers, "an array of texts has rows of none");
            return Err(error.expected("one text a row or more").found(format!("shape {shape:?}")));
        }
        self.texts.axes = axes.to_vec();
        if order == Order::Fortran && self.texts.width() > 1 {
            self.texts.ids = in_c_order(shape, &self.texts.ids);
        }
        Ok(self.texts)
    }
}

/// Whole numbers as they are written; NaN is a missing one.
///
/// # Errors
/// Some are not whole or not exact.
pub fn of_numbers(rows: &dyn Rows) -> Result<Texts, DataError> {
    let outline = rows.outline();
    let flags = outline.dtype.is_flag();
    let width = outline.width().max(1);
    let step = (PIECE / width).max(1);
    let mut read = Reading::new(&outline.file, outline.array.as_deref());
    for first in (0..outline.samples()).step_by(step) {
        let table = rows.table(first..outline.samples().min(first + step))?;
        for (place, value) in table.values.iter().enumerate() {
            match value {
                _ if value.is_nan() => read.push("")?,
                _ if flags => read.push(if value == 0.0 { "false" } else { "true" })?,
                _ if value.fract() == 0.0 && value.abs() < EXACT => read.push(&format!("{}", value as i64))?,
                _ => {
                    return Err(outline
                        .error(Code::NoNumber, "an array of names holds numbers that are not whole")
                        .expected("texts, or whole numbers up to 2^53")
                        .found(format!("{value} at {}", table.row(place / width)))
                        .help("names are texts or whole numbers: read another column, or save these as texts"));
                }
            }
        }
    }
    let mut texts = read.shaped(&outline.shape, Order::C)?;
    texts.places.clone_from(&outline.places);
    Ok(texts)
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

    #[test]
    fn rows_may_have_several_texts() {
        let read = |order| {
            let mut read = Reading::new(Path::new("x.npy"), None);
            ["a", "b", "", "a", "c", "b"].iter().for_each(|text| read.push(text).unwrap());
            read.shaped(&[2, 3], order).unwrap()
        };
        let texts = read(Order::C);
        assert_eq!((texts.len(), texts.width(), texts.missing()), (2, 3, vec![0]));
        assert_eq!((texts.rows_with(0), texts.rows_with(1)), (vec![0, 1], vec![0, 1]));
        assert_eq!(texts.gather(&[1]).iter().collect::<Vec<_>>(), ["a", "c", "b"]);
        assert_eq!(read(Order::Fortran).iter().collect::<Vec<_>>(), ["a", "", "c", "b", "a", "b"]);
        let error = texts.one_each().unwrap_err().to_string();
        assert!(error.contains("one text a row") && error.contains("[2, 3]"), "{error}");
        assert!(Reading::new(Path::new("x"), None).shaped(&[4, 0], Order::C).is_err());
    }
}
