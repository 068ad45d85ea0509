//! `mhm.check`.

use crate::{refusal, work};
use mhm::cli::calls::{self, Input};
use pyo3::prelude::*;
use std::collections::BTreeMap;

/// What [`check`] gives.
type Found = (Vec<(String, String)>, usize, BTreeMap<&'static str, Vec<String>>);

/// Findings, each as JSON and as text, how many are errors, and what the text declares, by its word. A file's name, or a text.
#[pyfunction]
#[pyo3(signature = (file, text))]
pub fn check(py: Python<'_>, file: String, text: Option<String>) -> PyResult<Found> {
    let checked = work::away(py, || {
        let input = match text {
            Some(text) => Input { name: calls::TEXT.into(), text },
            None => calls::read(&file)?,
        };
        calls::check(&input)
    })?;
    let found = checked.map_err(|why| refusal::said(py, &why))?;
    Ok((refusal::pairs(found.found), found.errors, found.declared.into_iter().collect()))
}
