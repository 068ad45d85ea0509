//! A checked program: names resolved, blocks elaborated, shapes known, every value in range. Owns the types; `check` alone
//! makes them. Spans stay for lints and messages; `plan` and `graph` leave them behind.

mod measure;
mod printer;

use crate::builtin::dataset::{Generator, Preparation, Source, Transform};
use crate::builtin::detection::DetectionStep;
use crate::builtin::{Layer, Loss, Metric, Optimizer, Rate, WeightSpec};
use crate::shape::Shape;
use crate::span::{Ident, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use crate::builtin::dataset::SplitRule;
pub use crate::builtin::{TargetKind, WeightKind};
pub use crate::syntax::ast::{Role, Unit};
pub use measure::{Change, MeasureName, What};

/// One pipeline with its arguments: everything a run needs to know.
#[derive(Clone, Debug)]
pub struct Pipeline {
    pub name: String,
    /// Where the item is named.
    pub span: Span,
    /// Lints that `allow(…)` before the item silences.
    pub allow: Vec<String>,
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
    pub split: String,
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
    pub allow: Vec<String>,
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
    pub name: String,
    pub rule: SplitRule,
    pub span: Span,
}

impl Dataset {
    /// Modalities that say which steps of others are real.
    pub fn masks(&self) -> BTreeSet<String> {
        let transforms = self.modalities.iter().flat_map(|modality| &modality.transforms);
        let masks = transforms.filter_map(|preparation| match preparation.transform() {
            Transform::Standardize { present } => present.map(str::to_string),
            Transform::Each(_) => None,
        });
        masks.collect()
    }
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
    pub allow: Vec<String>,
    /// Every parameter's value, in the order they are declared; `None` where no text has it.
    pub arguments: Vec<(String, Option<Argument>)>,
    pub inputs: Vec<Input>,
    pub modules: Vec<Module>,
    pub nodes: Vec<Node>,
    pub outputs: Vec<Output>,
}

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

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleId(pub usize);

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
    pub allow: Vec<String>,
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
    Named(String),
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
}

// ---------------------------------------------------------------- experiment

/// A grid of pipelines and what to show of it.
#[derive(Clone, Debug)]
pub struct Experiment {
    pub name: String,
    pub span: Span,
    /// Lints that `allow(…)` before the item silences.
    pub allow: Vec<String>,
    pub axes: Vec<Axis>,
    pub seeds: Vec<u64>,
    pub seeds_span: Span,
    /// Runs of every seed that share its data and split and nothing else.
    pub repeats: u64,
    /// Where they are declared; the experiment's name where they are not.
    pub repeats_span: Span,
    pub arms: Vec<Arm>,
    pub references: Vec<Reference>,
    pub tables: Vec<Table>,
    pub figures: Vec<Figure>,
    pub compare: Vec<String>,
    pub published: Vec<Published>,
    /// Standard deviation of the noise of `…_noisy_…` measures, in standard deviations of each value over the training
    /// samples.
    pub noise: f64,
}

/// Runs of one experiment: places of the grid and references, by seeds and repeats.
pub const MAX_RUNS: u64 = 1_000_000;

impl Experiment {
    /// Places of the grid and references, by seeds and repeats.
    pub fn runs(&self) -> u64 {
        let places = self.arms.len() + self.references.iter().map(|r| r.pipelines.len()).sum::<usize>();
        (places as u64).saturating_mul(self.seeds.len() as u64).saturating_mul(self.repeats)
    }

    /// These arms with seed 0, and nothing to show.
    pub fn of(name: String, span: Span, arms: Vec<Arm>) -> Self {
        Self {
            name,
            span,
            allow: vec![],
            axes: vec![],
            seeds: vec![0],
            seeds_span: span,
            repeats: 1,
            repeats_span: span,
            arms,
            references: vec![],
            tables: vec![],
            figures: vec![],
            compare: vec![],
            published: vec![],
            noise: 1.0,
        }
    }
}

impl Experiment {
    /// Names of everything that is shown: of tables, figures and published numbers, each once, as written.
    pub fn shown(&self) -> BTreeSet<&str> {
        let tables = self.tables.iter().flat_map(|t| &t.measures);
        let figures = self.figures.iter().flat_map(|f| &f.measures);
        let published = self.published.iter().map(|p| &p.measure);
        tables.chain(figures).chain(published).map(String::as_str).collect()
    }
}

/// `reference first = alone(views: [first])`: runs beside the grid that `missing` and `hitting` are held against.
#[derive(Clone, Debug)]
pub struct Reference {
    pub name: String,
    pub span: Span,
    /// One for every arm of the grid; the same ones are run once.
    pub pipelines: Vec<Pipeline>,
}

#[derive(Clone, Debug)]
pub struct Axis {
    pub name: String,
    /// Names that vary along with it: `budget` in `vary (method, budget) in …`.
    pub with: Vec<String>,
    /// Their labels, else as written: `ETE`, `Mhm(heads: 4)`.
    pub values: Vec<String>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Arm {
    /// One value index an axis.
    pub at: Vec<usize>,
    pub pipeline: Pipeline,
}

#[derive(Clone, Debug)]
pub struct Table {
    pub measures: Vec<String>,
    pub rows: Vec<String>,
    pub columns: Vec<String>,
    pub cells: Vec<String>,
    pub span: Span,
}

/// `figure fresh_error, fresh_gap { lines method  panels task  every 5 }`: curves over epochs.
#[derive(Clone, Debug)]
pub struct Figure {
    pub measures: Vec<String>,
    pub lines: Vec<String>,
    pub panels: Vec<String>,
    /// Epochs between points.
    pub every: u32,
    pub span: Span,
}

/// `published "Lee et al. 2022, Table 2" test_error = [[17.5, 27.5], [15.0, 17.5]]`: one nesting an axis; entries with a name
/// are of others.
#[derive(Clone, Debug)]
pub struct Published {
    pub source: String,
    pub measure: String,
    /// In the order of the arms, as shown (17.5 for 17.5 %).
    pub values: Vec<Option<f64>>,
    /// Of methods that are no arms, by the name they are shown by: one for every place of the other axes.
    pub others: Vec<(String, Vec<Option<f64>>)>,
    pub span: Span,
}

// ---------------------------------------------------------------- advice

/// A parameter that its item does not read.
#[derive(Clone, Debug)]
pub struct Unused {
    pub name: String,
    pub span: Span,
    pub item: Ident,
    /// Lints that `allow(…)` before the item silences.
    pub allow: Vec<String>,
}

/// What `allow(…)` may name, sorted. `lint` has one file for each; a test holds the two together.
pub const LINTS: &[&str] = &[
    "deployed-mean-costs-k-times",
    "fold-overlap",
    "head-and-embedding-share-samples",
    "loss-output-mismatch",
    "never-trained-module",
    "phase-never-runs",
    "phase-trains-nothing",
    "replica-never-deployed-or-used",
    "replica-never-trained",
    "replicas-and-folds-differ",
    "selection-on-test",
    "single-run-sensitivity",
    "small-fold",
    "stateful-layer-in-frozen-module",
    "test-samples-in-training",
    "too-few-seeds",
    "uncovered-fold",
    "unfair-budget",
    "unused-layer",
    "unused-modality",
    "unused-parameter",
];
