//! The weights of one network as the bytes of a safetensors file. Owns names and types of its tensors and what its header
//! says; whether they fit a network is `model.rs`.
//!
//! ```text
//! joint.0.weight              f32  weights and running statistics, by module and place in it
//! standardize.audio.mean      f64  what is taken off a modality, a number a feature
//! standardize.audio.deviation f64  and what it is divided by
//! ```
//!
//! The header's `mhm` holds [`About`] as JSON: one entry, for entries of a safetensors header have no order.

use crate::data::Standard;
use crate::record::Array;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const ABOUT: &str = "mhm";

/// Where the weights come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Name and version of the program that wrote them.
    pub program: String,
    pub experiment: String,
    /// (axis, value), in the order of the experiment's axes.
    pub arm: Vec<(String, String)>,
    pub seed: u64,
    pub repeat: u64,
    /// Which of the run's networks: `head[2]`, `what Mhm deploys`.
    pub network: String,
    /// blake3 of the text that declares the network.
    pub text: String,
}

/// What the file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stored {
    pub about: About,
    /// By module and place in it: `joint.0.weight`.
    pub weights: BTreeMap<String, Array>,
    /// By modality.
    pub standards: BTreeMap<String, Standard>,
}

/// blake3 of a text, however its lines end.
pub fn hash(text: &str) -> String {
    blake3::hash(text.replace("\r\n", "\n").as_bytes()).to_hex().to_string()
}

/// The names of a modality's mean and deviation.
pub fn standard_names(modality: &str) -> [String; 2] {
    ["mean", "deviation"].map(|what| format!("standardize.{modality}.{what}"))
}

impl Stored {
    /// The same bytes for the same content.
    pub fn encode(&self) -> Result<Vec<u8>, String> {
        let mut tensors: Vec<(String, Raw)> = vec![];
        for (name, array) in &self.weights {
            let bytes = array.values.iter().flat_map(|v| v.to_le_bytes()).collect();
            tensors.push((name.clone(), Raw { dtype: Dtype::F32, axes: array.axes.clone(), bytes }));
        }
        for (modality, standard) in &self.standards {
            for (name, values) in standard_names(modality).into_iter().zip([&standard.means, &standard.deviations]) {
                let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
                tensors.push((name, Raw { dtype: Dtype::F64, axes: vec![values.len()], bytes }));
            }
        }
        let about = serde_json::to_string(&self.about).map_err(|e| e.to_string())?;
        let views = tensors.iter().map(|(name, raw)| {
            let view = TensorView::new(raw.dtype, raw.axes.clone(), &raw.bytes);
            view.map(|view| (name.as_str(), view)).map_err(|e| format!("tensor `{name}`: {e}"))
        });
        let views = views.collect::<Result<Vec<_>, _>>()?;
        let header = [(ABOUT.to_string(), about)].into_iter().collect();
        safetensors::serialize(views, Some(header)).map_err(|e| e.to_string())
    }
}

/// Tensors of a file before it is known what they are for.
#[derive(Clone, Debug)]
pub struct Tensors {
    /// Nothing of a file that another program wrote.
    pub about: Option<About>,
    found: BTreeMap<String, Raw>,
}

#[derive(Clone, Debug)]
struct Raw {
    dtype: Dtype,
    axes: Vec<usize>,
    bytes: Vec<u8>,
}

impl Tensors {
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        let broken = |e| format!("it is no whole safetensors file ({e}); copy or export it again");
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let about = header.metadata().as_ref().and_then(|entries| entries.get(ABOUT));
        let about = about.map(|about| serde_json::from_str(about)).transpose();
        let about = about.map_err(|e| format!("what it says of itself cannot be read: {e}"))?;
        let raw = |view: TensorView<'_>| Raw {
            dtype: view.dtype(),
            axes: view.shape().to_vec(),
            bytes: view.data().to_vec(),
        };
        let all = SafeTensors::deserialize(bytes).map_err(broken)?.tensors();
        Ok(Self { about, found: all.into_iter().map(|(name, view)| (name, raw(view))).collect() })
    }

    /// A weight of this name and these axes.
    pub fn weight(&mut self, name: &str, axes: &[usize]) -> Result<Vec<f32>, String> {
        let raw = self.take(name, Dtype::F32, axes)?;
        let (numbers, _) = raw.bytes.as_chunks();
        finite(name, numbers.iter().map(|b| f32::from_le_bytes(*b)).collect(), |v| v.is_finite())
    }

    /// What a modality of so many features is standardized by.
    pub fn standard(&mut self, modality: &str, features: usize) -> Result<Standard, String> {
        let mut read = |name: &str, sound: fn(&f64) -> bool| {
            let raw = self.take(name, Dtype::F64, &[features])?;
            let (numbers, _) = raw.bytes.as_chunks();
            finite(name, numbers.iter().map(|b| f64::from_le_bytes(*b)).collect(), sound)
        };
        let [mean, deviation] = standard_names(modality);
        let means = read(&mean, |v| v.is_finite())
            .map_err(|why| format!("{why}; what modality `{modality}` is standardized by is a part of the model"))?;
        Ok(Standard { means, deviations: read(&deviation, |v| v.is_finite() && *v > 0.0)? })
    }

    fn take(&mut self, name: &str, dtype: Dtype, axes: &[usize]) -> Result<Raw, String> {
        let Some(raw) = self.found.remove(name) else { return Err(format!("tensor `{name}` is missing")) };
        if raw.axes != axes {
            return Err(format!("tensor `{name}` is {:?}, the network needs {axes:?}", raw.axes));
        }
        if raw.dtype != dtype {
            return Err(format!("tensor `{name}` holds {}, the network needs {dtype}", raw.dtype));
        }
        Ok(raw)
    }

    /// Nothing may be left.
    pub fn none_left(&self) -> Result<(), String> {
        match self.found.keys().next() {
            Some(name) => Err(format!("tensor `{name}` is of no use: the network has no such weight")),
            None => Ok(()),
        }
    }
}

fn finite<T>(name: &str, values: Vec<T>, sound: impl Fn(&T) -> bool) -> Result<Vec<T>, String> {
    match values.iter().position(|v| !sound(v)) {
        Some(at) => Err(format!("number {at} of tensor `{name}` is none to compute with")),
        None => Ok(values),
    }
}
