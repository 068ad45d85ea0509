//! What one run leaves behind: its arm, its seed, the numbers it measured, and the predictions and weights they follow
//! from. Owns no statistics and no files.

pub mod address;
pub mod checkpoint;
pub mod manifest;
mod numbers;
mod recipe;
pub mod trail;

pub use address::Address;
pub use recipe::{FieldChange, Fields, Recipe};

use trail::Trail;

pub use crate::measured::{Measured, Perturbation, Unit};

use crate::id::{Part, Route};
use crate::measured::Absent;
use crate::search::{of_the_data, seed_name};

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One point of an experiment's grid: (axis, value) in the order the axes are declared.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ArmId(pub Vec<(String, String)>);

/// Which run of an arm: its seed, the part of cross-validation that its test samples are, and the repeat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    pub seed: u64,
    pub part: Option<Part>,
    pub repeat: u64,
}

impl Turn {
    /// The seed that its data are drawn from.
    pub fn data_seed(self) -> u64 {
        of_the_data(self.seed)
    }

    /// "seed 3, part 2 of 5".
    pub fn of_repeats(self) -> String {
        let part = self.part.map_or(String::new(), |part| format!(", {part}"));
        format!("{}{part}", seed_name(self.seed))
    }

    /// The same, and which repeat it is after the first: "seed 3, repeat 1".
    pub fn named(self) -> String {
        if self.repeat == 0 { self.of_repeats() } else { self.to_string() }
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, repeat {}", self.of_repeats(), self.repeat)
    }
}

/// The key of an arm beside the grid; no axis can be called so.
const REFERENCE: &str = "as reference";

impl ArmId {
    /// The reference of this name that the arm is held against.
    pub fn reference(&self, name: &str) -> ArmId {
        ArmId(self.0.iter().cloned().chain([(REFERENCE.to_string(), name.to_string())]).collect())
    }

    /// Whether it stands beside the grid.
    pub fn is_reference(&self) -> bool {
        self.beside().is_some()
    }

    /// What it is called beside the grid.
    pub fn beside(&self) -> Option<&str> {
        self.value(REFERENCE)
    }

    /// What a reference is called that several arms of the grid share: no values of theirs are its own.
    pub fn alone(&self) -> String {
        self.beside().map_or_else(|| self.to_string(), |name| format!("reference {name}"))
    }

    /// The value of this axis, if the arm has it.
    pub fn value(&self, axis: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == axis).map(|(_, value)| value.as_str())
    }
}

impl RunRecord {
    /// Which run of its arm it is of.
    pub fn turn(&self) -> Turn {
        Turn { seed: self.seed, part: self.part, repeat: self.repeat }
    }

    /// The same of another run.
    pub fn of_turn(self, Turn { seed, part, repeat }: Turn) -> Self {
        Self { seed, part, repeat, ..self }
    }

    /// The value of this measure; of a run that failed there is none.
    pub fn measured(&self, name: &str) -> Measured {
        self.value(&self.measures, name)
    }

    /// The same where test parts are measured together, what its part adds to that.
    pub fn of_all_parts(&self, name: &str) -> Measured {
        match self.pooled.measures.get(name).filter(|_| self.failure.is_none()) {
            Some(value) => value.clone(),
            None => self.measured(name),
        }
    }

    /// The same after an epoch.
    pub fn measured_at(&self, epoch: u32, name: &str) -> Measured {
        let then = self.epochs.iter().find(|e| e.epoch == epoch);
        self.value(then.map_or(&BTreeMap::new(), |e| &e.measures), name)
    }

    fn value(&self, of: &BTreeMap<String, Measured>, name: &str) -> Measured {
        match self.failure {
            Some(_) => Err(Absent::failed()),
            None => of.get(name).cloned().unwrap_or_else(|| Err(Absent::not_measured())),
        }
    }
}

impl fmt::Display for ArmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<&str> = self.0.iter().map(|(_, value)| value.as_str()).collect();
        f.write_str(&values.join(", "))
    }
}

/// The result of one run of one arm with one seed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    pub arm: ArmId,
    /// Its name where it stands beside the grid: among what was measured, never where a run is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    pub seed: u64,
    /// The part of cross-validation that its test samples are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// Runs of one seed share data and split; weights, folds, batches and dropout differ. Repeat 0 is the plain run.
    #[serde(default)]
    pub repeat: u64,
    /// By name: `test_error`, `train_error`, `generalization_gap`, `fresh_error`, …
    #[serde(flatten, with = "numbers")]
    pub measures: BTreeMap<String, Measured>,
    /// Of cross-validation, what the test parts of its seed come to together.
    #[serde(default, skip_serializing_if = "Pooled::is_empty")]
    pub pooled: Pooled,
    /// By the name of a group, and what its groups are called: measures of the samples of each, of all test parts of its round.
    /// Where test samples go round they stand with the first part.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, BTreeMap<String, Pooled>>,
    pub epochs: Vec<EpochRecord>,
    /// Updates made.
    pub steps: u64,
    /// Samples seen, counted once for each time one was trained on.
    pub samples: u64,
    /// Wall clock.
    pub seconds: f64,
    /// The networks that are deployed.
    #[serde(default)]
    pub deployed: Vec<Route>,
    /// What computed it: `avx2`, which gives the same bits wherever it is. Nothing in runs of earlier versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instructions: String,
    /// Why the run ended early. Its measures are then not used.
    pub failure: Option<String>,
}

/// Measures of several parts, or of some samples. What a part adds to the measures of all test parts together: the mean over the parts is what they come to, and how the values
/// differ says how sure that is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pooled {
    #[serde(flatten, with = "numbers")]
    pub measures: BTreeMap<String, Measured>,
}

impl Pooled {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.measures.is_empty()
    }
}

/// The measures after one epoch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    pub epoch: u32,
    #[serde(flatten, with = "numbers")]
    pub measures: BTreeMap<String, Measured>,
}

/// What a run leaves beside its numbers: enough to compute every measure anew without training.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Artifacts {
    pub evaluated: Vec<Evaluated>,
    pub truths: Vec<Truth>,
    /// Where answers are read from; `None` where the pipeline has no class target.
    pub classes: Option<ClassOutput>,
    /// What the classes of a target are called, by the target, where they have names.
    pub names: BTreeMap<String, Vec<String>>,
    /// By readable path, `head[2].classify.0.weight`, running statistics included.
    pub weights: BTreeMap<String, Array>,
    pub trail: Trail,
}

/// What one network, or several averaged, made of a split.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluated {
    /// `None`: after training.
    pub epoch: Option<u32>,
    pub network: Evaluee,
    pub split: String,
    /// What was done to the inputs.
    pub change: Option<Perturbation>,
    /// Mean over the samples.
    pub loss: f64,
    /// Linked outputs (probabilities of classes, numbers as they are), by name, `samples × width`.
    pub outputs: BTreeMap<String, Array>,
}

/// The first output of a pipeline that is held against a class target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassOutput {
    pub output: String,
    pub target: String,
    pub classes: usize,
}

/// Which network was evaluated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Evaluee {
    /// What the schedule deploys; several networks are averaged.
    Deployed,
    /// One replica of a trained role by itself: `head[2]`.
    Replica(String),
}

impl fmt::Display for Evaluee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Evaluee::Deployed => f.write_str("the deployed network"),
            Evaluee::Replica(name) => f.write_str(name),
        }
    }
}

/// A target of a split, in the order of its predictions.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    pub target: String,
    pub split: String,
    /// `samples × elements`.
    pub values: Array,
}

/// Numbers in a block, row-major.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Array {
    pub axes: Vec<usize>,
    pub values: Vec<f32>,
}

/// How a measure is to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureInfo {
    pub name: String,
    /// What people read for it, where the experiment says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    pub unit: Unit,
    pub lower_is_better: bool,
    #[serde(default)]
    pub one_of: OneOf,
}

impl MeasureInfo {
    /// What a terminal shows: the name that is typed, where the experiment gives no other.
    pub fn shown(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }
}

/// What one number of a measure is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OneOf {
    /// The network of one run.
    #[default]
    Run,
    /// The networks of all repeats of a seed together.
    Seed,
    /// The replicas of one run together.
    Replicas,
    /// The group of this name where a measure is worst, of one run.
    Worst { of: String, group: String },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_survives_json() {
        let no = || Err(Absent::because("no positive in `test`"));
        let record = RunRecord {
            arm: ArmId(vec![("method".into(), "EndToEnd".into())]),
            seed: 3,
            measures: [("test_error".into(), no()), ("train_error".into(), Ok(0.1))].into(),
            epochs: vec![EpochRecord { epoch: 1, measures: [("train_error".into(), no())].into() }],
            failure: Some("loss is not finite".into()),
            ..RunRecord::default()
        };
        let text = serde_json::to_string(&record).expect("a record is plain data");
        let back: RunRecord = serde_json::from_str(&text).expect("what was written");
        assert_eq!(back, record);
        let json: serde_json::Value = serde_json::from_str(&text).expect("what was written");
        assert!(json["measures"]["test_error"].is_null() && json["measures"]["train_error"] == 0.1);
        assert_eq!(json["absent"]["test_error"], "no positive in `test`");
        // As it was before reasons were kept.
        let old: EpochRecord = serde_json::from_str(r#"{"epoch":1,"measures":{"a":null,"b":2.0}}"#).expect("sound");
        assert_eq!(old.measures["a"], Err(Absent::because("not a finite number")));
        assert_eq!(old.measures["b"], Ok(2.0));
    }

    #[test]
    fn an_arm_knows_its_values() {
        let arm = ArmId(vec![("line".into(), "near".into()), ("method".into(), "Mhm(heads: 4)".into())]);
        assert_eq!(arm.value("method"), Some("Mhm(heads: 4)"));
        assert_eq!(arm.value("seed"), None);
        assert_eq!(arm.to_string(), "near, Mhm(heads: 4)");
        assert!(arm.reference("first").is_reference() && !arm.is_reference());
        assert_eq!(arm.reference("first").to_string(), "near, Mhm(heads: 4), first");
    }
}
