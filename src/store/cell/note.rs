//! What the metadata of a run's file say: all of the run but its numbers, which are tensors. Owns how the two belong together.

use crate::record::trail::{Group, PhaseRun, Replica, Samples};
use crate::record::{ClassOutput, Evaluated, Evaluee, Perturbation, Recipe, RunRecord, Truth};
use crate::store::names;
use crate::store::sealed::{Formatted, Sealed, Tensors, Trouble};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Read, Seek};

/// What the metadata say.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Note {
    pub format: u32,
    pub recipe: Recipe,
    pub record: RunRecord,
    /// What was to be looked at, as `experiment` wrote it.
    pub watched: String,
    pub evaluated: Vec<EvaluatedNote>,
    pub classes: Option<ClassOutput>,
    /// Of targets whose classes have names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, Vec<String>>,
    pub truths: Vec<TruthNote>,
    /// Paths.
    pub weights: Vec<String>,
    #[serde(rename = "places")]
    pub replicas: Vec<Replica>,
    pub phases: Vec<PhaseNote>,
    /// Splits.
    pub splits: Vec<String>,
    /// Nothing in runs of data without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupNote>,
    /// How many samples have rows of their own; nothing where every row of the files is a sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<usize>,
    /// Where splits have files or arrays of their own, how many rows those before each have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub begins: Vec<u32>,
    /// Phases of the visits after the first entry of the trail, and visits beyond them.
    pub visits: Vec<usize>,
    pub more: u64,
    pub back: bool,
}

/// Whole numbers, two a word.
pub fn words(numbers: &[u32]) -> Vec<u64> {
    numbers.chunks(2).map(|two| u64::from(two[0]) | u64::from(*two.get(1).unwrap_or(&0)) << 32).collect()
}

/// So many of them again.
pub fn numbers(words: &[u64], count: usize) -> Vec<u32> {
    words.iter().flat_map(|word| [*word as u32, (*word >> 32) as u32]).take(count).collect()
}

impl Formatted for Note {
    fn format(&self) -> u32 {
        self.format
    }
}

/// A [`PhaseRun`] without its samples.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PhaseNote {
    pub name: String,
    pub named: Vec<String>,
    pub trains: Vec<usize>,
}

/// A [`Group`] without its samples.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GroupNote {
    pub name: String,
    pub names: Vec<String>,
    pub samples: usize,
    pub in_splits: bool,
    pub in_phases: bool,
}

/// An [`Evaluated`] without its numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EvaluatedNote {
    epoch: Option<u32>,
    network: Evaluee,
    split: String,
    change: Option<Perturbation>,
    /// Nothing where it is not finite, which JSON cannot say.
    loss: Option<f64>,
    outputs: Vec<String>,
}

/// A [`Truth`] without its numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TruthNote {
    pub target: String,
    pub split: String,
}

impl EvaluatedNote {
    /// Puts the numbers among the tensors.
    pub fn of(evaluated: &Evaluated, tensors: &mut Tensors) -> Self {
        let Evaluated { epoch, network, split, change, loss, outputs } = evaluated;
        let note = EvaluatedNote {
            epoch: *epoch,
            network: network.clone(),
            split: split.clone(),
            change: change.clone(),
            loss: loss.is_finite().then_some(*loss),
            outputs: outputs.keys().cloned().collect(),
        };
        outputs.iter().for_each(|(output, array)| tensors.add(note.tensor(output), array));
        note
    }

    /// With its numbers.
    pub fn read<F: Read + Seek>(&self, file: &mut Sealed<F>) -> Result<Evaluated, Trouble> {
        let array = |output: &String| Ok((output.clone(), file.array(&self.tensor(output))?));
        Ok(Evaluated {
            epoch: self.epoch,
            network: self.network.clone(),
            split: self.split.clone(),
            change: self.change.clone(),
            loss: self.loss.unwrap_or(f64::NAN),
            outputs: self.outputs.iter().map(array).collect::<Result<_, Trouble>>()?,
        })
    }

    /// The line of a digest: the loss to the bit.
    pub fn digest(&self) -> String {
        let loss = self.loss.map_or("none".into(), |loss| format!("{:016x}", loss.to_bits()));
        format!("loss {} {loss}\n", self.tensor(""))
    }

    /// Whether it is what the deployed networks predicted when the run was over.
    pub fn is_final(&self) -> bool {
        self.epoch.is_none() && self.network == Evaluee::Deployed
    }

    pub fn tensor(&self, output: &str) -> String {
        names::prediction(self.epoch, (&self.split, self.change.as_ref()), &self.network, output)
    }
}

impl TruthNote {
    /// Puts the numbers among the tensors.
    pub fn of(truth: &Truth, tensors: &mut Tensors) -> Self {
        let note = TruthNote { target: truth.target.clone(), split: truth.split.clone() };
        tensors.add(note.tensor(), &truth.values);
        note
    }

    /// With its numbers.
    pub fn read<F: Read + Seek>(&self, file: &mut Sealed<F>) -> Result<Truth, Trouble> {
        let values = file.array(&self.tensor())?;
        Ok(Truth { target: self.target.clone(), split: self.split.clone(), values })
    }

    pub fn tensor(&self) -> String {
        names::target(&self.split, &self.target)
    }
}

impl PhaseNote {
    /// Puts the samples among the tensors.
    pub fn of(index: usize, phase: &PhaseRun, tensors: &mut Tensors) -> Self {
        let PhaseRun { name, named, trains, samples } = phase;
        tensors.add_words(names::trail_phase(index), &samples.0);
        PhaseNote { name: name.clone(), named: named.clone(), trains: trains.clone() }
    }

    /// With its samples.
    pub fn read<F: Read + Seek>(&self, index: usize, file: &mut Sealed<F>) -> Result<PhaseRun, Trouble> {
        let PhaseNote { name, named, trains } = self.clone();
        Ok(PhaseRun { name, named, trains, samples: Samples(file.words(&names::trail_phase(index))?) })
    }
}

impl GroupNote {
    /// Puts the places of the samples' groups among the tensors.
    pub fn of(group: &Group, tensors: &mut Tensors) -> Self {
        let Group { name, names, of, in_splits, in_phases } = group;
        tensors.add_words(names::trail_group(name), &words(of));
        let (names, samples) = (names.clone(), of.len());
        GroupNote { name: name.clone(), names, samples, in_splits: *in_splits, in_phases: *in_phases }
    }

    /// With them.
    pub fn read<F: Read + Seek>(&self, file: &mut Sealed<F>) -> Result<Group, Trouble> {
        let GroupNote { name, names, samples, in_splits, in_phases } = self.clone();
        let of = numbers(&file.words(&names::trail_group(&name))?, samples);
        if of.len() != samples || of.iter().any(|place| *place as usize >= names.len()) {
            return Err(Trouble::Damaged(format!("its samples are not those of the group `{name}`")));
        }
        Ok(Group { name, names, of, in_splits, in_phases })
    }
}
