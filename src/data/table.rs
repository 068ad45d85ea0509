//! Numbers as a file holds them, and whether they fill a modality or target.

use super::error::DataError;
use crate::builtin::TargetKind;
use std::ops::Range;
use std::path::PathBuf;

/// From here on a 32-bit float is no longer every whole number.
const LARGEST_ID: f32 = (1 << 24) as f32;

/// An array of a file: first axis the samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// With the samples' axis in front.
    pub shape: Vec<usize>,
    /// Number of the first sample in the file: not 0 where this is a later part of it.
    pub first: usize,
    /// Row-major.
    pub values: Vec<f32>,
    /// Where it comes from, for messages.
    pub file: PathBuf,
    /// Name of the array; names of the columns.
    pub array: Option<String>,
}

impl Table {
    pub fn samples(&self) -> usize {
        self.shape.first().copied().unwrap_or(0)
    }

    /// Puts other samples of the same axes behind these.
    pub fn append(&mut self, mut other: Table) {
        self.shape[0] += other.samples();
        self.values.append(&mut other.values);
    }

    /// These samples alone.
    pub fn cut(&self, rows: Range<usize>) -> Table {
        let width = self.shape[1..].iter().product::<usize>();
        let shape = std::iter::once(rows.len()).chain(self.shape[1..].iter().copied()).collect();
        let values = self.values[rows.start * width..rows.end * width].to_vec();
        Table { shape, first: self.first + rows.start, values, file: self.file.clone(), array: self.array.clone() }
    }

    /// Whether a sample has these axes (axes of size 1 aside) and every value is finite.
    pub fn fits_modality(&self, axes: &[usize]) -> Result<(), DataError> {
        self.fits_shape(axes)?;
        self.is_finite()
    }

    /// Whether every value is one the target can take.
    pub fn fits_target(&self, kind: &TargetKind) -> Result<(), DataError> {
        self.fits_shape(&kind.shape())?;
        self.is_finite()?;
        let (code, expected) = match kind {
            TargetKind::Class { classes, .. } => (
                "mhm::class-out-of-range",
                format!("class ids from 0 to {}, as `{kind}` says", classes.saturating_sub(1)),
            ),
            TargetKind::Multi { .. } => ("mhm::not-zero-or-one", format!("0 or 1, as `{kind}` says")),
            // Events were made of what was checked.
            TargetKind::Real { .. } | TargetKind::Events { .. } => return Ok(()),
        };
        let ignored = kind.ignored();
        let bad = |value: f32| !kind.takes(value) && Some(value) != ignored;
        let Some(first) = self.values.iter().position(|v| bad(*v)) else { return Ok(()) };
        let count = self.values.iter().filter(|v| bad(**v)).count();
        let (low, high) = self.values.iter().fold((f32::MAX, f32::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
        let error = self.error(code, "a target holds values that it cannot have").expected(expected).found(format!(
            "{} at {}; {count} such values, all between {low} and {high}",
            self.values[first],
            self.place(first)
        ));
        Err(match kind {
            TargetKind::Class { .. } if low >= 0.0 && high.fract() == 0.0 && high < LARGEST_ID => {
                error.help(format!("the largest id is {high}: declare the target with {} classes", high + 1.0))
            }
            TargetKind::Class { .. } => {
                error.help("give every class an id counted from 0; steps without a class may have a number of their own, `class(3, ignore: -1)`")
            }
            TargetKind::Multi { .. } => {
                error.help("a target of class ids is declared `class(n)`, one of numbers `real(n)`")
            }
            TargetKind::Real { .. } | TargetKind::Events { .. } => error,
        })
    }

    pub fn fits_shape(&self, axes: &[usize]) -> Result<(), DataError> {
        let found = self.shape.get(1..).unwrap_or_default();
        let wide = |axes: &[usize]| axes.iter().copied().filter(|n| *n != 1).collect::<Vec<_>>();
        if found == axes || wide(found) == wide(axes) {
            return Ok(());
        }
        Err(self
            .error("mhm::shape-differs", "an array has another shape than the dataset declares")
            .expected(format!("{axes:?} a sample"))
            .found(format!("{found:?} a sample: {} samples in an array of {:?}", self.samples(), self.shape))
            .help(format!("declare the shape as {found:?}, or read another array")))
    }

    pub fn is_finite(&self) -> Result<(), DataError> {
        let Some(first) = self.values.iter().position(|v| !v.is_finite()) else { return Ok(()) };
        let nan = self.values.iter().filter(|v| v.is_nan()).count();
        let infinite = self.values.iter().filter(|v| v.is_infinite()).count();
        let what = if self.values[first].is_nan() { "NaN" } else { "infinite" };
        Err(self
            .error("mhm::not-finite", "an array holds values that are not finite")
            .expected("finite numbers (in 32-bit floats: at most 3.4e38)")
            .found(format!(
                "{nan} NaN and {infinite} infinite of {} values, the first, {what}, at {}",
                self.values.len(),
                self.place(first)
            ))
            .help("replace or drop these samples before training; a trainer would only spread them"))
    }

    /// "row 12, element [3, 0]".
    fn place(&self, index: usize) -> String {
        let axes = self.shape.get(1..).unwrap_or_default();
        let width = axes.iter().product::<usize>().max(1);
        let (row, mut rest) = (self.first + index / width, index % width);
        if axes.is_empty() {
            return format!("row {row}");
        }
        let mut place = vec![0; axes.len()];
        for (p, n) in place.iter_mut().zip(axes).rev() {
            (*p, rest) = (rest % n, rest / n);
        }
        format!("row {row}, element {place:?}")
    }

    fn error(&self, code: &'static str, message: &str) -> DataError {
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
