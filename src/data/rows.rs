//! An array in a file: what its header says first, its rows when they are asked for. Owns what all formats share; where
//! the numbers lie is for the formats' own files to know.

use super::dtype::Dtype;
use super::error::{Code, DataError, array_error};
use super::number::Number;
use super::order::Order;
use super::table::{Places, Table};
use super::values::{Precision, Values};
use std::fmt::Debug;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// 2³² numbers are 16 GiB in memory.
pub const ELEMENT_LIMIT: u64 = 1 << 32;
/// The largest row number.
const LARGEST: f64 = u32::MAX as f64;
/// Numbers read at a time where all are looked at once.
const PIECE: usize = 1 << 20;

/// What is known of an array before its numbers are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    pub file: PathBuf,
    /// Name of the array; names of the columns.
    pub array: Option<String>,
    pub dtype: Dtype,
    /// First axis the rows; never empty.
    pub shape: Vec<usize>,
    /// Of a table in text, and of rows in another order than the file's.
    pub places: Option<Arc<Places>>,
}

/// How dear it is to read rows here and there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Rows cost what they are long, wherever they lie.
    Anywhere,
    /// Every row before the wanted one is read, too: whoever reads more than once, or not in order, reads the whole
    /// array.
    InOrder,
}

/// An array in a file, open for reading.
pub trait Rows: Debug + Send + Sync {
    fn outline(&self) -> &Outline;

    fn access(&self) -> Access;

    /// Appends these rows, row-major. Memory is taken for these rows alone.
    ///
    /// # Errors
    /// Where the file is cut off, changed or broken, or the array has no such rows.
    fn read(&self, rows: Range<usize>, values: &mut Values) -> Result<(), DataError>;

    /// Appends these rows in this order; a row may occur twice. Neighbours are read together, ascending.
    fn gather(&self, rows: &[usize], values: &mut Values) -> Result<(), DataError> {
        in_runs(rows, self.outline().width(), values, |run, values| self.read(run, values))
    }

    /// These rows with where they come from, for [`Table::fits_modality`] and [`Table::fits_target`].
    fn table(&self, rows: Range<usize>) -> Result<Table, DataError> {
        let (first, count) = (rows.start, rows.len());
        let mut values = Values::new(self.outline().precision());
        self.read(rows, &mut values)?;
        Ok(self.outline().table(first, count, values))
    }

    /// All rows.
    fn whole(&self) -> Result<Table, DataError> {
        self.table(0..self.outline().samples())
    }
}

impl Outline {
    /// What a header says of an array of numbers, and the type of these; or why it cannot be read.
    pub fn of(file: &Path, array: Option<&str>, dtype: Dtype, shape: &[u64]) -> Result<(Self, Number), DataError> {
        let number = dtype.readable(file, array)?;
        let shape = axes(shape, file, array)?;
        Ok((Self { file: file.to_path_buf(), array: array.map(str::to_string), dtype, shape, places: None }, number))
    }

    /// Rows.
    pub fn samples(&self) -> usize {
        self.shape.first().copied().unwrap_or(0)
    }

    /// Numbers of one row.
    pub fn width(&self) -> usize {
        let axes = self.shape.get(1..).unwrap_or_default();
        // An array of nothing may have axes whose product is no number.
        if axes.contains(&0) { 0 } else { axes.iter().fold(1, |n, axis| n.saturating_mul(*axis)) }
    }

    /// The fewest bits that hold its numbers.
    pub fn precision(&self) -> Precision {
        self.dtype.precision()
    }

    /// Bytes of its numbers in memory.
    pub fn bytes(&self) -> u64 {
        (self.samples() as u64).saturating_mul(self.width() as u64).saturating_mul(self.precision().bytes())
    }

    /// These numbers as so many rows, from `first`.
    pub fn table(&self, first: usize, samples: usize, values: impl Into<Values>) -> Table {
        let shape = std::iter::once(samples).chain(self.shape.iter().skip(1).copied()).collect();
        Table {
            shape,
            first,
            values: values.into(),
            file: self.file.clone(),
            array: self.array.clone(),
            places: self.places.clone(),
        }
    }

    /// An error of this array.
    pub fn error(&self, code: Code, message: &str) -> DataError {
        array_error(code, message, &self.file, self.array.as_deref())
    }

    /// Fewer bytes than its header promises: so many "bytes for" its shape were expected.
    pub fn truncated(&self, bytes: String, found: String) -> DataError {
        self.error(Code::ArrayTruncated, "an array is cut off")
            .expected(format!("{bytes} shape {:?} of `{}`", self.shape, self.dtype))
            .found(found)
            .help("write or download the file again")
    }

    /// Whether there are such rows.
    pub fn has(&self, rows: &Range<usize>) -> Result<(), DataError> {
        if rows.end <= self.samples() && rows.start <= rows.end {
            return Ok(());
        }
        Err(self
            .error(Code::RowsBeyondEnd, "an array has fewer rows than are asked for")
            .expected(format!("at least {} rows", rows.end))
            .found(format!("{} rows in an array of {:?}", self.samples(), self.shape)))
    }
}

/// Axes as sizes, where there is a first one and the numbers are not more than this program reads.
pub fn axes(shape: &[u64], file: &Path, array: Option<&str>) -> Result<Vec<usize>, DataError> {
    if shape.is_empty() {
        return Err(array_error(Code::ShapeDiffers, "an array is a single number", file, array)
            .expected("a first axis of samples")
            .found("shape []"));
    }
    // Nor may an array of nothing have more rows than could be counted.
    let elements = shape.iter().fold(1u64, |n, axis| n.saturating_mul((*axis).max(1)));
    if elements > ELEMENT_LIMIT {
        return Err(array_error(Code::ArrayTooLarge, "an array is larger than this program reads", file, array)
            .expected(format!("at most {ELEMENT_LIMIT} numbers"))
            .found(format!("shape {shape:?}")));
    }
    // Each axis is at most the limit now.
    Ok(shape.iter().map(|n| usize::try_from(*n).unwrap_or(usize::MAX)).collect())
}

/// Reads rows that lie here and there as runs of neighbours, in ascending order, and puts each where it is wanted.
pub fn in_runs(
    rows: &[usize],
    width: usize,
    values: &mut Values,
    mut read: impl FnMut(Range<usize>, &mut Values) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let mut places: Vec<usize> = (0..rows.len()).collect();
    places.sort_by_key(|place| rows[*place]);
    let begin = values.len();
    values.resize(begin + rows.len() * width);
    let mut run = Values::new(values.precision());
    let mut rest = places.as_slice();
    while let Some(&first) = rest.first() {
        let close = rest.windows(2).take_while(|pair| rows[pair[1]] - rows[pair[0]] <= 1).count();
        let (these, others) = rest.split_at(close + 1);
        let start = rows[first];
        run.clear();
        read(start..rows[these[close]] + 1, &mut run)?;
        for place in these {
            let from = (rows[*place] - start) * width;
            values.put(begin + place * width, &run, from..from + width);
        }
        rest = others;
    }
    Ok(())
}

/// All numbers of an array of whole numbers from 0, such as row numbers.
pub fn whole_numbers(rows: &dyn Rows, most: usize) -> Result<Vec<u32>, DataError> {
    let outline = rows.outline();
    let mut numbers = Vec::new();
    let step = (PIECE / outline.width().max(1)).max(1);
    let samples = outline.samples().min(most);
    for first in (0..samples).step_by(step) {
        let table = rows.table(first..samples.min(first + step))?;
        let good = |v: f64| (0.0..=LARGEST).contains(&v) && v.fract() == 0.0;
        if let Some(bad) = table.values.iter().position(|v| !good(v)) {
            let row = first + bad / outline.width().max(1);
            return Err(outline
                .error(Code::NoRowNumber, "an array of row numbers holds something else")
                .expected(format!("whole numbers from 0 to {LARGEST}"))
                .found(format!("{} at row {row}", table.values.at(bad))));
        }
        numbers.extend(table.values.iter().map(|v| v as u32));
    }
    Ok(numbers)
}

/// An array that had to be read whole.
#[derive(Debug)]
pub struct InMemory {
    outline: Outline,
    table: Table,
}

impl InMemory {
    pub fn new(table: Table, dtype: Dtype) -> Self {
        let outline = Outline {
            file: table.file.clone(),
            array: table.array.clone(),
            dtype,
            shape: table.shape.clone(),
            places: table.places.clone(),
        };
        Self { outline, table }
    }

    /// Numbers of an array whose bytes are in memory.
    pub fn decode(outline: Outline, number: Number, order: Order, bytes: &[u8]) -> Result<Self, DataError> {
        let (samples, width) = (outline.samples(), outline.width());
        let expected = samples.checked_mul(width).and_then(|n| n.checked_mul(number.size()));
        if expected != Some(bytes.len()) {
            return Err(outline.truncated("the numbers of".into(), format!("{} bytes", bytes.len())));
        }
        let mut values = Values::new(number.precision());
        values.reserve(samples * width);
        number.decode(bytes, &mut values);
        let values = match order {
            Order::C => values,
            Order::Fortran => values.to_c_order(&outline.shape),
        };
        let table = outline.table(0, samples, values);
        Ok(Self { outline, table })
    }
}

impl Rows for InMemory {
    fn outline(&self) -> &Outline {
        &self.outline
    }

    fn access(&self) -> Access {
        Access::Anywhere
    }

    fn read(&self, rows: Range<usize>, values: &mut Values) -> Result<(), DataError> {
        self.outline.has(&rows)?;
        let width = self.outline.width();
        values.extend_from(&self.table.values, rows.start * width..rows.end * width);
        Ok(())
    }
}

/// Some rows of an array, in an order of their own.
#[derive(Debug)]
pub struct Chosen {
    rows: Arc<dyn Rows>,
    /// Of every row its number in the array; what has none there is NaN.
    order: Vec<Option<usize>>,
    outline: Outline,
}

impl Chosen {
    /// These rows of an array that has them; the array itself, where they are all of it as it is.
    pub fn of(rows: Arc<dyn Rows>, order: Vec<Option<usize>>) -> Arc<dyn Rows> {
        if order.iter().copied().eq((0..rows.outline().samples()).map(Some)) {
            return rows;
        }
        let mut outline = rows.outline().clone();
        outline.shape[0] = order.len();
        let numbers: Vec<usize> = order.iter().map(|row| row.unwrap_or(0)).collect();
        outline.places = Some(Arc::new(Places::gather(outline.places.as_deref(), &numbers)));
        Arc::new(Self { rows, order, outline })
    }

    /// Appends rows that the array has.
    fn append(&self, there: &[usize], values: &mut Values) -> Result<(), DataError> {
        match self.rows.access() {
            Access::Anywhere => self.rows.gather(there, values),
            Access::InOrder => {
                let (whole, width) = (self.rows.whole()?, self.outline.width());
                there.iter().for_each(|row| values.extend_from(&whole.values, row * width..(row + 1) * width));
                Ok(())
            }
        }
    }
}

impl Rows for Chosen {
    fn outline(&self) -> &Outline {
        &self.outline
    }

    fn access(&self) -> Access {
        self.rows.access()
    }

    fn read(&self, rows: Range<usize>, values: &mut Values) -> Result<(), DataError> {
        self.outline.has(&rows)?;
        let (order, width) = (&self.order[rows], self.outline.width());
        let there: Vec<usize> = order.iter().flatten().copied().collect();
        if there.len() == order.len() {
            return self.append(&there, values);
        }
        let mut read = Values::new(values.precision());
        self.append(&there, &mut read)?;
        let mut begin = 0;
        for row in order {
            match row {
                Some(_) => {
                    values.extend_from(&read, begin..begin + width);
                    begin += width;
                }
                None => values.extend(std::iter::repeat_n(f64::NAN, width)),
            }
        }
        Ok(())
    }
}
