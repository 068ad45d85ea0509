//! What one run leaves behind: its arm, its seed, the numbers it measured, and the predictions and weights they follow
//! from. Owns no statistics and no files.

pub mod checkpoint;
pub mod manifest;
mod recipe;
pub mod trail;

pub use recipe::{Changed, Recipe};

use trail::Trail;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One point of an experiment's grid: (axis, value) in the order the axes are declared.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ArmId(pub Vec<(String, String)>);

/// The key of an arm beside the grid; no axis can be called so.
const REFERENCE: &str = "as reference";

impl ArmId {
    /// The reference of this name that the arm is held against.
    pub fn reference(&self, name: &str) -> ArmId {
        ArmId(self.0.iter().cloned().chain([(REFERENCE.to_string(), name.to_string())]).collect())
    }

    /// Whether it stands beside the grid.
    pub fn is_reference(&self) -> bool {
        self.value(REFERENCE).is_some()
    }

    /// The value of this axis, if the arm has it.
    pub fn value(&self, axis: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == axis).map(|(_, value)| value.as_str())
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
    pub seed: u64,
    /// Runs of one seed share data and split; weights, folds, batches and dropout differ. Repeat 0 is the plain run.
    #[serde(default)]
    pub repeat: u64,
    /// By name: `test_error`, `train_error`, `generalization_gap`, `fresh_error`, …
    #[serde(with = "numbers")]
    pub measures: BTreeMap<String, f64>,
    pub epochs: Vec<EpochRecord>,
    /// Updates made.
    pub steps: u64,
    /// Samples seen, counted once for each time one was trained on.
    pub samples: u64,
    /// Wall clock.
    pub seconds: f64,
    /// The networks that are deployed, each as the replica of every module in the network's order.
    #[serde(default)]
    pub deployed: Vec<Vec<usize>>,
    /// Why the run ended early. Its measures are then not used.
    pub failure: Option<String>,
}

/// The measures after one epoch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    pub epoch: u32,
    #[serde(with = "numbers")]
    pub measures: BTreeMap<String, f64>,
}

/// What a run leaves beside its numbers: enough to compute every measure anew without training.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    pub evaluated: Vec<Evaluated>,
    pub truths: Vec<Truth>,
    /// Where answers are read from; `None` where the pipeline has no class target.
    pub classes: Option<ClassOutput>,
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
    pub change: Option<Change>,
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

/// A modality made worse, to see how much a network leans on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Change {
    /// Every value replaced by its mean over the training samples.
    Without(String),
    /// Gaussian noise added, of the experiment's `noise` times each value's standard deviation over the training samples.
    Noisy(String),
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
    pub unit: Unit,
    pub lower_is_better: bool,
}

/// How a measure's value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// The value is a fraction: 0.153 is shown as 15.3.
    Percent,
    Plain,
}

/// Numbers of a run that diverged survive JSON: what is not finite is written as nothing and read as NaN.
mod numbers {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(measures: &BTreeMap<String, f64>, to: S) -> Result<S::Ok, S::Error> {
        let optional: BTreeMap<&str, Option<f64>> =
            measures.iter().map(|(name, x)| (name.as_str(), x.is_finite().then_some(*x))).collect();
        optional.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, f64>, D::Error> {
        let optional = BTreeMap::<String, Option<f64>>::deserialize(from)?;
        Ok(optional.into_iter().map(|(name, x)| (name, x.unwrap_or(f64::NAN))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diverged_run_survives_json() {
        let record = RunRecord {
            arm: ArmId(vec![("method".into(), "EndToEnd".into())]),
            seed: 3,
            measures: [("test_error".into(), f64::NAN), ("train_error".into(), 0.1)].into(),
            epochs: vec![EpochRecord { epoch: 1, measures: [("train_error".into(), f64::INFINITY)].into() }],
            failure: Some("loss is not finite".into()),
            ..RunRecord::default()
        };
        let text = serde_json::to_string(&record).expect("a record is plain data");
        let back: RunRecord = serde_json::from_str(&text).expect("what was written");
        assert!(back.measures["test_error"].is_nan() && back.epochs[0].measures["train_error"].is_nan());
        assert_eq!(back.measures["train_error"], 0.1);
        assert_eq!((back.arm, back.failure), (record.arm, record.failure));
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
