//! One run as one sealed file: its tensors are what the run left, and its note says what they are. Owns what of it is read; where
//! the file lies is the store's.

mod note;

pub use note::{EvaluatedNote, Note};

use super::names;
use super::sealed::{Sealed, Tensors, Trouble};
use crate::record::trail::{Samples, Trail, VisitHashes};
use crate::record::{Artifacts, Recipe, RunRecord};
use note::{GroupNote, PhaseNote, TruthNote, numbers, words};
use std::collections::BTreeSet;
use std::io::{Read, Seek};

/// Of a file of a run; a larger number is refused. Files of format 3 have 64 bits of each tensor's sum, and are read.
pub const FORMAT: u32 = 4;

/// What of a run is read and held against its check sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    All,
    /// What measures are computed of: predictions and targets.
    Predictions,
    /// Of those, what the deployed networks predicted when the run was over, and targets.
    Deployed,
    /// The same, and which samples they are of.
    Samples,
    Weights,
}

impl Wanted {
    fn predictions(self, of: &EvaluatedNote) -> bool {
        match self {
            Wanted::All | Wanted::Predictions => true,
            Wanted::Deployed | Wanted::Samples => of.is_final(),
            Wanted::Weights => false,
        }
    }
}

/// The bytes of a run's file.
pub fn encode(recipe: &Recipe, record: &RunRecord, artifacts: &Artifacts, watched: &str) -> Result<Vec<u8>, String> {
    let Artifacts { evaluated, truths, classes, names, weights, trail } = artifacts;
    let mut tensors = Tensors::default();
    let note = Note {
        format: FORMAT,
        recipe: recipe.clone(),
        record: record.clone(),
        watched: watched.into(),
        evaluated: evaluated.iter().map(|e| EvaluatedNote::of(e, &mut tensors)).collect(),
        classes: classes.clone(),
        names: names.clone(),
        truths: truths.iter().map(|t| TruthNote::of(t, &mut tensors)).collect(),
        weights: weights.keys().cloned().collect(),
        replicas: trail.replicas.clone(),
        phases: trail.phases.iter().enumerate().map(|(i, phase)| PhaseNote::of(i, phase, &mut tensors)).collect(),
        splits: trail.splits.keys().cloned().collect(),
        groups: trail.groups.iter().map(|group| GroupNote::of(group, &mut tensors)).collect(),
        rows: Some(trail.rows.len()).filter(|rows| *rows > 0),
        begins: trail.begins.clone(),
        visits: trail.visits.iter().filter_map(|visit| visit.phase).collect(),
        more: trail.more,
        back: trail.back,
    };
    for (split, samples) in &trail.splits {
        tensors.add_words(names::trail_split(split), &samples.0);
    }
    let hashes: Vec<u64> = trail.visits.iter().flat_map(|visit| visit.hashes.iter().copied()).collect();
    tensors.add_words(names::TRAIL_VISITS.into(), &hashes);
    tensors.add_words(names::TRAIL_END.into(), &trail.end);
    if !trail.rows.is_empty() {
        tensors.add_words(names::TRAIL_ROWS.into(), &words(&trail.rows));
    }
    weights.iter().for_each(|(path, weight)| tensors.add(names::weight(path), weight));
    tensors.seal(&note)
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
        let (file, note): (_, Note) = Sealed::open(file, length, FORMAT)?;
        // Of two that are called alike, one would be checked and the other shown.
        let mut seen = BTreeSet::new();
        let mut names =
            note.evaluated.iter().map(|seen| seen.tensor("")).chain(note.truths.iter().map(TruthNote::tensor));
        if names.any(|name| !seen.insert(name)) {
            return Err(Trouble::Damaged("it shows one thing twice".into()));
        }
        Ok(Self { note, file })
    }

    /// What the run came to, as one hash: of its address and of everything that is the same however long it took, wherever it
    /// lies and whoever wrote it.
    pub fn digest(&mut self) -> Result<String, Trouble> {
        let RunRecord { steps, samples, deployed, .. } = &self.note.record;
        let mut text = format!("run {}\n{steps} steps, {samples} samples\n", self.note.recipe.address());
        text += &format!("deployed {}\n", serde_json::to_string(deployed).unwrap_or_default());
        self.note.evaluated.iter().for_each(|evaluated| text += &evaluated.digest());
        for (target, names) in &self.note.names {
            text += &format!("classes of {target}: {}\n", serde_json::to_string(names).unwrap_or_default());
        }
        let names: Vec<String> = self.file.names().cloned().collect();
        for name in names {
            text += &format!("{} {name}\n", self.file.hash(&name)?);
        }
        Ok(blake3::hash(text.as_bytes()).to_hex().to_string())
    }

    /// What the run left, as far as it is wanted.
    pub fn artifacts(&mut self, wanted: Wanted) -> Result<Artifacts, Trouble> {
        let (note, file) = (&self.note, &mut self.file);
        let mut artifacts =
            Artifacts { classes: note.classes.clone(), names: note.names.clone(), ..Artifacts::default() };
        for evaluated in note.evaluated.iter().filter(|evaluated| wanted.predictions(evaluated)) {
            artifacts.evaluated.push(evaluated.read(file)?);
        }
        if wanted != Wanted::Weights {
            artifacts.truths = note.truths.iter().map(|truth| truth.read(file)).collect::<Result<_, _>>()?;
        }
        if matches!(wanted, Wanted::All | Wanted::Weights) {
            let weight = |path: &String| Ok((path.clone(), file.array(&names::weight(path))?));
            artifacts.weights = note.weights.iter().map(weight).collect::<Result<_, Trouble>>()?;
        }
        if matches!(wanted, Wanted::All | Wanted::Samples) {
            artifacts.trail = self.trail()?;
        }
        Ok(artifacts)
    }

    fn trail(&mut self) -> Result<Trail, Trouble> {
        let (note, file) = (&self.note, &mut self.file);
        let phases = note.phases.iter().enumerate().map(|(i, phase)| phase.read(i, file)).collect::<Result<_, _>>()?;
        let split = |split: &String| Ok((split.clone(), Samples(file.words(&names::trail_split(split))?)));
        let splits = note.splits.iter().map(split).collect::<Result<_, Trouble>>()?;
        let groups = note.groups.iter().map(|group| group.read(file)).collect::<Result<_, Trouble>>()?;
        let rows = match note.rows {
            None => vec![],
            Some(count) => numbers(&file.words(names::TRAIL_ROWS)?, count),
        };
        let hashes = file.words(names::TRAIL_VISITS)?;
        let moments = std::iter::once(None).chain(note.visits.iter().copied().map(Some));
        let each = hashes.chunks(note.replicas.len().max(1));
        let visits = moments.zip(each).map(|(phase, hashes)| VisitHashes { phase, hashes: hashes.to_vec() }).collect();
        let end = file.words(names::TRAIL_END)?;
        let (replicas, begins) = (note.replicas.clone(), note.begins.clone());
        Ok(Trail { replicas, phases, splits, groups, rows, begins, visits, more: note.more, end, back: note.back })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::trail::{Group, PhaseRun, Replica};
    use crate::record::{Array, Evaluated, Evaluee, Perturbation, Truth};
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
            of(Some(5), Evaluee::Deployed, Some(Perturbation::Without("first".into())), 2.5),
        ];
        let truths = vec![Truth { target: "y".into(), split: "test".into(), values: array(&[0.0, 1.0, 1.0]) }];
        let weights = [("head[0].h.0.weight".to_string(), array(&[1e-45, 3.0]))].into();
        let recipe = Recipe(vec![("seed".into(), "3".into())]);
        (
            recipe,
            RunRecord { seed: 3, ..RunRecord::default() },
            Artifacts { evaluated, truths, classes: None, names: Default::default(), weights, trail: trail() },
        )
    }

    fn trail() -> Trail {
        let samples: Samples = crate::id::sample_ids([3, 70]).into_iter().collect();
        let phase = PhaseRun { name: "all".into(), named: vec![], trains: vec![0], samples: samples.clone() };
        let visit = |phase, hash| VisitHashes { phase, hashes: vec![hash] };
        Trail {
            replicas: vec![Replica { name: "head[0].h".into(), weights: vec!["head[0].h.0.weight".into()] }],
            phases: vec![phase],
            splits: [("train".to_string(), samples)].into(),
            groups: vec![Group {
                name: "subject".into(),
                names: vec!["S1".into(), "S2".into()],
                of: (0..71).map(|id| id % 2).collect(),
                in_splits: true,
                in_phases: false,
            }],
            rows: (0..71).map(|id| 2 * id + 1).collect(),
            begins: vec![0, 40],
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
        Cell::open(Cursor::new(bytes), bytes.len() as u64)?.artifacts(Wanted::All)
    }

    #[test]
    fn a_run_comes_back_bit_by_bit() {
        let (recipe, record, artifacts) = run();
        let bytes = bytes();
        let mut cell = Cell::open(Cursor::new(&bytes), bytes.len() as u64).expect("what was written");
        assert_eq!((&cell.note.recipe, &cell.note.record, cell.note.watched.as_str()), (&recipe, &record, "all"));
        let back = cell.artifacts(Wanted::All).expect("what was written");
        // NaN is equal to nothing, its text is.
        assert_eq!(format!("{back:?}"), format!("{artifacts:?}"));
        for (wanted, found) in [
            (Wanted::All, (3, 1, 1, 2)),
            (Wanted::Predictions, (3, 1, 0, 0)),
            (Wanted::Deployed, (1, 1, 0, 0)),
            (Wanted::Samples, (1, 1, 0, 2)),
            (Wanted::Weights, (0, 0, 1, 0)),
        ] {
            let Artifacts { evaluated, truths, weights, trail, .. } = cell.artifacts(wanted).expect("what was written");
            assert_eq!((evaluated.len(), truths.len(), weights.len(), trail.visits.len()), found, "{wanted:?}");
        }
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
