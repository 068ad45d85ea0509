//! What trains on what, in which order: a schedule with its loops unrolled over one network. Owns the program of phases
//! and the walk over it until the budget is spent; knows no numbers of any weight.

mod printer;
pub mod roles;
mod unroll;
mod walk;

pub use crate::data::folds::SplitSet;
pub use crate::id::{ReplicaId, Route};
pub use unroll::schedule;
pub use walk::{Count, Extent, Position, Visit, count, count_whole, walk};

use crate::batch::{Cut, Draw};
use crate::builtin::{Optimizer, Rate};
use crate::hir::{Amount, Role, Unit};
use crate::id::ModuleId;
use crate::span::Span;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// The program of one run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub folds: Option<FoldCount>,
    /// In the network's order.
    pub modules: Vec<ModulePlan>,
    pub phases: Vec<Phase>,
    pub program: Vec<Stage>,
    pub deploy: Deploy,
    pub budget: Amount,
    /// Where the run halts on its way.
    pub halt: Option<Amount>,
    /// Samples a batch where a phase says nothing.
    pub batch: usize,
    /// Which epoch is left; none: the last one.
    pub keep: Option<Keep>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoldCount {
    pub count: usize,
    pub stratified: bool,
    /// Whether samples of a group of the dataset stay together.
    pub grouped: bool,
}

#[derive(Clone, Debug)]
pub struct ModulePlan {
    pub name: String,
    pub role: Role,
    pub replicas: usize,
    /// Learned numbers in one replica.
    pub weights: usize,
}

/// A step of the program; phases by index.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    Phase(usize),
    /// `None`: until the budget is spent.
    Repeat {
        times: Option<u64>,
        body: Vec<Stage>,
    },
}

/// One phase with its loop variables filled in.
#[derive(Clone, Debug)]
pub struct Phase {
    /// `head[2]`: the phase's name, and the fold it stands at.
    pub name: String,
    /// Replicas that learn. Everything else that runs is frozen.
    pub train: Vec<ReplicaId>,
    /// Which replica of every module runs; several where outputs are averaged.
    pub routes: Vec<Route>,
    pub on: SplitSet,
    pub length: Length,
    /// How a pass is cut into the samples of its updates.
    pub batch: Cut,
    /// Batches an update, one after another: their gradients are averaged.
    pub accumulate: usize,
    /// What a pass takes of its samples.
    pub draw: Draw,
    /// Per module; `None` where the module does not learn.
    pub rules: Vec<Option<Rule>>,
    /// Largest norm of all gradients together.
    pub clip: Option<f64>,
    /// The chance that a sample is trained on without one of its modalities; 0 for never.
    pub modality_dropout: f64,
    /// The parameter of the beta distribution that shares of mixtures are drawn from; 0 where samples are not mixed.
    pub mixup: f64,
    /// Whether random layers draw in modules that it freezes.
    pub frozen_dropout: bool,
    /// Where the schedule declares it.
    pub span: Span,
}

/// How a module learns in a phase.
#[derive(Clone, Debug)]
pub struct Rule {
    pub optimizer: Arc<dyn Optimizer>,
    pub rate: Option<Arc<dyn Rate>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Length {
    /// So many passes over the phase's samples, the last perhaps in part.
    Passes(f64),
    Steps(u64),
    Samples(u64),
    /// Passes until the loss on a set has not fallen for `patience` passes, at most so many.
    NoGain {
        patience: u64,
        set: SplitSet,
        at_most: u64,
    },
}

/// What the best of several is the best by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// The lowest loss.
    Loss,
    /// The best value of the metric of this name.
    Metric(String),
}

/// "the loss", "f1".
impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Criterion::Loss => f.write_str("the loss"),
            Criterion::Metric(name) => f.write_str(name),
        }
    }
}

/// The epoch that is left: the best one.
#[derive(Clone, Debug, PartialEq)]
pub struct Keep {
    pub set: SplitSet,
    pub by: Criterion,
}

/// What is left after training.
#[derive(Clone, Debug, PartialEq)]
pub enum Deploy {
    /// These networks; their linked outputs are averaged where there are several.
    Routes(Vec<Route>),
    /// The best candidate on the set.
    Best { candidates: Vec<Route>, set: SplitSet, by: Criterion },
    /// The candidate of the replica of this role that was trained last.
    Last { role: Role, candidates: Vec<Route> },
}

impl Plan {
    pub fn module(&self, id: ModuleId) -> &ModulePlan {
        &self.modules[id.0]
    }

    /// Every replica of every module, in order.
    pub fn all_replicas(&self) -> impl Iterator<Item = ReplicaId> {
        let modules = self.modules.iter().enumerate();
        modules.flat_map(|(m, module)| (0..module.replicas).map(move |number| ModuleId(m).replica(number)))
    }

    /// Replicas that learn in some phase, each once, in order.
    pub fn ever_trained(&self) -> Vec<ReplicaId> {
        let all: BTreeSet<ReplicaId> = self.phases.iter().flat_map(|phase| phase.train.iter().copied()).collect();
        all.into_iter().collect()
    }

    /// What a replica is called, without its number where its module has one: `classify[2]`.
    pub fn replica_name(&self, replica: ReplicaId) -> String {
        let module = self.module(replica.module);
        if module.replicas > 1 { format!("{}[{}]", module.name, replica.number) } else { module.name.clone() }
    }

    /// The same replicas in the order of their roles.
    pub fn by_role(&self, replicas: &[ReplicaId]) -> Vec<ReplicaId> {
        let mut sorted = replicas.to_vec();
        sorted.sort_by_key(|replica| (self.module(replica.module).role, *replica));
        sorted
    }

    /// Learned numbers over all replicas.
    pub fn weights(&self) -> usize {
        self.modules.iter().map(|m| m.weights * m.replicas).sum()
    }

    /// Every replica as a network by itself, called by the role that has the most: `head[2]`. Other roles follow in step. None
    /// where nothing is replicated.
    pub fn replicas(&self) -> Vec<(String, Route)> {
        // Of equally many the last in the order of the roles.
        let Some(most) = self.modules.iter().max_by_key(|m| m.replicas).filter(|m| m.replicas > 1) else {
            return vec![];
        };
        let route = |k: usize| self.modules.iter().map(|m| k % m.replicas).collect();
        (0..most.replicas).map(|k| (format!("{}[{k}]", most.role.name()), route(k))).collect()
    }

    /// The networks that are deployed together. Of several candidates for one place the first: all cost the same.
    pub fn deployed(&self) -> &[Route] {
        match &self.deploy {
            Deploy::Routes(routes) => routes,
            Deploy::Best { candidates, .. } | Deploy::Last { candidates, .. } => &candidates[..1],
        }
    }

    /// Learned numbers in the networks that are deployed; what they share counts once.
    pub fn deployed_weights(&self) -> usize {
        let replicas: BTreeSet<ReplicaId> = self.deployed().iter().flat_map(Route::replicas).collect();
        replicas.into_iter().map(|replica| self.module(replica.module).weights).sum()
    }

    /// Whether the budget counts turns of the outermost `repeat`.
    pub fn counts_rounds(&self) -> bool {
        self.budget.unit == Unit::Rounds
    }
}

impl Phase {
    /// Replicas that run and stay as they are.
    pub fn frozen(&self) -> Vec<ReplicaId> {
        let run: BTreeSet<ReplicaId> = self.routes.iter().flat_map(Route::replicas).collect();
        run.into_iter().filter(|replica| !self.train.contains(replica)).collect()
    }

    /// Whether a step sees other values of a sample than the next, whatever the data are.
    pub fn varies(&self) -> bool {
        self.modality_dropout > 0.0 || self.mixup > 0.0
    }

    /// What it makes of its samples and batches beside taking them as they are, a line each.
    pub fn notes(&self) -> Vec<String> {
        let balanced = (self.draw != Draw::Each).then(|| self.draw.to_string());
        let accumulated = (self.accumulate > 1).then(|| format!("an update of {} batches", self.accumulate));
        let dropped = (self.modality_dropout > 0.0).then(|| format!("modalities dropped {}", self.modality_dropout));
        let mixed = (self.mixup > 0.0).then(|| format!("mixtures of two samples, Beta({0}, {0})", self.mixup));
        let still = (!self.frozen_dropout).then(|| "what is frozen drops nothing".to_string());
        [balanced, accumulated, mixed, dropped, still].into_iter().flatten().collect()
    }

    /// Whether random layers of a module compute as in evaluation.
    pub fn stills(&self, module: ModuleId) -> bool {
        !self.frozen_dropout && !self.routes.iter().any(|route| self.train.contains(&route.of(module)))
    }

    /// How a module learns, if it does.
    pub fn rule(&self, module: ModuleId) -> Option<&Rule> {
        self.rules.get(module.0)?.as_ref()
    }
}
