//! The extension module of the Python package `mhm`: hands what Python says to the library and what the library says to Python. Owns that
//! way and nothing else; what a person sees in Python is in `mhm/`, beside.

mod checking;
mod frame;
mod model;
mod planning;
mod refusal;
mod results;
mod running;
mod work;

use pyo3::prelude::*;
use std::ffi::OsString;

/// Runs the program with these words, its own name first; its exit code.
#[pyfunction]
fn program(py: Python<'_>, words: Vec<OsString>) -> u8 {
    py.detach(|| mhm::cli::called(words))
}

#[pymodule]
mod _mhm {
    #[pymodule_export]
    use super::checking::check;
    #[pymodule_export]
    use super::frame::Frame;
    #[pymodule_export]
    use super::model::Predictor;
    #[pymodule_export]
    use super::planning::{export, plan, predictions};
    #[pymodule_export]
    use super::program;
    #[pymodule_export]
    use super::results::Results;
    #[pymodule_export]
    use super::running::{files, run};

    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
