//! A network ready to take steps on data in memory. Owns how phases are found, begun and timed; what is compared with what is up
//! to the bench.

use mhm::builtin::Progress;
use mhm::cost::{self, PhaseCost};
use mhm::data::Dataset;
use mhm::graph::{self, Graph};
use mhm::hir::Pipeline;
use mhm::id::SampleId;
use mhm::plan::{self, Phase, Plan};
use mhm::seed::Seed;
use mhm::tensor::Device;
use mhm::train::{Job, Trainer};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Nobody stops a bench.
static STOP: AtomicBool = AtomicBool::new(false);

/// A network with its plan and data.
pub struct Work {
    pub graph: Graph,
    pub plan: Plan,
    data: Dataset,
}

impl Work {
    pub fn new(pipeline: &Pipeline, data: impl FnOnce(&Graph) -> Dataset) -> Self {
        let (graph, plan) = (graph::lower(pipeline), plan::schedule(pipeline));
        let data = data(&graph);
        Self { graph, plan, data }
    }

    fn ids(&self) -> &[SampleId] {
        self.data.split("train").expect("a training split")
    }

    /// The phase whose name begins so, with its cost where it sees all samples.
    pub fn phase(&self, name: &str) -> (&Phase, PhaseCost) {
        let samples = self.ids().len();
        let sizes = vec![samples; self.plan.phases.len()];
        let costs = cost::cost(&self.plan, &self.graph, &sizes, samples).phases;
        let found = self.plan.phases.iter().zip(costs).find(|(phase, _)| phase.name.starts_with(name));
        found.unwrap_or_else(|| panic!("no phase `{name}`"))
    }

    /// A run that stands in the phase whose name begins so, with what the phase keeps, after some steps to warm up.
    pub fn run<'d>(&'d self, name: &str, device: &'d Device, warm: usize) -> Run<'d> {
        let Self { graph, plan, data } = self;
        let job = Job { graph, plan, data, seed: Seed(0), device, begin: &[], stop: &STOP };
        let ((phase, cost), mut trainer) = (self.phase(name), Trainer::new(&job).unwrap());
        trainer.begin(phase, Seed(0).stream("dropout"));
        trainer.fill_cache(phase, self.ids(), phase.visit(cost.set, 0).samples, cost.total_samples);
        let mut run = Run { trainer, phase, batches: self.ids().chunks_exact(phase.batch.size()).collect(), step: 0 };
        run.block(warm);
        run
    }
}

/// Steps of one phase, on full batches in turn.
pub struct Run<'d> {
    trainer: Trainer<'d>,
    phase: &'d Phase,
    batches: Vec<&'d [SampleId]>,
    step: u64,
}

impl Run<'_> {
    /// Seconds a step over so many steps: batch, forward, backward, update.
    pub fn block(&mut self, steps: usize) -> f64 {
        let start = Instant::now();
        for _ in 0..steps {
            let batch = self.batches[self.step as usize % self.batches.len()];
            let progress = Progress { step: self.step, steps: u64::MAX, epoch: 0.0, stalls: &[] };
            let loss = self.trainer.step(self.phase, batch, &progress).read();
            assert!(loss.is_finite(), "the loss became {loss}");
            self.step += 1;
        }
        start.elapsed().as_secs_f64() / steps as f64
    }
}

/// The middle of what was measured.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
