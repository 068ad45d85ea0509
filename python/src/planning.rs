//! `mhm.plan`, and what else is said in the words of a command.

use crate::frame::Frame;
use crate::running::input;
use crate::{refusal, work};
use mhm::cli::calls;
use pyo3::prelude::*;

/// A plan as text and as JSON, with the words of `mhm plan`.
#[pyfunction]
pub fn plan(py: Python<'_>, words: Vec<String>, text: Option<String>) -> PyResult<(String, String)> {
    let planned = work::away(py, || calls::plan(&words, input(text)))?;
    planned.map(|planned| (planned.text, planned.json)).map_err(|why| refusal::refused(py, why))
}

/// What runs predicted, with the words of `mhm predict`.
#[pyfunction]
pub fn predictions(py: Python<'_>, words: Vec<String>) -> PyResult<Frame> {
    work::away(py, || calls::predictions(&words))?.map(Frame).map_err(|why| refusal::said(py, &why))
}

/// Writes a model, with the words of `mhm export`.
#[pyfunction]
pub fn export(py: Python<'_>, words: Vec<String>) -> PyResult<()> {
    work::away(py, || calls::export(&words))?.map_err(|why| refusal::said(py, &why))
}
