//! Numbers that lie unpacked in a file, one behind the other: reads any rows of them. Owns no format; `.npy` files,
//! stored entries of archives and others say where their numbers begin.

use super::error::{DataError, unreadable};
use super::file::{DataFile, open};
use super::number::Number;
use super::order::Order;
use super::rows::{Access, Outline, Rows, in_runs};
use super::values::Values;
use std::io::{Seek, SeekFrom};
use std::ops::Range;

/// An array whose numbers lie in the file as they are.
#[derive(Clone, Debug)]
pub struct Stored {
    outline: Outline,
    number: Number,
    order: Order,
    /// Of its first number.
    offset: u64,
}

impl Stored {
    /// Whether the numbers fit into the file, which has so many bytes.
    pub fn new(outline: Outline, number: Number, order: Order, offset: u64, length: u64) -> Result<Self, DataError> {
        let bytes =
            (outline.samples() as u64).saturating_mul(outline.width() as u64).saturating_mul(number.size() as u64);
        if offset.saturating_add(bytes) > length {
            return Err(outline.truncated(
                format!("{bytes} bytes for"),
                format!("{} bytes to the end of the file", length.saturating_sub(offset)),
            ));
        }
        Ok(Self { outline, number, order, offset })
    }

    /// Appends so many numbers from the one with this number.
    fn numbers(&self, file: &mut DataFile, first: usize, count: usize, values: &mut Values) -> Result<(), DataError> {
        let size = self.number.size();
        let start = self.offset + first as u64 * size as u64;
        let fault = |error: std::io::Error| unreadable(&self.outline.file, &error);
        file.seek(SeekFrom::Start(start)).map_err(fault)?;
        values.reserve(count);
        self.number.read(file, count, values).map_err(fault)
    }

    fn run(&self, file: &mut DataFile, rows: Range<usize>, values: &mut Values) -> Result<(), DataError> {
        self.outline.has(&rows)?;
        let width = self.outline.width();
        match self.order {
            Order::C => self.numbers(file, rows.start * width, rows.len() * width, values),
            Order::Fortran => self.columns(file, rows, values),
        }
    }

    /// Of numbers whose first axis is the fastest: one place of all these rows after the other.
    fn columns(&self, file: &mut DataFile, rows: Range<usize>, values: &mut Values) -> Result<(), DataError> {
        let (samples, width) = (self.outline.samples(), self.outline.width());
        let begin = values.len();
        values.resize(begin + rows.len() * width);
        // The strides of the other axes, in rows.
        let axes = &self.outline.shape[1..];
        let strides: Vec<usize> =
            axes.iter().scan(1usize, |next, n| Some(std::mem::replace(next, next.saturating_mul(*n)))).collect();
        let mut column = Values::new(values.precision());
        for place in 0..width {
            let (mut rest, mut at) = (place, 0);
            for (n, stride) in axes.iter().zip(&strides).rev() {
                at += rest % n * stride;
                rest /= n;
            }
            column.clear();
            self.numbers(file, at * samples + rows.start, rows.len(), &mut column)?;
            for row in 0..rows.len() {
                values.put(begin + row * width + place, &column, row..row + 1);
            }
        }
        Ok(())
    }
}

impl Rows for Stored {
    fn outline(&self) -> &Outline {
        &self.outline
    }

    fn access(&self) -> Access {
        match self.order {
            Order::C => Access::Anywhere,
            // Every number of a row lies elsewhere, unless it is the only one.
            Order::Fortran if self.outline.width() == 1 => Access::Anywhere,
            Order::Fortran => Access::InOrder,
        }
    }

    fn read(&self, rows: Range<usize>, values: &mut Values) -> Result<(), DataError> {
        self.run(&mut open(&self.outline.file)?, rows, values)
    }

    fn gather(&self, rows: &[usize], values: &mut Values) -> Result<(), DataError> {
        let mut file = open(&self.outline.file)?;
        in_runs(rows, self.outline.width(), values, |run, values| self.run(&mut file, run, values))
    }
}
