//! Schedules: folds, replicas, phases, deployment, and the settings of training.

use super::arguments::Arguments;
use crate::batch::Draw;
use crate::builtin::{Optimizer, Rate};
use crate::span::{Ident, Span};
use crate::split::SplitName;
use crate::syntax::ast::{Role, SettingKind, Unit};
use std::collections::BTreeMap;
use std::sync::Arc;

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
    /// Whether samples of a group of the dataset stay together.
    pub grouped: bool,
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

impl Phase {
    /// Whether it trains a module of this role and name.
    pub fn trains(&self, role: Role, module: &str) -> bool {
        self.train.iter().any(|trained| trained.is_of(role, module))
    }
}

/// A role or one module of it, or one replica of either.
#[derive(Clone, Debug)]
pub struct Trained {
    pub role: Role,
    /// The name of a module, or of all that are declared by it with `each`; none: all of the role.
    pub module: Option<Ident>,
    pub replica: Option<Index>,
    pub span: Span,
}

impl Trained {
    /// Whether a module of this role and name is trained.
    pub fn is_of(&self, role: Role, module: &str) -> bool {
        self.role == role && self.module.as_ref().is_none_or(|named| holds(&named.node, module))
    }

    /// Whether some module may be trained by both.
    pub fn meets(&self, other: &Self) -> bool {
        let meet = |a: &Ident, b: &Ident| holds(&a.node, &b.node) || holds(&b.node, &a.node);
        self.role == other.role && self.module.iter().zip(&other.module).all(|(a, b)| meet(a, b))
    }

    /// `uni`, `uni.gyro`.
    pub fn name(&self) -> String {
        let module = self.module.as_ref().map_or(String::new(), |module| format!(".{}", module.node));
        self.role.name().to_string() + &module
    }
}

/// Whether what is called `named` has the module: by its name, or as one of `each`, `embed.first` of `embed`.
fn holds(named: &str, module: &str) -> bool {
    module.strip_prefix(named).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
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
    /// The replica of this role with the lowest loss on this split at the end, or the best value of a metric there.
    Best { role: Role, split: SplitExpr, by: Option<Ident> },
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
    /// The chance that a sample is trained on without one of its modalities.
    pub modality_dropout: Option<f64>,
    /// The parameter of the distribution that shares of mixtures of samples are drawn from.
    pub mixup: Option<f64>,
    pub batch: Option<usize>,
    /// Batches an update.
    pub accumulate: Option<usize>,
    /// Whether random layers draw in frozen modules.
    pub frozen_dropout: Option<bool>,
    /// What a pass takes, where a batch size is written.
    pub draw: Draw,
    /// The groups that it names.
    pub drawn_by: Vec<Ident>,
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
            (SettingKind::ModalityDropout, _) => self.modality_dropout.is_some(),
            (SettingKind::Mixup, _) => self.mixup.is_some(),
            (SettingKind::Accumulate, _) => self.accumulate.is_some(),
            (SettingKind::FrozenDropout, _) => self.frozen_dropout.is_some(),
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
