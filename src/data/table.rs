//! Numbers as a file holds them, and whether they fill a modality or target.

use super::error::{Code, DataError};
use super::values::Values;
use crate::builtin::{Holds, Numbers, TargetKind};
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// From here on a 32-bit float is no longer every whole number.
const LARGEST_ID: f64 = (1 << 24) as f64;

/// What to do about labels that are missing.
const NO_CLASS_HELP: &str = "leave these samples out, `|> drop`; steps without a class may have a number of their own, \
                             `class(3, axes: [8], ignore: -1)` with `|> replace(nan: -1)`";

/// Where rows stand in their file, where that is not their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    pub counted: Counted,
    /// Of every row.
    pub numbers: Vec<u32>,
    /// Of a table in text.
    pub columns: Vec<String>,
}

/// What a file has its rows in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Lines of a text, counted from 1.
    Lines,
    /// Rows of an array, counted from 0.
    Rows,
}

impl Counted {
    /// "line", "row".
    pub fn noun(self) -> &'static str {
        match self {
            Counted::Lines => "line",
            Counted::Rows => "row",
        }
    }
}

/// An array of a file: first axis the samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// With the samples' axis in front.
    pub shape: Vec<usize>,
    /// Number of the first sample in the file: not 0 where this is a later part of it.
    pub first: usize,
    /// Row-major.
    pub values: Values,
    /// Where it comes from, for messages.
    pub file: PathBuf,
    /// Name of the array; names of the columns.
    pub array: Option<String>,
    /// Of a table in text, and of rows in another order than the file's.
    pub places: Option<Arc<Places>>,
}

impl Places {
    /// Of these rows, in this order, out of those that have these places; without, rows are where they are counted.
    pub fn gather(places: Option<&Self>, rows: &[usize]) -> Self {
        let number = |row: &usize| match places {
            Some(places) => places.numbers.get(*row).copied().unwrap_or(0),
            None => u32::try_from(*row).unwrap_or(u32::MAX),
        };
        Self {
            counted: places.map_or(Counted::Rows, |places| places.counted),
            numbers: rows.iter().map(number).collect(),
            columns: places.map_or(vec![], |places| places.columns.clone()),
        }
    }
}

impl Table {
    pub fn samples(&self) -> usize {
        self.shape.first().copied().unwrap_or(0)
    }

    /// Puts other samples of the same axes behind these.
    pub fn append(&mut self, other: Table) {
        self.shape[0] += other.samples();
        self.values.append(other.values);
    }

    /// These samples alone.
    pub fn cut(&self, rows: Range<usize>) -> Table {
        let width = self.shape[1..].iter().product::<usize>();
        let shape = std::iter::once(rows.len()).chain(self.shape[1..].iter().copied()).collect();
        let values = self.values.cut(rows.start * width..rows.end * width);
        let (file, array, places) = (self.file.clone(), self.array.clone(), self.places.clone());
        Table { shape, first: self.first + rows.start, values, file, array, places }
    }

    /// These of its samples, in this order.
    pub fn gather(&self, rows: &[usize]) -> Table {
        let width = self.shape[1..].iter().product::<usize>();
        let shape = std::iter::once(rows.len()).chain(self.shape[1..].iter().copied()).collect();
        let mut values = Values::new(self.values.precision());
        rows.iter().for_each(|row| values.extend_from(&self.values, row * width..(row + 1) * width));
        let there: Vec<usize> = rows.iter().map(|row| self.first + row).collect();
        let places = Some(Arc::new(Places::gather(self.places.as_deref(), &there)));
        Table { shape, first: 0, values, file: self.file.clone(), array: self.array.clone(), places }
    }

    /// Takes steps from before that are padding: where `real`, one number a step, is 0.
    pub fn keep_padding(&mut self, before: &Table, real: &[f32]) {
        let width = self.values.len() / real.len().max(1);
        for (step, _) in real.iter().enumerate().filter(|(_, real)| **real == 0.0) {
            self.values.put(step * width, &before.values, step * width..(step + 1) * width);
        }
    }

    /// Whether a sample has these axes (axes of size 1 aside) and every value is a finite 32-bit float.
    pub fn fits_modality(&self, axes: &[usize]) -> Result<(), DataError> {
        self.fits_shape(axes)?;
        self.fits_floats()
    }

    /// Whether every value is one the target can take.
    pub fn fits_target(&self, kind: &TargetKind) -> Result<(), DataError> {
        self.fits_shape(&kind.shape())?;
        self.fits_floats().map_err(|error| match kind {
            TargetKind::Class { .. } | TargetKind::Multi { .. } => error.help(NO_CLASS_HELP),
            TargetKind::Real { .. } | TargetKind::Events { .. } => error,
        })?;
        let (code, expected) = match kind {
            TargetKind::Class { classes, labels, .. } => {
                let numbers = labels.as_ref().map_or(Numbers::Ids, |labels| labels.numbers.clone());
                (Code::ClassOutOfRange, format!("{}, as `{kind}` says", numbers.expected(*classes)))
            }
            TargetKind::Multi { .. } => (Code::NotZeroOrOne, format!("0 or 1, as `{kind}` says")),
            // Events were made of what was checked.
            TargetKind::Real { .. } | TargetKind::Events { .. } => return Ok(()),
        };
        let ignored = kind.ignored().map(f64::from);
        let takes = |value: f64| match kind {
            TargetKind::Class { .. } => kind.class_of(value).is_some(),
            TargetKind::Multi { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => {
                kind.takes(value as f32) && f64::from(value as f32) == value
            }
        };
        let bad = |value: f64| !takes(value) && Some(value) != ignored;
        let Some(first) = self.values.iter().position(bad) else { return Ok(()) };
        let count = self.values.iter().filter(|v| bad(*v)).count();
        let (low, high) = self.values.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
        let error = self.error(code, "a target holds values that it cannot have").expected(expected).found(format!(
            "{} at {}; {count} such values, all between {low} and {high}",
            self.values.at(first),
            self.place(first)
        ));
        Err(match kind {
            TargetKind::Class { classes, .. } => error.help(self.classes_instead(*classes, low, high)),
            TargetKind::Multi { .. } => {
                error.help("a target of class ids is declared `class(n)`, one of numbers `real(n)`")
            }
            TargetKind::Real { .. } | TargetKind::Events { .. } => error,
        })
    }

    /// Whether every value is one that its reader can take it for.
    pub fn fits_reader(&self, holds: Holds) -> Result<(), DataError> {
        let bad = |value: &f64| match holds {
            Holds::Numbers => false,
            Holds::Mask => *value != 0.0 && *value != 1.0,
            Holds::Ids(entries) => value.fract() != 0.0 || !(-1.0..entries as f64).contains(value),
        };
        let Some(first) = self.values.iter().position(|value| bad(&value)) else { return Ok(()) };
        let error = match holds {
            Holds::Numbers => return Ok(()),
            Holds::Mask => self
                .error(Code::NotAMask, "a mask holds something besides 0 and 1")
                .expected("1 where a step is there, 0 where it is not")
                .help("declare the array that says which steps there are, or make one of lengths: `|> mask`"),
            Holds::Ids(entries) => self
                .error(Code::IdOutOfRange, "a modality of ids holds something that `embedding` has no row for")
                .expected(format!("whole numbers from 0 to {}, or -1 for nothing", entries - 1))
                .help("give `embedding` as many rows as there are ids, and leave ids as the file has them"),
        };
        Err(error.found(format!("{} at {}", self.values.at(first), self.place(first))))
    }

    /// What to do with class ids outside of those that `classes` has.
    fn classes_instead(&self, classes: usize, low: f64, high: f64) -> String {
        if let Some(values) = self.few(classes) {
            return format!("say which number is which class: `class({classes}, values: {values:?})`");
        }
        let whole = self.values.iter().all(|v| v.fract() == 0.0 && (0.0..LARGEST_ID).contains(&v));
        if !whole {
            return "give every class an id counted from 0; steps without a class may have a number of their own, \
                    `class(3, ignore: -1)`"
                .into();
        }
        if low == 1.0 && high == classes as f64 {
            return format!("ids are counted from 0 and these begin at 1: write `class({classes}, first: 1)`");
        }
        format!(
            "the largest id is {high}: declare the target with {} classes, if the ids from 0 on all occur",
            high + 1.0
        )
    }

    /// The whole numbers that there are, where they are as many as classes, few, and not ids from 0 or 1.
    fn few(&self, classes: usize) -> Option<Vec<i64>> {
        const FEW: usize = 10;
        let mut found = BTreeSet::new();
        for value in self.values.iter() {
            if value.fract() != 0.0 || value.abs() > LARGEST_ID {
                return None;
            }
            found.insert(value as i64);
            if found.len() > classes.min(FEW) {
                return None;
            }
        }
        let is_run = |first: i64| found.iter().copied().eq(first..first + classes as i64);
        (found.len() == classes && !is_run(0) && !is_run(1)).then(|| found.into_iter().collect())
    }

    /// Whether a sample has these axes, axes of size 1 aside.
    pub fn fits_shape(&self, axes: &[usize]) -> Result<(), DataError> {
        let found = self.shape.get(1..).unwrap_or_default();
        let wide = |axes: &[usize]| axes.iter().copied().filter(|n| *n != 1).collect::<Vec<_>>();
        if found == axes || wide(found) == wide(axes) {
            return Ok(());
        }
        Err(self
            .error(Code::ShapeDiffers, "an array has another shape than the dataset declares")
            .expected(format!("{axes:?} a sample"))
            .found(format!("{found:?} a sample: {} in an array of {:?}", counted(self.samples()), self.shape))
            .help(format!("declare the shape as {found:?}, or read another array")))
    }

    /// Whether every value is a finite number.
    pub fn is_finite(&self) -> Result<(), DataError> {
        let Some(first) = self.values.iter().position(|v| !v.is_finite()) else { return Ok(()) };
        let nan = self.values.iter().filter(|v| v.is_nan()).count();
        let infinite = self.values.iter().filter(|v| v.is_infinite()).count();
        let what = if self.values.at(first).is_nan() { "NaN" } else { "infinite" };
        let replacement = match (nan, infinite) {
            (0, _) => "infinite: 0",
            (_, 0) => "nan: 0",
            (_, _) => "infinite: 0, nan: 0",
        };
        let is_text = self.places.as_ref().is_some_and(|places| places.counted == Counted::Lines);
        let counts = [(nan, if is_text { "NaN or missing" } else { "NaN" }), (infinite, "infinite")];
        let counts: Vec<String> =
            counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
        let first_is = if counts.len() > 1 { format!(", {what},") } else { String::new() };
        Err(self
            .error(Code::NotFinite, "an array holds values that are not finite")
            .expected("finite numbers")
            // What is read later may have more.
            .found(format!("at least {}, the first{first_is} at {}", counts.join(" and "), self.place(first)))
            .help(format!(
                "put numbers in their place, `|> replace({replacement})`, or leave these samples out: `|> drop`"
            )))
    }

    /// Whether every value is finite as a 32-bit float.
    pub fn fits_floats(&self) -> Result<(), DataError> {
        self.is_finite()?;
        let Some(first) = self.values.iter().position(|v| (v as f32).is_infinite()) else { return Ok(()) };
        let error = self
            .error(Code::NotFinite, "an array holds values that are too large")
            .expected(format!("numbers up to {:e}, the largest 32-bit float", f32::MAX))
            .found(format!("{:e} at {}", self.values.at(first), self.place(first)));
        Err(error.help("where one is a slip, save NaN for it and put another there, `|> replace(nan: 0)`; where all are so large, `|> standardize`"))
    }

    /// "row 12", "line 14": this of its samples.
    pub fn row(&self, row: usize) -> String {
        let row = self.first + row;
        match self.places.as_ref().and_then(|places| Some((places.counted.noun(), places.numbers.get(row)?))) {
            Some((noun, number)) => format!("{noun} {number}"),
            None => format!("row {row}"),
        }
    }

    /// "row 12, element [3, 0]"; "line 14, column `a`".
    fn place(&self, index: usize) -> String {
        let axes = self.shape.get(1..).unwrap_or_default();
        let width = axes.iter().product::<usize>().max(1);
        let (row, mut rest) = (self.row(index / width), index % width);
        if let Some(places) = self.places.as_ref().filter(|places| places.counted == Counted::Lines) {
            return match places.columns.get(rest) {
                Some(column) if places.columns.len() == width => format!("{row}, column `{column}`"),
                Some(_) | None => row,
            };
        }
        if axes.is_empty() {
            return row;
        }
        let mut place = vec![0; axes.len()];
        for (p, n) in place.iter_mut().zip(axes).rev() {
            (*p, rest) = (rest % n, rest / n);
        }
        format!("{row}, element {place:?}")
    }

    fn error(&self, code: Code, message: &str) -> DataError {
        self.blame(DataError::new(code, message))
    }

    /// An error with the file it is of; what was computed has none.
    pub fn blame(&self, error: DataError) -> DataError {
        let error = if self.file.as_os_str().is_empty() { error } else { error.file(&self.file) };
        match &self.array {
            Some(array) => error.array(array.clone()),
            None => error,
        }
    }
}

/// "1 sample", "3 samples".
pub fn counted(samples: usize) -> String {
    if samples == 1 { "1 sample".into() } else { format!("{samples} samples") }
}
