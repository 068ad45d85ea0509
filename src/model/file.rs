//! The weights of one network as the bytes of a safetensors file. Owns names and types of its tensors and what its header
//! says; whether they fit a network is `model.rs`.
//!
//! ```text
//! joint.0.weight              f32  weights and running statistics, by module and place in it
//! standardize.audio.mean      f64  what is taken off a modality, a number a feature
//! standardize.audio.deviation f64  and what it is divided by
//! ```
//!
//! The header's `mhm` holds [`Entry`] as JSON: one entry, for entries of a safetensors header have no order. A changed byte is
//! found wherever it is: in a tensor by its sum, in the header by its own. The text states a hash of all sums, so that each of the
//! two files knows the other.

use crate::data::Standard;
use crate::id::Part;
use crate::record::Array;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const ENTRY: &str = "mhm";

/// What stands before the header's own sum, as it is written into the header, and how many digits that has.
const BEFORE: &str = r#""mhm":"{\"sum\":\""#;
const DIGITS: usize = 64;

/// What stands before the hash of all sums in a line of the text.
const STATED: &str = "Weights: blake3 ";

/// What the header says.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// blake3 of the header, with zeros in this place; nothing in files of earlier versions.
    #[serde(default)]
    sum: String,
    /// Of every tensor's bytes.
    #[serde(default)]
    sums: BTreeMap<String, String>,
    #[serde(flatten)]
    about: About,
}

/// Where the weights come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Name and version of the program that wrote them.
    pub program: String,
    pub experiment: String,
    /// (axis, value), in the order of the experiment's axes.
    pub arm: Vec<(String, String)>,
    pub seed: u64,
    /// The part of cross-validation that it was tested on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    pub repeat: u64,
    /// Which of the run's networks: `head[2]`, `what Mhm deploys`.
    pub network: String,
    /// What computed the run: `avx2`.
    #[serde(default)]
    pub instructions: String,
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

/// Whether the first bytes of a file are those of exported weights, of this version or one before.
pub fn is_export(head: &[u8]) -> bool {
    let after = head.get(8..).unwrap_or_default();
    let begins = |known: &str| after.starts_with(format!("{{\"__metadata__\":{{{known}").as_bytes());
    begins(BEFORE) || begins(r#""mhm":"{\"program\":\""#)
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
        let tensors = self.tensors();
        let sums = sums(&tensors);
        let entry = Entry { sum: "0".repeat(DIGITS), sums, about: self.about.clone() };
        let entry = serde_json::to_string(&entry).map_err(|e| e.to_string())?;
        let views = tensors.iter().map(|(name, raw)| {
            let view = TensorView::new(raw.dtype, raw.axes.clone(), &raw.bytes);
            view.map(|view| (name.as_str(), view)).map_err(|e| format!("tensor `{name}`: {e}"))
        });
        let views = views.collect::<Result<Vec<_>, _>>()?;
        let entries = [(ENTRY.to_string(), entry)].into_iter().collect();
        let mut bytes = safetensors::serialize(views, Some(entries)).map_err(|e| e.to_string())?;
        let header = header(&mut bytes).ok_or("the header has no place for its sum")?;
        let place = place(header).ok_or("the header has no place for its sum")?;
        let own = hashed(header);
        header[place..place + DIGITS].copy_from_slice(own.as_bytes());
        Ok(bytes)
    }

    /// The line by which a text knows these weights.
    pub fn stated(&self) -> String {
        format!("{STATED}{}", all(&sums(&self.tensors())))
    }

    fn tensors(&self) -> BTreeMap<String, Raw> {
        let mut tensors = BTreeMap::new();
        for (name, array) in &self.weights {
            let bytes = array.values.iter().flat_map(|v| v.to_le_bytes()).collect();
            tensors.insert(name.clone(), Raw { dtype: Dtype::F32, axes: array.axes.clone(), bytes });
        }
        for (modality, standard) in &self.standards {
            for (name, values) in standard_names(modality).into_iter().zip([&standard.means, &standard.deviations]) {
                let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
                tensors.insert(name, Raw { dtype: Dtype::F64, axes: vec![values.len()], bytes });
            }
        }
        tensors
    }
}

/// The header of a file.
fn header(bytes: &mut [u8]) -> Option<&mut [u8]> {
    let size = u64::from_le_bytes(*bytes.first_chunk()?);
    bytes.get_mut(8..usize::try_from(size).ok()?.checked_add(8)?)
}

/// Where the digits of the header's own sum begin. Quotes inside of texts are escaped, so this is no part of one.
fn place(header: &[u8]) -> Option<usize> {
    let at = header.windows(BEFORE.len()).position(|bytes| bytes == BEFORE.as_bytes())? + BEFORE.len();
    (at + DIGITS <= header.len()).then_some(at)
}

fn hashed(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

fn sums(tensors: &BTreeMap<String, Raw>) -> BTreeMap<String, String> {
    tensors.iter().map(|(name, raw)| (name.clone(), hashed(&raw.bytes))).collect()
}

/// What a text states of its weights.
fn stated(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("// ")?.strip_prefix(STATED))
}

/// One hash of all sums.
fn all(sums: &BTreeMap<String, String>) -> String {
    hashed(sums.iter().map(|(name, sum)| format!("{name} {sum}\n")).collect::<String>().as_bytes())
}

/// Tensors of a file before it is known what they are for.
#[derive(Debug)]
pub struct Tensors {
    /// Nothing of a file that another program wrote.
    entry: Option<Entry>,
    /// Of the header, as it is.
    sum: String,
    /// Of every tensor, as it is.
    sums: BTreeMap<String, String>,
    found: BTreeMap<String, Raw>,
}

#[derive(Debug)]
struct Raw {
    dtype: Dtype,
    axes: Vec<usize>,
    bytes: Vec<u8>,
}

impl Tensors {
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        let broken = |e| format!("it is no whole safetensors file ({e}); copy or export it again");
        let (size, metadata) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let entry = metadata.metadata().as_ref().and_then(|entries| entries.get(ENTRY));
        let entry = entry.map(|entry| serde_json::from_str(entry)).transpose();
        let entry = entry.map_err(|e| format!("what it says of itself cannot be read: {e}"))?;
        let raw = |view: TensorView<'_>| Raw {
            dtype: view.dtype(),
            axes: view.shape().to_vec(),
            bytes: view.data().to_vec(),
        };
        let tensors = SafeTensors::deserialize(bytes).map_err(broken)?.tensors();
        let found: BTreeMap<String, Raw> = tensors.into_iter().map(|(name, view)| (name, raw(view))).collect();
        let mut header = bytes[8..8 + size].to_vec();
        if let Some(place) = place(&header) {
            header[place..place + DIGITS].fill(b'0');
        }
        Ok(Self { entry, sum: hashed(&header), sums: sums(&found), found })
    }

    /// Where they come from; nothing of a file that another program wrote.
    pub fn about(&self) -> Option<&About> {
        self.entry.as_ref().map(|entry| &entry.about)
    }

    /// Whether sums came with them: those of earlier versions have none, and nor do their texts.
    pub fn are_summed(&self, text: &str) -> bool {
        self.entry.as_ref().is_some_and(|entry| !entry.sum.is_empty() || stated(text).is_some())
    }

    /// Whether they were exported with this text.
    pub fn belong(&self, text: &str) -> Result<(), String> {
        match self.about() {
            Some(about) if about.text != hash(text) => Err("its weights are of another text than the one beside it: \
                one of the two was changed or exported since; bring back what belongs to it, or export again"
                .into()),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether they are what was exported, as far as sums say; the text states one, too.
    pub fn whole(&self, text: &str) -> Result<(), String> {
        let Some(entry) = self.entry.as_ref().filter(|_| self.are_summed(text)) else { return Ok(()) };
        if entry.sums != self.sums || stated(text).is_some_and(|stated| stated != all(&self.sums)) {
            let other = self.sums.iter().find(|(name, sum)| entry.sums.get(*name) != Some(sum));
            let what = other.map_or("it".into(), |(name, _)| format!("tensor `{name}`"));
            return Err(format!("{what} is not what was exported: copy or export it again"));
        }
        if entry.sum != self.sum {
            return Err("its header is not what was exported: copy or export it again".into());
        }
        Ok(())
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
