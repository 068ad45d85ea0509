//! Runs a plan: phase after phase, step after step. Owns what a training needs and what it tells; never prints, never
//! touches the disk, knows no names beyond those of messages.

mod again;
mod changed_inputs;
mod checkpoint;
mod criterion;
mod error;
mod evaluate;
mod evaluation_plan;
mod mixup;
mod modality_dropout;
mod observe;
mod outline;
mod prefix_cache;
mod runner;
mod step;
mod terms;
mod verify;
mod watch;

pub use again::{Left, evaluate_again};
pub use checkpoint::{Boundary, Checkpointing};
pub use error::RunError;
pub use evaluate::{Evaluation, evaluate};
pub use evaluation_plan::{EvaluationPlan, EvaluationRequest, Networks};
pub use observe::truths;
pub use outline::faults;
pub use step::{Loss, State, Trainer};
pub use verify::{Fingerprint, hash};
pub use watch::Watch;

use crate::data::folds::Folds;
use crate::data::{DataError, Dataset};
use crate::graph::Graph;
use crate::id::ModuleId;
use crate::plan::{Extent, FoldCount, Phase, Plan, Position, Route};
use crate::record::checkpoint::Checkpoint;
use crate::record::trail::Trail;
use crate::record::{Array, Evaluated};
use crate::seed::Seed;
use crate::split::SplitName;
use crate::tensor::Device;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

/// Everything one training needs.
#[derive(Clone, Copy, Debug)]
pub struct Job<'j> {
    pub graph: &'j Graph,
    pub plan: &'j Plan,
    pub data: &'j Dataset,
    pub seed: Seed,
    pub device: &'j Device,
    /// Modules that do not begin at random.
    pub begin: &'j [Beginning],
    /// Set from outside to end the run after the current step.
    pub stop: &'j AtomicBool,
}

/// What a module begins with, in all its replicas.
#[derive(Clone, Debug, PartialEq)]
pub struct Beginning {
    pub module: ModuleId,
    /// In the order of its weights, row-major.
    pub weights: Vec<Vec<f32>>,
}

/// What happens while a plan runs.
#[derive(Clone, Debug)]
pub enum Event<'e> {
    /// A phase is done.
    /// `planned`: updates the run has in all.
    Phase { phase: &'e Phase, number: u64, position: Position, extent: Extent, loss: f64, planned: u64 },
    /// Another training set's worth of samples has been seen.
    Epoch { epoch: u64, position: Position },
    /// Something that was to be watched has been seen.
    Seen(Evaluated),
    /// The run could resume from here. What was evaluated and how long it took is not filled in.
    Checkpoint(Box<Checkpoint>),
    /// The run halts here as planned, and one that goes on begins here; as incomplete.
    Halted(Box<Checkpoint>),
}

/// A trained run: its weights, and which networks are deployed.
pub struct Trained<'j> {
    pub trainer: Trainer<'j>,
    pub deployed: Vec<Route>,
    pub position: Position,
    /// What was trained on what, and what every phase left as it was.
    pub trail: Trail,
}

impl Trained<'_> {
    /// Every weight and running statistic of every replica, by readable path.
    pub fn weights(&self) -> BTreeMap<String, Array> {
        checkpoint::arrays(self.trainer.graph, &self.trainer.weights)
    }
}

/// Runs the plan to the end of its budget. Watching changes no bit of what comes out.
pub fn train<'j>(job: &Job<'j>, watch: &Watch, listen: &mut dyn FnMut(Event<'_>)) -> Result<Trained<'j>, RunError> {
    resume(job, watch, Checkpointing::default(), listen)
}

/// The same from where an earlier program stopped, and with checkpoints: every bit of weights, of what is seen and of what
/// comes out is that of a run that was never stopped.
pub fn resume<'j>(
    job: &Job<'j>,
    watch: &Watch,
    going: Checkpointing<'_>,
    listen: &mut dyn FnMut(Event<'_>),
) -> Result<Trained<'j>, RunError> {
    runner::Runner::new(job, watch, going, listen)?.run()
}

/// Whether the data can be cut into the folds of a plan.
///
/// # Errors
/// They have fewer groups than folds that are to keep them together.
pub fn can_fold(plan: &Plan, data: &Dataset) -> Result<(), DataError> {
    plan.folds.filter(|folds| folds.grouped).map_or(Ok(()), |folds| data.holds_folds(folds.count))
}

/// The folds of a run, drawn once from the stream `folds`; a plan without folds has one, of everything. They cut through no group that
/// the data keep together, unless the schedule says so.
pub fn folds(plan: &Plan, data: &Dataset, seed: Seed) -> Folds {
    let ids = data.split(&SplitName::TRAIN).unwrap_or(&[]);
    let classes = if plan.folds.is_some_and(|f| f.stratified) { data.classes() } else { None };
    let stream = &mut seed.stream("folds");
    let Some(FoldCount { count, grouped, .. }) = plan.folds else { return Folds::draw(ids, 1, None, stream) };
    match data.parts().filter(|_| grouped) {
        Some(parts) => Folds::draw_together(ids, count, classes, &parts, stream),
        None => Folds::draw(ids, count, classes, stream),
    }
}
