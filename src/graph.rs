//! A checked network as a function on tensors. Owns lowering (dead operations dropped, activations fused) and the forward
//! pass; weights are values that are passed in.

mod absence;
mod average;
pub mod forward;
mod lower;
pub mod prefix;
mod printer;
pub mod weights;
mod written;

pub use absence::Absence;
pub use average::{averaged, unlinked};
pub use forward::{NodeValues, compute, computed, forward, forward_each, linked, objective};
pub use lower::{lower, lower_network};
pub use prefix::Prefix;
pub use weights::Weights;

use crate::builtin::detection::{DetectionStep, Found};
use crate::builtin::events::Detection;
use crate::builtin::{Init, Link, Loss, Metric, TargetKind, WeightKind};
pub use crate::hir::NodeOp;
pub use crate::hir::Operand;
use crate::hir::Role;
use crate::id::{ModuleId, ReplicaId, WeightId};
use std::sync::Arc;

/// Nodes in the order they are computed, and what is made of their results.
#[derive(Clone, Debug)]
pub struct Graph {
    pub inputs: Vec<Input>,
    pub modules: Vec<Module>,
    pub nodes: Vec<Node>,
    /// By node, who reads it last; none where it is an output.
    pub last_readers: Vec<Option<NodeId>>,
    pub outputs: Vec<Output>,
    /// The targets the loss and the metrics are held against.
    pub targets: Vec<Target>,
    pub terms: Vec<Term>,
    pub detections: Vec<Detect>,
    pub metrics: Vec<Measure>,
}

/// A modality, by its name in the dataset.
#[derive(Clone, Debug)]
pub struct Input {
    pub name: String,
    /// Axes of one sample.
    pub axes: Vec<usize>,
    /// Whether training sees other values of a sample every time.
    pub redrawn: bool,
    /// The modality that says which of its steps are real, where it is standardized by one.
    pub present: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Module {
    pub name: String,
    pub role: Role,
    pub weights: Vec<Weight>,
}

#[derive(Clone, Debug)]
pub struct Weight {
    /// Below its module: `0.weight`.
    pub path: String,
    pub axes: Vec<usize>,
    pub init: Init,
    pub kind: WeightKind,
}

/// A node of a graph; the network that it is lowered from numbers its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId(pub usize);

#[derive(Clone, Debug)]
pub struct Node {
    pub op: NodeOp,
    pub inputs: Vec<NodeId>,
    pub module: Option<ModuleId>,
    /// The owner of its weights, and which of them.
    pub weights: Option<(ModuleId, std::ops::Range<usize>)>,
    /// Axes of one sample.
    pub axes: Vec<usize>,
    /// Floating-point operations of one sample's forward pass.
    pub flops: u64,
    /// Numbers of one sample that the forward pass saves for the backward one, beside inputs and output.
    pub saved: u64,
    /// Values of each feature that one sample gives to the statistics of a batch; none where it takes no statistics.
    pub measured: Option<u64>,
}

#[derive(Clone, Debug)]
pub struct Output {
    pub name: String,
    pub node: NodeId,
    /// What turns it into what a person reads.
    pub link: Link,
}

#[derive(Clone, Debug)]
pub struct Target {
    pub name: String,
    pub kind: TargetKind,
}

/// `coefficient * loss(output, target)`.
#[derive(Clone, Debug)]
pub struct Term {
    pub word: &'static str,
    pub coefficient: f64,
    pub loss: Arc<dyn Loss>,
    pub output: usize,
    pub target: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Measure {
    /// As measures call it.
    pub name: String,
    pub metric: Arc<dyn Metric>,
    pub operand: Operand,
    pub target: usize,
}

/// Events that are looked for in outputs.
#[derive(Clone, Debug)]
pub struct Detect {
    pub name: String,
    /// Index of the output that holds the activations, `[T, classes]`.
    pub activations: usize,
    /// Index of the output that says which classes a sample has.
    pub scores: Option<usize>,
    /// Classes of both outputs.
    pub classes: usize,
    pub steps: Vec<Arc<dyn DetectionStep>>,
}

impl Detect {
    /// What is found in one sample that spans so many seconds; `outputs` gives the sample's numbers of an output.
    pub fn find<'o>(&self, outputs: impl Fn(usize) -> &'o [f32], duration: f64) -> Vec<Detection> {
        let begun = Found::of(outputs(self.activations), self.scores.map(&outputs), self.classes, duration);
        begun.through(&self.steps).detections()
    }
}

/// Samples that are evaluated at a time, where they are small.
const TOGETHER: usize = 512;

/// Numbers that all values of the samples of an evaluation may have together: 128 MiB.
const NUMBERS: usize = 1 << 25;

impl Graph {
    /// Numbers of one sample in all values together.
    pub fn numbers(&self) -> usize {
        self.nodes.iter().map(|node| node.axes.iter().product::<usize>()).sum()
    }

    /// Samples that are evaluated at a time. It hangs on the network alone, and so do the bits of what comes out.
    pub fn evaluated_together(&self) -> usize {
        (NUMBERS / self.numbers().max(1)).clamp(1, TOGETHER)
    }

    /// The readable name of a weight, the same in checkpoints and messages: `head[2].classify.0.weight`.
    pub fn path(&self, weight: WeightId) -> String {
        let WeightId { replica, index } = weight;
        format!("{}.{}", self.replica_name(replica), self.module(replica.module).weights[index].path)
    }

    /// The readable name of a replica: `head[2].classify`.
    pub fn replica_name(&self, replica: ReplicaId) -> String {
        let module = self.module(replica.module);
        format!("{}[{}].{}", module.role.name(), replica.number, module.name)
    }

    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0]
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }
}
