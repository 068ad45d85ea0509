//! `mhm.Model`: predictions from arrays in memory.

use crate::{refusal, work};
use mhm::cli::calls;
use mhm::data::arrays::Raw;
use mhm::data::values::Values;
use mhm::fault;
use mhm::model::Answer;
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use std::collections::BTreeMap;

/// An exported model.
#[pyclass(frozen, module = "mhm._mhm")]
pub struct Predictor(calls::Predictor);

/// An output: its name, axes of one sample, how classes are read off it, and what they are called.
type Described = (String, Vec<usize>, Option<&'static str>, Vec<String>);

/// The raw numbers of a modality, as they are.
enum Numbers {
    Single(PyBuffer<f32>),
    Double(PyBuffer<f64>),
}

impl<'py> FromPyObject<'_, 'py> for Numbers {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match PyBuffer::get(&object) {
            Ok(single) => Ok(Self::Single(single)),
            Err(_) => PyBuffer::get(&object).map(Self::Double),
        }
    }
}

impl Numbers {
    /// In the order of C, whatever order they lie in.
    fn raw(&self, py: Python<'_>) -> PyResult<Raw> {
        Ok(match self {
            Self::Single(buffer) => Raw { shape: buffer.shape().to_vec(), values: Values::Single(buffer.to_vec(py)?) },
            Self::Double(buffer) => Raw { shape: buffer.shape().to_vec(), values: Values::Double(buffer.to_vec(py)?) },
        })
    }
}

#[pymethods]
impl Predictor {
    /// The model of this name.
    #[staticmethod]
    fn open(py: Python<'_>, name: String) -> PyResult<Self> {
        work::away(py, || calls::Predictor::open(&name))?.map(Self).map_err(|why| refusal::refused(py, why))
    }

    /// Of every modality its name, axes of one sample, and whether it may be left out.
    fn modalities(&self) -> Vec<(String, Vec<usize>, bool)> {
        self.0.modalities().into_iter().map(|(name, axes, lacks)| (name.into(), axes.to_vec(), lacks)).collect()
    }

    /// Of every output its name, axes of one sample, how classes are read off it, and what they are called.
    fn outputs(&self) -> Vec<Described> {
        let answer = |answer: Answer| match answer {
            Answer::Greatest(_) => "greatest",
            Answer::Half => "half",
        };
        let outputs = self.0.outputs().iter();
        outputs.map(|o| (o.name.clone(), o.axes.clone(), o.answer.map(answer), o.names.clone())).collect()
    }

    /// The experiment, arm, seed and network that it is, and the program that wrote it.
    fn about(&self) -> (String, Vec<(String, String)>, u64, String, String) {
        let about = self.0.about();
        (about.experiment.clone(), about.arm.clone(), about.seed, about.network.clone(), about.program.clone())
    }

    /// Learned numbers.
    fn weights(&self) -> u64 {
        self.0.weights()
    }

    /// Writes the outputs of samples into `outputs`, an array of 32-bit floats each.
    fn predict(&self, py: Python<'_>, arrays: BTreeMap<String, Numbers>, outputs: Vec<PyBuffer<f32>>) -> PyResult<()> {
        let raw: PyResult<BTreeMap<String, Raw>> =
            arrays.iter().map(|(name, numbers)| Ok((name.clone(), numbers.raw(py)?))).collect();
        let raw = raw?;
        let predicted = py.detach(|| fault::caught(|| self.0.predict(raw)));
        let predicted = predicted.map_err(|fault| refusal::fault(py, &fault))?;
        let predicted = predicted.map_err(|why| refusal::said(py, &why))?;
        outputs.iter().zip(&predicted.outputs).try_for_each(|(to, values)| to.copy_from_slice(py, values))
    }
}
