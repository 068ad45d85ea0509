//! What is refused, as exceptions of the package (`mhm/_errors.py`). Owns which of them is raised.

use mhm::cli::calls::{Finding, Refused};
use mhm::fault::Fault;
use pyo3::prelude::*;

fn raised(py: Python<'_>, make: &str, of: impl for<'py> pyo3::call::PyCallArgs<'py>) -> PyErr {
    let made = py.import("mhm._errors").and_then(|errors| errors.call_method1(make, of));
    made.map_or_else(|error| error, PyErr::from_value)
}

/// `mhm.Error`.
pub fn said(py: Python<'_>, why: &str) -> PyErr {
    raised(py, "Error", (why,))
}

/// `mhm.Fault`.
pub fn fault(py: Python<'_>, fault: &Fault) -> PyErr {
    raised(py, "Fault", (fault.to_string(),))
}

/// `mhm.Mistakes` of a text, else `mhm.Error`.
pub fn refused(py: Python<'_>, refused: Refused) -> PyErr {
    match refused {
        Refused::Mistakes(found) => raised(py, "_mistakes", (pairs(found),)),
        Refused::Said(why) => said(py, &why),
    }
}

/// Findings as Python reads them: JSON, and what a person reads.
pub fn pairs(found: Vec<Finding>) -> Vec<(String, String)> {
    found.into_iter().map(|finding| (finding.json, finding.said)).collect()
}
