//! `mhm.load`: stored runs.

use crate::frame::Frame;
use crate::{refusal, work};
use mhm::cli::calls;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;

/// The stored runs of an experiment.
#[pyclass(frozen, module = "mhm._mhm")]
pub struct Results(pub Arc<calls::Results>);

#[pymethods]
impl Results {
    /// Of an experiment of this name below `runs`, or in a folder of this path.
    #[staticmethod]
    fn open(py: Python<'_>, name: String, runs: PathBuf) -> PyResult<Self> {
        let opened = work::away(py, || calls::Results::open(&name, &runs))?;
        opened.map(|results| Self(Arc::new(results))).map_err(|why| refusal::said(py, &why))
    }

    fn folder(&self) -> PathBuf {
        self.0.folder()
    }

    /// "3 of 8 runs of these settings are done".
    fn said(&self) -> &str {
        &self.0.said
    }

    /// The manifest as JSON.
    fn manifest(&self, py: Python<'_>) -> PyResult<String> {
        work::away(py, || self.0.json())?.map_err(|why| refusal::said(py, &why))
    }

    fn frame(&self, py: Python<'_>, name: &str) -> PyResult<Frame> {
        work::away(py, || self.0.frame(name))?.map(Frame).ok_or_else(|| PyKeyError::new_err(name.to_string()))
    }

    /// Tables and comparisons, as a terminal shows them.
    fn text(&self, py: Python<'_>) -> PyResult<String> {
        work::away(py, || self.0.text())
    }

    /// The same as a part of a page.
    fn excerpt(&self, py: Python<'_>) -> PyResult<String> {
        work::away(py, || self.0.excerpt())
    }

    /// The report.
    fn page(&self, py: Python<'_>) -> PyResult<String> {
        work::away(py, || self.0.page())
    }
}
