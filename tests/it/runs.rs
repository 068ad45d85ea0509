//! Pipelines from text, ready to train: what tests of training stand on. Owns no test.

use mhm::builtin::Progress;
use mhm::cli::files;
use mhm::data::folds::{Folds, SplitSet};
use mhm::data::{self, Batches, Dataset};
use mhm::experiment;
use mhm::graph::{self, Graph};
use mhm::hir::{Experiment, Pipeline};
use mhm::id::{ModuleId, OptimizerId, ReplicaId, SampleId};
use mhm::plan::{self, Phase, Plan, Position};
use mhm::seed::Seed;
use mhm::tensor::Device;
use mhm::train::{self, Event, Job, RunError, Trained, Trainer, Watch};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

static GO_ON: AtomicBool = AtomicBool::new(false);

/// What the text declares.
///
/// # Panics
/// Where the checker finds an error.
pub fn checked(text: &str) -> mhm::check::Checked {
    let input = files::Input { name: "test.mhm".into(), text: text.into() };
    let (_, checked, diagnostics) = files::check(&input);
    let errors: Vec<&str> = diagnostics.iter().filter(|d| d.is_error()).map(|d| d.message.as_str()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{text}");
    checked
}

/// The one experiment of a text.
pub fn experiment(text: &str) -> Experiment {
    checked(text).experiments.pop().expect("the text has an experiment")
}

/// A pipeline with everything its training needs.
pub struct Setup {
    pub graph: Graph,
    pub plan: Plan,
    pub data: Dataset,
    pub seed: Seed,
    pub device: Device,
}

impl Setup {
    /// The last pipeline of the text, its dataset generated from the seed.
    pub fn new(text: &str, seed: u64) -> Self {
        let pipeline = checked(text).pipelines.pop().expect("the text has a pipeline");
        let data = data::load(&experiment::spec(&pipeline.data, &[]), Seed(seed)).expect("a sound dataset");
        Self::with(&pipeline, data, seed)
    }

    pub fn with(pipeline: &Pipeline, data: Dataset, seed: u64) -> Self {
        let (graph, plan) = (graph::lower(pipeline), plan::schedule(pipeline));
        Self { graph, plan, data, seed: Seed(seed), device: Device::cpu() }
    }

    pub fn job(&self) -> Job<'_> {
        let Self { graph, plan, data, seed, device } = self;
        Job { graph, plan, data, seed: *seed, device, begin: &[], stop: &GO_ON }
    }

    pub fn train(&self) -> Result<Trained<'_>, RunError> {
        train::train(&self.job(), &Watch::default(), &mut |_| {})
    }

    pub fn trained(&self) -> Trained<'_> {
        self.train().expect("this trains")
    }

    /// Name, steps and samples of every phase that ran.
    pub fn log(&self) -> Vec<(String, u64, u64)> {
        let mut log = vec![];
        let mut listen = |event: Event<'_>| match event {
            Event::Phase { phase, extent, .. } => log.push((phase.name.clone(), extent.steps, extent.samples)),
            Event::Epoch { .. } | Event::Seen(_) | Event::Checkpoint(_) | Event::Halted(_) => {}
        };
        train::train(&self.job(), &Watch::default(), &mut listen).expect("this trains");
        log
    }

    pub fn train_ids(&self) -> &[SampleId] {
        self.data.split("train").expect("every dataset has one")
    }

    /// The folds that a run with this seed draws.
    pub fn folds(&self) -> Folds {
        let count = self.plan.folds.map_or(1, |f| f.count);
        let classes = self.plan.folds.filter(|f| f.stratified).and_then(|_| self.data.classes());
        Folds::draw(self.train_ids(), count, classes, &mut self.seed.stream("folds"))
    }

    pub fn ids(&self, set: &SplitSet) -> Vec<SampleId> {
        set.evaluate(&self.data.splits, &self.folds())
    }

    pub fn module(&self, name: &str) -> ModuleId {
        ModuleId(self.graph.modules.iter().position(|m| m.name == name).expect("a module of this network"))
    }

    pub fn phase(&self, name: &str) -> &Phase {
        self.plan.phases.iter().find(|p| p.name == name).expect("a phase of this plan")
    }

    /// Runs the plan with the trainer's own steps, one pass a visit; `each` looks before and after every visit.
    pub fn by_hand(&self, mut each: impl FnMut(&Phase, &Frozen, &Frozen)) -> (Trainer<'_>, Position) {
        let mut trainer = Trainer::new(&self.job()).unwrap();
        let walked = plan::walk::<()>(&self.plan, self.train_ids().len(), |visit| {
            let phase = &self.plan.phases[visit.phase];
            let ids = self.ids(&phase.on);
            let before = Frozen::of(&trainer);
            trainer.begin(phase, self.seed.stream(&format!("dropout/{}/{}", phase.name, visit.number)));
            let mut stream = self.seed.stream(&format!("batches/{}/{}", phase.name, visit.number));
            for batch in Batches::shuffled(&ids, phase.batch, &mut stream).iter() {
                trainer.step(phase, batch, &BEGINNING);
            }
            each(phase, &before, &Frozen::of(&trainer));
            Ok(phase.visit(ids.len(), visit.number))
        });
        (trainer, walked.expect("nothing fails here"))
    }
}

/// For optimizers without a schedule of their rate.
pub const BEGINNING: Progress<'static> = Progress { step: 0, steps: 1, epoch: 0.0, stalls: &[] };

/// All bits of a trainer, by (module, replica): weights and statistics, and what the optimizers remember.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frozen {
    pub weights: BTreeMap<ReplicaId, Vec<Vec<u32>>>,
    pub states: BTreeMap<ReplicaId, Vec<Memory>>,
}

/// What one optimizer remembers of one weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory {
    optimizer: OptimizerId,
    steps: u64,
    slots: Vec<Vec<u32>>,
}

impl Frozen {
    pub fn of(trainer: &Trainer<'_>) -> Self {
        let mut all = Self::default();
        for (id, tensor) in trainer.weights.iter() {
            all.weights.entry(id.replica).or_default().push(bits(&tensor.values()));
        }
        for (&(optimizer, replica), states) in trainer.states() {
            let of = |s: &train::State| Memory {
                optimizer,
                steps: s.steps,
                slots: s.slots.iter().map(|t| bits(&t.values())).collect(),
            };
            all.states.entry(replica).or_default().extend(states.iter().map(of));
        }
        all
    }
}

pub fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}
