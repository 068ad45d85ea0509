//! A frame of the library for Python: its columns as they are, or as a stream of Arrow. Owns the way of every kind of cell.

use crate::refusal;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, Int64Array, RecordBatch, RecordBatchIterator, StringArray,
    UInt64Array,
};
use arrow_schema::ArrowError;
use mhm::report::frames::{self, Cells};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyCapsule};
use std::sync::Arc;

/// A type as numpy writes it, cells, and where some may be absent a byte each.
type Parts<'py> = (&'static str, Bound<'py, PyAny>, Option<Bound<'py, PyAny>>);

/// Columns of one length.
#[pyclass(frozen, module = "mhm._mhm")]
pub struct Frame(pub frames::Frame);

#[pymethods]
impl Frame {
    fn names(&self) -> Vec<&str> {
        self.0.columns.iter().map(|column| column.name.as_str()).collect()
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// The type of a column as numpy writes it, its numbers as bytes, and where some may be absent a byte each: 1 where one is. Of texts the
    /// type is `O`, and they are a list.
    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Parts<'py>> {
        let found = self.0.columns.iter().find(|column| column.name == name);
        let cells = &found.ok_or_else(|| PyKeyError::new_err(name.to_string()))?.cells;
        let bytes = |bytes: Vec<u8>| PyByteArray::new(py, &bytes).into_any();
        let mask =
            |absent: Vec<bool>| absent.contains(&true).then(|| bytes(absent.into_iter().map(u8::from).collect()));
        Ok(match cells {
            Cells::Texts(cells) => ("O", cells.clone().into_pyobject(py)?, None),
            Cells::Whole(cells) => {
                let numbers = cells.iter().flat_map(|cell| cell.unwrap_or(0).to_ne_bytes()).collect();
                ("i8", bytes(numbers), mask(cells.iter().map(Option::is_none).collect()))
            }
            Cells::Large(cells) => ("u8", bytes(cells.iter().flat_map(|cell| cell.to_ne_bytes()).collect()), None),
            Cells::Numbers(cells) => {
                let numbers = cells.iter().flat_map(|cell| cell.unwrap_or(f64::NAN).to_ne_bytes()).collect();
                ("f8", bytes(numbers), None)
            }
            Cells::Singles(cells) => ("f4", bytes(cells.iter().flat_map(|cell| cell.to_ne_bytes()).collect()), None),
            Cells::Flags(cells) => ("?", bytes(cells.iter().map(|cell| u8::from(*cell)).collect()), None),
        })
    }

    /// As the Arrow PyCapsule interface has it: one batch.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A consumer that wants other types casts: the interface allows to say what there is.
        drop(requested_schema);
        let stream = stream(&self.0).map_err(|error| refusal::said(py, &error.to_string()))?;
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }
}

fn stream(frame: &frames::Frame) -> Result<FFI_ArrowArrayStream, ArrowError> {
    let columns = frame.columns.iter().map(|column| (column.name.as_str(), array(&column.cells), true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns)?;
    let schema = batch.schema();
    Ok(FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new([Ok(batch)], schema))))
}

fn array(cells: &Cells) -> ArrayRef {
    match cells {
        Cells::Texts(cells) => Arc::new(cells.iter().map(Option::as_deref).collect::<StringArray>()),
        Cells::Whole(cells) => Arc::new(cells.iter().copied().collect::<Int64Array>()),
        Cells::Large(cells) => Arc::new(UInt64Array::from(cells.clone())),
        Cells::Numbers(cells) => Arc::new(cells.iter().copied().collect::<Float64Array>()),
        Cells::Singles(cells) => Arc::new(Float32Array::from(cells.clone())),
        Cells::Flags(cells) => Arc::new(BooleanArray::from(cells.clone())),
    }
}
