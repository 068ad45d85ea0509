//! One run as one sealed file: its tensors are what the run kept, and its note says what they are. Owns that note; where the
//! file lies is the store's.
//!
//! Tensors: `test/out` (predictions of output `out` by the deployed network), `test/head[2]/out` (by one replica),
//! `epoch 5/test/out`, `test without first/out`, `test noisy first/out`, `targets/test/label`, `weights/PATH`: 32-bit floats;
//! `trail/visits` (hashes, a row a visit), `trail/end`, `trail/phases/0`, `trail/splits/test` (a bit a sample): 64-bit words.

use super::sealed::{Formatted, Sealed, Tensors, Trouble};
use crate::record::trail::{PhaseRun, Replica, Samples, Trail, VisitHashes};
use crate::record::{Array, Artifacts, Change, ClassOutput, Evaluated, Evaluee, Recipe, RunRecord, Truth};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Read, Seek};

/// Of a file of a run; a larger number is refused. Files of format 3 have 64 bits of each tensor's sum, and are read.
pub const FORMAT: u32 = 4;

/// What the names of the trail begin with, and what is asked for where it is wanted.
const TRAIL: &str = "trail/";

/// What the metadata say.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Note {
    pub format: u32,
    pub recipe: Recipe,
    pub record: RunRecord,
    /// What was to be looked at, as `experiment` wrote it.
    pub watched: String,
    evaluated: Vec<EvaluatedNote>,
    classes: Option<ClassOutput>,
    truths: Vec<TruthNote>,
    /// Paths.
    weights: Vec<String>,
    #[serde(rename = "places")]
    replicas: Vec<Replica>,
    phases: Vec<PhaseNote>,
    /// Splits.
    splits: Vec<String>,
    /// Phases of the visits after the first entry of the trail, and visits beyond them.
    visits: Vec<usize>,
    more: u64,
    back: bool,
}

impl Formatted for Note {
    fn format(&self) -> u32 {
        self.format
    }
}

/// A [`PhaseRun`] without its samples.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct PhaseNote {
    name: String,
    named: Vec<String>,
    trains: Vec<usize>,
}

/// An [`Evaluated`] without its numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EvaluatedNote {
    epoch: Option<u32>,
    network: Evaluee,
    split: String,
    change: Option<Change>,
    /// Nothing where it is not finite, which JSON cannot say.
    loss: Option<f64>,
    outputs: Vec<String>,
}

/// A [`Truth`] without its numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct TruthNote {
    target: String,
    split: String,
}

impl EvaluatedNote {
    /// Puts the numbers among the tensors.
    pub fn of(evaluated: &Evaluated, tensors: &mut Tensors) -> Self {
        let Evaluated { epoch, network, split, change, loss, outputs } = evaluated;
        let seen = EvaluatedNote {
            epoch: *epoch,
            network: network.clone(),
            split: split.clone(),
            change: change.clone(),
            loss: loss.is_finite().then_some(*loss),
            outputs: outputs.keys().cloned().collect(),
        };
        outputs.iter().for_each(|(output, array)| tensors.add(seen.tensor(output), array));
        seen
    }

    /// With the outputs that are wanted; nothing where it has outputs and none of them is.
    pub fn read<F: Read + Seek>(
        &self,
        file: &mut Sealed<F>,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Option<Evaluated>, Trouble> {
        let mut outputs = BTreeMap::new();
        for output in &self.outputs {
            if let Some(array) = array(file, &self.tensor(output), wanted)? {
                outputs.insert(output.clone(), array);
            }
        }
        let is_wanted = !outputs.is_empty() || self.outputs.is_empty();
        Ok(is_wanted.then(|| Evaluated {
            epoch: self.epoch,
            network: self.network.clone(),
            split: self.split.clone(),
            change: self.change.clone(),
            loss: self.loss.unwrap_or(f64::NAN),
            outputs,
        }))
    }

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

impl TruthNote {
    fn tensor(&self) -> String {
        format!("targets/{}/{}", self.split, self.target)
    }
}

fn weight_tensor(path: &str) -> String {
    format!("weights/{path}")
}

/// The bytes of a run's file.
pub fn encode(recipe: &Recipe, record: &RunRecord, artifacts: &Artifacts, watched: &str) -> Result<Vec<u8>, String> {
    let Artifacts { evaluated, truths, classes, weights, trail } = artifacts;
    let mut tensors = Tensors::default();
    let known = |truth: &Truth, tensors: &mut Tensors| {
        let known = TruthNote { target: truth.target.clone(), split: truth.split.clone() };
        tensors.add(known.tensor(), &truth.values);
        known
    };
    let note = Note {
        format: FORMAT,
        recipe: recipe.clone(),
        record: record.clone(),
        watched: watched.into(),
        evaluated: evaluated.iter().map(|e| EvaluatedNote::of(e, &mut tensors)).collect(),
        classes: classes.clone(),
        truths: truths.iter().map(|t| known(t, &mut tensors)).collect(),
        weights: weights.keys().cloned().collect(),
        replicas: trail.replicas.clone(),
        phases: trail.phases.iter().enumerate().map(|(i, phase)| phase_note(i, phase, &mut tensors)).collect(),
        splits: trail.splits.keys().cloned().collect(),
        visits: trail.visits.iter().filter_map(|visit| visit.phase).collect(),
        more: trail.more,
        back: trail.back,
    };
    for (split, samples) in &trail.splits {
        tensors.add_words(format!("{TRAIL}splits/{split}"), &samples.0);
    }
    let hashes: Vec<u64> = trail.visits.iter().flat_map(|visit| visit.hashes.iter().copied()).collect();
    tensors.add_words(format!("{TRAIL}visits"), &hashes);
    tensors.add_words(format!("{TRAIL}end"), &trail.end);
    weights.iter().for_each(|(path, weight)| tensors.add(weight_tensor(path), weight));
    tensors.seal(&note)
}

fn phase_note(number: usize, phase: &PhaseRun, tensors: &mut Tensors) -> PhaseNote {
    tensors.add_words(format!("{TRAIL}phases/{number}"), &phase.samples.0);
    PhaseNote { name: phase.name.clone(), named: phase.named.clone(), trains: phase.trains.clone() }
}

/// A run's file, its header read.
#[derive(Debug)]
pub struct Cell<F> {
    pub note: Note,
    file: Sealed<F>,
}

impl<F: Read + Seek> Cell<F> {
    /// Reads the header of a file of `length` bytes.
    pub fn open(file: F, length: u64) -> Result<Self, Trouble> {
        let (file, note) = Sealed::open(file, length, FORMAT)?;
        Ok(Self { note, file })
    }

    /// What the run came to, as one hash: of its address and of everything that is the same however long it took, wherever it
    /// lies and whoever wrote it.
    pub fn digest(&mut self) -> Result<String, Trouble> {
        let RunRecord { steps, samples, deployed, .. } = &self.note.record;
        let mut text = format!("run {}\n{steps} steps, {samples} samples\n", self.note.recipe.address());
        text += &format!("deployed {}\n", serde_json::to_string(deployed).unwrap_or_default());
        for seen in &self.note.evaluated {
            let loss = seen.loss.map_or("none".into(), |loss| format!("{:016x}", loss.to_bits()));
            text += &format!("loss {} {loss}\n", seen.tensor(""));
        }
        let names: Vec<String> = self.file.names().cloned().collect();
        for name in names {
            text += &format!("{} {name}\n", self.file.hash(&name)?);
        }
        Ok(blake3::hash(text.as_bytes()).to_hex().to_string())
    }

    /// What the run kept, as far as the names of its tensors are wanted. What has outputs and none of them wanted is left out.
    pub fn artifacts(&mut self, wanted: &dyn Fn(&str) -> bool) -> Result<Artifacts, Trouble> {
        let file = &mut self.file;
        let mut artifacts = Artifacts { classes: self.note.classes.clone(), ..Artifacts::default() };
        for seen in &self.note.evaluated {
            artifacts.evaluated.extend(seen.read(file, wanted)?);
        }
        for known in &self.note.truths {
            if let Some(values) = array(file, &known.tensor(), wanted)? {
                artifacts.truths.push(Truth { target: known.target.clone(), split: known.split.clone(), values });
            }
        }
        for path in &self.note.weights {
            if let Some(array) = array(file, &weight_tensor(path), wanted)? {
                artifacts.weights.insert(path.clone(), array);
            }
        }
        if wanted(TRAIL) {
            artifacts.trail = self.trail()?;
        }
        Ok(artifacts)
    }

    fn trail(&mut self) -> Result<Trail, Trouble> {
        let (note, file) = (&self.note, &mut self.file);
        let mut phases = vec![];
        for (number, PhaseNote { name, named, trains }) in note.phases.iter().cloned().enumerate() {
            let samples = Samples(file.words(&format!("{TRAIL}phases/{number}"))?);
            phases.push(PhaseRun { name, named, trains, samples });
        }
        let mut splits = BTreeMap::new();
        for split in &note.splits {
            splits.insert(split.clone(), Samples(file.words(&format!("{TRAIL}splits/{split}"))?));
        }
        let hashes = file.words(&format!("{TRAIL}visits"))?;
        let moments = std::iter::once(None).chain(note.visits.iter().copied().map(Some));
        let rows = hashes.chunks(note.replicas.len().max(1));
        let visits = moments.zip(rows).map(|(phase, hashes)| VisitHashes { phase, hashes: hashes.to_vec() }).collect();
        let end = file.words(&format!("{TRAIL}end"))?;
        Ok(Trail { replicas: note.replicas.clone(), phases, splits, visits, more: note.more, end, back: note.back })
    }
}

fn array<F: Read + Seek>(
    file: &mut Sealed<F>,
    name: &str,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Option<Array>, Trouble> {
    if wanted(name) { file.array(name).map(Some) } else { Ok(None) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn array(values: &[f32]) -> Array {
        Array { axes: vec![values.len(), 1], values: values.to_vec() }
    }

    fn run() -> (Recipe, RunRecord, Artifacts) {
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
        (
            recipe,
            RunRecord { seed: 3, ..RunRecord::default() },
            Artifacts { evaluated, truths, classes: None, weights, trail: trail() },
        )
    }

    fn trail() -> Trail {
        let samples: Samples = [3, 70].into_iter().collect();
        let phase = PhaseRun { name: "all".into(), named: vec![], trains: vec![0], samples: samples.clone() };
        let visit = |phase, hash| VisitHashes { phase, hashes: vec![hash] };
        Trail {
            replicas: vec![Replica { name: "head[0].h".into(), weights: vec!["head[0].h.0.weight".into()] }],
            phases: vec![phase],
            splits: [("train".to_string(), samples)].into(),
            visits: vec![visit(None, u64::MAX), visit(Some(0), 7)],
            more: 2,
            end: vec![8],
            back: true,
        }
    }

    fn bytes() -> Vec<u8> {
        let (recipe, record, artifacts) = run();
        encode(&recipe, &record, &artifacts, "all").expect("plain data")
    }

    fn read(bytes: &[u8]) -> Result<Artifacts, Trouble> {
        Cell::open(Cursor::new(bytes), bytes.len() as u64)?.artifacts(&|_| true)
    }

    #[test]
    fn a_run_comes_back_bit_by_bit() {
        let (recipe, record, artifacts) = run();
        let bytes = bytes();
        let mut cell = Cell::open(Cursor::new(&bytes), bytes.len() as u64).expect("what was written");
        assert_eq!((&cell.note.recipe, &cell.note.record, cell.note.watched.as_str()), (&recipe, &record, "all"));
        let back = cell.artifacts(&|_| true).expect("what was written");
        // NaN is equal to nothing, its text is.
        assert_eq!(format!("{back:?}"), format!("{artifacts:?}"));
        let only = cell.artifacts(&|name| name == "test/head[1]/out").expect("what was written");
        assert_eq!((only.evaluated.len(), only.truths.len(), only.weights.len()), (1, 0, 0));
        assert!(
            encode(&recipe, &record, &artifacts, "all").expect("plain data") == bytes,
            "equal runs are equal files"
        );
        let digest = |record: &RunRecord, artifacts: &Artifacts, watched: &str| {
            let bytes = encode(&recipe, record, artifacts, watched).expect("plain data");
            Cell::open(Cursor::new(&bytes), bytes.len() as u64).and_then(|mut cell| cell.digest()).expect("it is whole")
        };
        let own = digest(&record, &artifacts, "all");
        assert_eq!(own.len(), 64);
        assert_eq!(own, digest(&RunRecord { seconds: 7.0, ..record.clone() }, &artifacts, "less"), "time is no result");
        assert_ne!(own, digest(&RunRecord { steps: 7, ..record.clone() }, &artifacts, "all"));
        let mut other = artifacts.clone();
        other.weights.values_mut().for_each(|array| array.values[0] = -array.values[0]);
        assert_ne!(own, digest(&record, &other, "all"));
        let mut other = artifacts.clone();
        other.evaluated[0].loss = 0.3;
        assert_ne!(own, digest(&record, &other, "all"));
    }

    #[test]
    fn torn_and_changed_files_are_told_and_never_panic() {
        let whole = bytes();
        for length in 0..whole.len() {
            assert!(matches!(read(&whole[..length]), Err(Trouble::Damaged(_))), "{length} bytes");
        }
        for at in 0..whole.len() {
            for value in [0, b'9', 0xff, whole[at] ^ 1, whole[at] ^ 0x20] {
                let mut changed = whole.clone();
                changed[at] = value;
                assert!(value == whole[at] || read(&changed).is_err(), "byte {at} changed to {value} is not found");
            }
        }
        let huge = [u64::MAX.to_le_bytes().as_slice(), b"{}"].concat();
        assert!(matches!(read(&huge), Err(Trouble::Damaged(_))));
    }
}
