//! A checked program: names resolved, blocks elaborated, shapes known, every value in range. Owns the types; `check` alone
//! makes them. Spans stay for lints and messages; `plan` and `graph` leave them behind.

mod advice;
mod experiment;
mod masks;
mod measure;
mod printer;
mod statistics;
mod written;

use crate::builtin::dataset::{Generator, Preparation, Source};
use crate::builtin::detection::DetectionStep;
use crate::builtin::{Layer, Loss, Metric, Optimizer, Rate, WeightSpec};
use crate::shape::Shape;
use crate::span::{Ident, Span};
use crate::split::SplitName;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use crate::builtin::dataset::SplitRule;
pub use crate::builtin::{Holds, TargetKind, WeightKind};
pub use crate::id::ModuleId;
pub use crate::syntax::ast::{Role, SettingKind, Unit};
pub use advice::{LINTS, Unread, Unused};
pub use experiment::{Arm, Axis, Experiment, Figure, MAX_RUNS, Published, Reference, Table};
pub use measure::{Change, MeasureName, What};
pub use statistics::Measuring;
pub use written::{call, read};

/// One pipeline with its arguments: everything a run needs to know.
#[derive(Clone, Debug)]
pub struct Pipeline {
    pub name: String,
    /// Where the item is named.
    pub span: Span,
    /// Lints that `allow(…)` before the item silences.
    pub allow: Vec<Ident>,
    pub data: Dataset,
    pub network: Network,
    pub loss: Vec<LossTerm>,
    pub detections: Vec<Detect>,
    pub metrics: Vec<MetricUse>,
    pub schedule: Schedule,
    pub settings: Settings,
    /// Samples a batch.
    pub batch: usize,
    pub budget: Amount,
    pub budget_span: Span,
    /// Modules that begin as other pipelines leave them.
    pub starts: Vec<Start>,
    /// The split whose lowest loss decides which epoch is left; none: the last.
    pub keep: Option<Keep>,
}

/// `keep best on validation`.
#[derive(Clone, Debug)]
pub struct Keep {
    pub split: SplitName,
    pub span: Span,
}

/// `start filter from pretrain`.
#[derive(Clone, Debug)]
pub struct Start {
    /// Index into the network's modules, and into those of the other network.
    pub module: usize,
    pub of: usize,
    pub pipeline: Arc<Pipeline>,
    pub span: Span,
}

// ---------------------------------------------------------------- data

#[derive(Clone, Debug)]
pub struct Dataset {
    pub name: String,
    pub span: Span,
    /// Where a pipeline names it, with its arguments; the item's own name where it is checked alone.
    pub used_at: Span,
    /// Lints that `allow(…)` before the item silences.
    pub allow: Vec<Ident>,
    /// As a network's.
    pub arguments: Arguments,
    /// File or folder that paths start from, as written.
    pub root: Option<String>,
    pub generator: Option<Arc<dyn Generator>>,
    pub modalities: Vec<Modality>,
    pub targets: Vec<Target>,
    pub splits: Vec<Split>,
}

#[derive(Clone, Debug)]
pub struct Modality {
    pub name: String,
    pub shape: Shape,
    /// Joined along the samples.
    pub sources: Vec<Arc<dyn Source>>,
    /// What is done to the values, in order.
    pub transforms: Vec<Arc<dyn Preparation>>,
    /// Whether networks are offered it. A mask that others are standardized by is there without.
    pub offered: bool,
    /// Whether some network input reads it, or a modality is standardized by it.
    pub used: bool,
    /// What the network that reads it takes it for.
    pub holds: Holds,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Target {
    pub name: String,
    pub kind: TargetKind,
    /// Joined along the samples.
    pub sources: Vec<Arc<dyn Source>>,
    /// What is done to the values, in order.
    pub transforms: Vec<Arc<dyn Preparation>>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Split {
    pub name: SplitName,
    pub rule: SplitRule,
    /// What it has, where files were read to count it.
    pub counted: Option<Counted>,
    pub span: Span,
}

/// What files have of a split.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    pub samples: usize,
    /// How often each class of the target occurs that folds are stratified by; nothing where there is none.
    pub classes: Vec<usize>,
}

// ---------------------------------------------------------------- network

/// A flat network: nodes in the order they can be computed.
#[derive(Clone, Debug)]
pub struct Network {
    pub name: String,
    pub span: Span,
    /// Where a pipeline names it, with its arguments; the item's own name where it is checked alone.
    pub used_at: Span,
    /// Lints that `allow(…)` before the item silences.
    pub allow: Vec<Ident>,
    pub arguments: Arguments,
    pub inputs: Vec<Input>,
    pub modules: Vec<Module>,
    pub nodes: Vec<Node>,
    pub outputs: Vec<Output>,
}

/// Every parameter's value, in the order they are declared; `None` where no text has it.
pub type Arguments = Vec<(String, Option<Argument>)>;

/// An argument as the language writes it, whatever names it went by before.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// A number, a text, a bare word.
    Plain(String),
    List(Vec<Argument>),
    /// A builtin, or the item of this name (by the place of its name), with some of its arguments.
    Call {
        word: String,
        item: Option<Span>,
        arguments: Vec<(Option<String>, Argument)>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub usize);

#[derive(Clone, Debug)]
pub struct Input {
    /// The modality it reads.
    pub name: String,
    pub shape: Shape,
    pub node: NodeId,
    pub span: Span,
}

/// A trained part with a role; owner of its weights.
#[derive(Clone, Debug)]
pub struct Module {
    /// `classify`, or `embed.first` where declared `each`.
    pub name: String,
    pub role: Role,
    pub weights: Vec<Weight>,
    /// A checkpoint to begin from.
    pub from: Option<String>,
    /// Whether any output depends on it.
    pub used: bool,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// Below its module: `0.weight`, where 0 counts the layers with weights of the module.
    pub path: String,
    pub spec: WeightSpec,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub op: NodeOp,
    pub inputs: Vec<NodeId>,
    pub shape: Shape,
    /// The module it was written in.
    pub module: Option<ModuleId>,
    /// Indices into the owner's weights.
    pub weights: Vec<usize>,
    /// The user's text it comes from.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum NodeOp {
    /// Index into the network's inputs.
    Input(usize),
    Layer {
        word: &'static str,
        layer: Arc<dyn Layer>,
    },
}

#[derive(Clone, Debug)]
pub struct Output {
    /// `out` where it has no name.
    pub name: String,
    pub node: NodeId,
    pub span: Span,
}

impl Pipeline {
    /// The first output that is held against classes, by the loss, else by a metric, and the target it is held against:
    /// indices. Sensitivity, missing and hitting ratios are of its probabilities.
    pub fn class_output(&self) -> Option<(usize, usize)> {
        let of_loss = self.loss.iter().filter_map(|term| Some((term.output, term.target?)));
        let of_metric = self.metrics.iter().filter_map(|metric| match metric.said {
            Said::Output(output) => Some((output, metric.target)),
            Said::Detections(_) => None,
        });
        let mut held = of_loss.chain(of_metric);
        held.find(|(_, target)| matches!(self.data.targets[*target].kind, TargetKind::Class { .. }))
    }
}

impl Network {
    pub fn shape(&self, node: NodeId) -> &Shape {
        &self.nodes[node.0].shape
    }
}

// ---------------------------------------------------------------- objective

/// `coefficient * loss(output, target)`; the loss of a pipeline is the sum of its terms.
#[derive(Clone, Debug)]
pub struct LossTerm {
    pub word: &'static str,
    pub coefficient: f64,
    /// Whether a parameter has a say in the coefficient.
    pub weighed: bool,
    pub loss: Arc<dyn Loss>,
    /// Index into the network's outputs.
    pub output: usize,
    /// Index into the dataset's targets.
    pub target: Option<usize>,
    pub span: Span,
}

/// `detect actions = detections(cas, scores) |> min_max |> …`: events that are looked for in outputs.
#[derive(Clone, Debug)]
pub struct Detect {
    pub name: String,
    /// Index of the output that holds the activations, `[T, classes]`.
    pub activations: usize,
    /// Index of the output that says which classes a sample has.
    pub scores: Option<usize>,
    /// The first is `detections`.
    pub steps: Vec<Arc<dyn DetectionStep>>,
    /// Classes that can be found.
    pub classes: usize,
    pub span: Span,
}

/// What a metric is computed of: an index into the network's outputs, or into the pipeline's detections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Output(usize),
    Detections(usize),
}

#[derive(Clone, Debug)]
pub struct MetricUse {
    /// What measures call it: its word, or what the pipeline says, `metrics map = mean_ap(actions)`.
    pub name: String,
    pub word: &'static str,
    pub metric: Arc<dyn Metric>,
    pub said: Said,
    pub target: usize,
    pub span: Span,
}

// ---------------------------------------------------------------- schedule

#[derive(Clone, Debug)]
pub struct Schedule {
    pub name: String,
    pub span: Span,
    /// Where a pipeline names it, with its arguments; the item's own name where it is checked alone.
    pub used_at: Span,
    /// Lints that `allow(…)` before the item silences.
    pub allow: Vec<Ident>,
    /// As a network's.
    pub arguments: Arguments,
    pub folds: Option<FoldSpec>,
    pub replicas: BTreeMap<Role, Replicas>,
    pub steps: Vec<Step>,
    pub deploy: Deploy,
    pub deploy_span: Span,
}

#[derive(Clone, Debug)]
pub struct FoldSpec {
    pub count: usize,
    pub stratified: bool,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Replicas {
    pub count: usize,
    pub span: Span,
}

#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a schedule has a handful of steps, made once")]
pub enum Step {
    Repeat {
        times: Option<u64>,
        body: Vec<Step>,
        span: Span,
    },
    /// Over the folds; the variable is the depth of nesting, 0 outermost.
    For {
        variable: Variable,
        name: String,
        body: Vec<Step>,
        span: Span,
    },
    Phase(Phase),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variable(pub usize);

#[derive(Clone, Debug)]
pub struct Phase {
    pub name: String,
    pub train: Vec<Trained>,
    pub on: SplitExpr,
    pub on_span: Span,
    pub through: Vec<Route>,
    pub length: Length,
    /// Of `for …` or `until …`; the phase's own where it has neither.
    pub length_span: Span,
    pub settings: Settings,
    pub span: Span,
}

/// A role, or one replica of it.
#[derive(Clone, Debug)]
pub struct Trained {
    pub role: Role,
    pub replica: Option<Index>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Route {
    pub role: Role,
    /// `None`: the mean of all replicas.
    pub replica: Option<Index>,
    pub span: Span,
}

/// `2`, `k`, `k + 1`: folds and replicas stand in a ring, so an index is taken modulo their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Index {
    pub variable: Option<Variable>,
    pub offset: i64,
}

/// A set of sample ids, as written.
#[derive(Clone, Debug, PartialEq)]
pub enum SplitExpr {
    /// The training split.
    All,
    Fold(Index),
    Except(Index),
    /// A split of the dataset.
    Named(SplitName),
    Union(Box<SplitExpr>, Box<SplitExpr>),
    Difference(Box<SplitExpr>, Box<SplitExpr>),
    Intersection(Box<SplitExpr>, Box<SplitExpr>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Length {
    For(Amount),
    NoGain { patience: u64, split: SplitExpr, at_most: Amount },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amount {
    pub count: f64,
    pub unit: Unit,
}

#[derive(Clone, Debug)]
pub enum Deploy {
    /// One network, of these replicas (absent roles have one).
    Replica(BTreeMap<Role, usize>),
    /// All replicas; the linked outputs are averaged.
    Mean,
    /// The replica of this role with the lowest loss on this split at the end.
    Best { role: Role, split: SplitExpr },
    /// The replica of this role that was trained last.
    Last { role: Role },
}

/// What trains and how, for a pipeline or overridden for a phase. Roles override the rule for all.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub optimizer: Option<Arc<dyn Optimizer>>,
    pub optimizer_of: BTreeMap<Role, Arc<dyn Optimizer>>,
    pub rate: Option<Arc<dyn Rate>>,
    pub rate_of: BTreeMap<Role, Arc<dyn Rate>>,
    pub clip: Option<f64>,
    pub batch: Option<usize>,
    /// Where each is written.
    pub places: Vec<SettingPlace>,
}

impl Settings {
    /// Whether everything that is written has a value: one may hang on a parameter that is not given.
    pub fn is_whole(&self) -> bool {
        self.places.iter().all(|place| match (place.kind, place.role) {
            (SettingKind::Optimizer, Some(role)) => self.optimizer_of.contains_key(&role),
            (SettingKind::Optimizer, None) => self.optimizer.is_some(),
            (SettingKind::Rate, Some(role)) => self.rate_of.contains_key(&role),
            (SettingKind::Rate, None) => self.rate.is_some(),
            (SettingKind::Clip, _) => self.clip.is_some(),
            (SettingKind::Batch, _) => self.batch.is_some(),
        })
    }
}

/// `optimizer head: …` in the text.
#[derive(Clone, Copy, Debug)]
pub struct SettingPlace {
    pub kind: SettingKind,
    pub role: Option<Role>,
    pub span: Span,
}
