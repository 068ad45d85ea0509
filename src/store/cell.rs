//! One run as one file: a safetensors file whose tensors are what the run kept, and whose metadata say what they are.
//! Owns that format; where the file lies is the store's.
//!
//! Tensors: `test/out` (predictions of output `out` by the deployed network), `test/head[2]/out` (by one replica),
//! `epoch 5/test/out`, `test without first/out`, `test noisy first/out`, `targets/test/label`, `weights/PATH`. All are 32-bit
//! floats. The one entry of the metadata, `mhm`, is the JSON text of a [`Note`].

use crate::record::{Array, Change, ClassOutput, Evaluated, Evaluee, Kept, Recipe, RunRecord, Truth};
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorView};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};

/// Of a file of a run; a larger number is refused.
pub const FORMAT: u32 = 1;

/// The entry of the metadata.
const NOTE: &str = "mhm";

/// Bytes of a header. That of a run with a thousand epochs has some hundred thousand.
const HEADER: u64 = 64 << 20;

/// Why a file could not be read.
#[derive(Debug)]
pub enum Trouble {
    Damaged(String),
    Newer(u32),
    Refused(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Trouble::Damaged("it ends too early".into()),
            _ => Trouble::Refused(error),
        }
    }
}

fn damaged(why: impl ToString) -> Trouble {
    Trouble::Damaged(why.to_string())
}

/// What the metadata say. Every tensor is named with the blake3 of its bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Note {
    pub format: u32,
    pub recipe: Recipe,
    pub record: RunRecord,
    /// What was to be looked at, as `experiment` wrote it.
    pub watched: String,
    evaluated: Vec<Seen>,
    classes: Option<ClassOutput>,
    truths: Vec<Known>,
    weights: BTreeMap<String, String>,
}

/// An [`Evaluated`] without its numbers; outputs with their check sums.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Seen {
    epoch: Option<u32>,
    network: Evaluee,
    split: String,
    change: Option<Change>,
    /// Nothing where it is not finite, which JSON cannot say.
    loss: Option<f64>,
    outputs: BTreeMap<String, String>,
}

/// A [`Truth`] without its numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Known {
    target: String,
    split: String,
    sum: String,
}

impl Seen {
    /// `epoch 5/test without first/head[2]/out`.
    fn tensor(&self, output: &str) -> String {
        let split = match &self.change {
            None => self.split.clone(),
            Some(Change::Without(modality)) => format!("{} without {modality}", self.split),
            Some(Change::Noisy(modality)) => format!("{} noisy {modality}", self.split),
        };
        let network = match &self.network {
            Evaluee::Deployed => None,
            Evaluee::Replica(name) => Some(name.clone()),
        };
        let epoch = self.epoch.map(|epoch| format!("epoch {epoch}"));
        let parts = epoch.into_iter().chain([split]).chain(network).chain([output.to_string()]);
        parts.collect::<Vec<_>>().join("/")
    }
}

impl Known {
    fn tensor(&self) -> String {
        format!("targets/{}/{}", self.split, self.target)
    }
}

fn weight_tensor(path: &str) -> String {
    format!("weights/{path}")
}

// ---------------------------------------------------------------- writing

/// Tensors on their way into a file.
#[derive(Default)]
struct Tensors(BTreeMap<String, (Vec<usize>, Vec<u8>)>);

impl Tensors {
    /// Takes an array in; its check sum.
    fn add(&mut self, name: String, array: &Array) -> String {
        let mut bytes = Vec::with_capacity(4 * array.values.len());
        array.values.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
        let sum = sum(&bytes);
        self.0.insert(name, (array.axes.clone(), bytes));
        sum
    }
}

/// 64 bits of blake3: this is to find torn and changed files, not forged ones.
fn sum(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..16].to_string()
}

/// The bytes of a run's file.
pub fn encode(recipe: &Recipe, record: &RunRecord, kept: &Kept, watched: &str) -> Result<Vec<u8>, String> {
    let Kept { evaluated, truths, classes, weights } = kept;
    let mut tensors = Tensors::default();
    let note = Note {
        format: FORMAT,
        recipe: recipe.clone(),
        record: record.clone(),
        watched: watched.into(),
        evaluated: evaluated.iter().map(|e| seen(e, &mut tensors)).collect(),
        classes: classes.clone(),
        truths: truths.iter().map(|t| known(t, &mut tensors)).collect(),
        weights: weights.iter().map(|(path, w)| (path.clone(), tensors.add(weight_tensor(path), w))).collect(),
    };
    let note = serde_json::to_string(&note).map_err(|e| e.to_string())?;
    let views: Result<Vec<_>, _> = tensors
        .0
        .iter()
        .map(|(name, (axes, bytes))| TensorView::new(Dtype::F32, axes.clone(), bytes).map(|view| (name, view)))
        .collect();
    let metadata = [(NOTE.to_string(), note)].into_iter().collect();
    safetensors::serialize(views.map_err(|e| e.to_string())?, Some(metadata)).map_err(|e| e.to_string())
}

fn seen(evaluated: &Evaluated, tensors: &mut Tensors) -> Seen {
    let Evaluated { epoch, network, split, change, loss, outputs } = evaluated;
    let mut seen = Seen {
        epoch: *epoch,
        network: network.clone(),
        split: split.clone(),
        change: change.clone(),
        loss: loss.is_finite().then_some(*loss),
        outputs: BTreeMap::new(),
    };
    for (output, array) in outputs {
        let sum = tensors.add(seen.tensor(output), array);
        seen.outputs.insert(output.clone(), sum);
    }
    seen
}

fn known(truth: &Truth, tensors: &mut Tensors) -> Known {
    let Truth { target, split, values } = truth;
    let mut known = Known { target: target.clone(), split: split.clone(), sum: String::new() };
    known.sum = tensors.add(known.tensor(), values);
    known
}

// ---------------------------------------------------------------- reading

/// A run's file, its header read.
#[derive(Debug)]
pub struct Cell<F> {
    pub note: Note,
    file: F,
    metadata: Metadata,
    /// Where the tensors begin.
    data: u64,
}

impl<F: Read + Seek> Cell<F> {
    /// Reads the header of a file of `length` bytes, and finds whether the rest is as long as it says.
    pub fn open(mut file: F, length: u64) -> Result<Self, Trouble> {
        let mut size = [0; 8];
        file.read_exact(&mut size)?;
        let size = u64::from_le_bytes(size);
        if size > HEADER || size > length.saturating_sub(8) {
            return Err(damaged(format!("its header would have {size} bytes")));
        }
        let mut header = vec![0; size as usize];
        file.read_exact(&mut header)?;
        let metadata: Metadata = serde_json::from_slice(&header).map_err(|e| damaged(format!("its header: {e}")))?;
        let data = 8 + size;
        if data.checked_add(metadata.data_len() as u64) != Some(length) {
            return Err(damaged(format!(
                "it has {length} bytes and should have {}",
                data + metadata.data_len() as u64
            )));
        }
        let note = metadata.metadata().as_ref().and_then(|entries| entries.get(NOTE));
        let note = read_note(note.ok_or_else(|| damaged("no run wrote it"))?)?;
        Ok(Self { note, file, metadata, data })
    }

    /// What the run kept, as far as the names of its tensors are wanted. What has outputs and none of them wanted is left out.
    pub fn kept(&mut self, wanted: &dyn Fn(&str) -> bool) -> Result<Kept, Trouble> {
        let note = self.note.clone();
        let mut kept = Kept { classes: note.classes, ..Kept::default() };
        for seen in &note.evaluated {
            kept.evaluated.extend(self.evaluated(seen, wanted)?);
        }
        for known in note.truths {
            if let Some(values) = self.array(&known.tensor(), &known.sum, wanted)? {
                kept.truths.push(Truth { target: known.target, split: known.split, values });
            }
        }
        for (path, sum) in note.weights {
            if let Some(array) = self.array(&weight_tensor(&path), &sum, wanted)? {
                kept.weights.insert(path, array);
            }
        }
        Ok(kept)
    }

    fn evaluated(&mut self, seen: &Seen, wanted: &dyn Fn(&str) -> bool) -> Result<Option<Evaluated>, Trouble> {
        let mut outputs = BTreeMap::new();
        for (output, sum) in &seen.outputs {
            if let Some(array) = self.array(&seen.tensor(output), sum, wanted)? {
                outputs.insert(output.clone(), array);
            }
        }
        let is_wanted = !outputs.is_empty() || seen.outputs.is_empty();
        Ok(is_wanted.then(|| Evaluated {
            epoch: seen.epoch,
            network: seen.network.clone(),
            split: seen.split.clone(),
            change: seen.change.clone(),
            loss: seen.loss.unwrap_or(f64::NAN),
            outputs,
        }))
    }

    fn array(&mut self, name: &str, expected: &str, wanted: &dyn Fn(&str) -> bool) -> Result<Option<Array>, Trouble> {
        if !wanted(name) {
            return Ok(None);
        }
        let info = self.metadata.info(name).filter(|info| info.dtype == Dtype::F32);
        let info = info.ok_or_else(|| damaged(format!("`{name}` is not in it")))?;
        let (start, end) = info.data_offsets;
        // The header is as long as it says, so this is no more than the file has.
        let mut bytes = vec![0; end - start];
        self.file.seek(SeekFrom::Start(self.data + start as u64))?;
        self.file.read_exact(&mut bytes)?;
        if sum(&bytes) != expected {
            return Err(damaged(format!("`{name}` is not what was written")));
        }
        let values = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        Ok(Some(Array { axes: info.shape.clone(), values }))
    }
}

fn read_note(text: &str) -> Result<Note, Trouble> {
    #[derive(Deserialize)]
    struct Head {
        format: u32,
    }
    // First, since later formats may have other fields.
    let head: Head = serde_json::from_str(text).map_err(|e| damaged(format!("its metadata: {e}")))?;
    if head.format > FORMAT {
        return Err(Trouble::Newer(head.format));
    }
    serde_json::from_str(text).map_err(|e| damaged(format!("its metadata: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn array(values: &[f32]) -> Array {
        Array { axes: vec![values.len(), 1], values: values.to_vec() }
    }

    fn run() -> (Recipe, RunRecord, Kept) {
        let of = |epoch, network, change, loss| Evaluated {
            epoch,
            network,
            split: "test".into(),
            change,
            loss,
            outputs: [("out".to_string(), array(&[0.1, f32::NAN, -0.0]))].into(),
        };
        let evaluated = vec![
            of(None, Evaluee::Deployed, None, 0.1 + 0.2),
            of(None, Evaluee::Replica("head[1]".into()), None, 1.5),
            of(Some(5), Evaluee::Deployed, Some(Change::Without("first".into())), 2.5),
        ];
        let truths = vec![Truth { target: "y".into(), split: "test".into(), values: array(&[0.0, 1.0, 1.0]) }];
        let weights = [("head[0].h.0.weight".to_string(), array(&[1e-45, 3.0]))].into();
        let recipe = Recipe(vec![("seed".into(), "3".into())]);
        (recipe, RunRecord { seed: 3, ..RunRecord::default() }, Kept { evaluated, truths, classes: None, weights })
    }

    fn bytes() -> Vec<u8> {
        let (recipe, record, kept) = run();
        encode(&recipe, &record, &kept, "all").expect("plain data")
    }

    fn read(bytes: &[u8]) -> Result<Kept, Trouble> {
        Cell::open(Cursor::new(bytes), bytes.len() as u64)?.kept(&|_| true)
    }

    #[test]
    fn a_run_comes_back_bit_by_bit() {
        let (recipe, record, kept) = run();
        let bytes = bytes();
        let mut cell = Cell::open(Cursor::new(&bytes), bytes.len() as u64).expect("what was written");
        assert_eq!((&cell.note.recipe, &cell.note.record, cell.note.watched.as_str()), (&recipe, &record, "all"));
        let back = cell.kept(&|_| true).expect("what was written");
        // NaN is equal to nothing, its text is.
        assert_eq!(format!("{back:?}"), format!("{kept:?}"));
        let only = cell.kept(&|name| name == "test/head[1]/out").expect("what was written");
        assert_eq!((only.evaluated.len(), only.truths.len(), only.weights.len()), (1, 0, 0));
        assert_eq!(encode(&recipe, &record, &kept, "all").expect("plain data"), bytes, "equal runs are equal files");
    }

    #[test]
    fn torn_and_changed_files_are_told_and_never_panic() {
        let whole = bytes();
        for length in 0..whole.len() {
            assert!(matches!(read(&whole[..length]), Err(Trouble::Damaged(_))), "{length} bytes");
        }
        for at in 0..whole.len() {
            for value in [0, b'9', 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                let _ = read(&changed);
            }
        }
        let huge = [u64::MAX.to_le_bytes().as_slice(), b"{}"].concat();
        assert!(matches!(read(&huge), Err(Trouble::Damaged(_))));
    }
}
