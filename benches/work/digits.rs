//! The six-view digits network ready to take steps. Owns its data and the timing of blocks of steps; what is compared with
//! what is up to the bench.

use mhm::builtin::Progress;
use mhm::cli::files;
use mhm::cost::{self, PhaseCost};
use mhm::data::{self, Array, Dataset};
use mhm::experiment;
use mhm::graph::{self, Graph};
use mhm::hir::Pipeline;
use mhm::plan::{self, Phase, Plan};
use mhm::seed::Seed;
use mhm::tensor::Device;
use mhm::train::{Job, Trainer};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Samples of the training split, and steps before the clock starts.
const SAMPLES: usize = 1200;
const WARM_UP: usize = 20;

/// The network of `pipelines/digits/problem.mhm` under one method.
pub struct Digits {
    graph: Graph,
    pub plan: Plan,
    data: Dataset,
}

impl Digits {
    /// `schedule` as the language writes it: `Mhm(heads: 4)`. Without a path, random arrays of the same sizes.
    pub fn new(schedule: &str, path: Option<&Path>) -> Self {
        let pipeline = pipeline(schedule, path);
        let (graph, plan) = (graph::lower(&pipeline), plan::schedule(&pipeline));
        let data = match path {
            None => random(&graph),
            Some(_) => data::load(&experiment::spec(&pipeline.data, &[PathBuf::new()]), Seed(0)).expect("the digits"),
        };
        Self { graph, plan, data }
    }

    /// The phase whose name begins so, with its cost.
    pub fn phase(&self, name: &str) -> (&Phase, PhaseCost) {
        let sizes = vec![SAMPLES; self.plan.phases.len()];
        let costs = cost::cost(&self.plan, &self.graph, &sizes, SAMPLES).phases;
        let found = self.plan.phases.iter().zip(costs).find(|(phase, _)| phase.name.starts_with(name));
        found.unwrap_or_else(|| panic!("no phase `{name}`"))
    }

    /// A run that stands in this phase.
    pub fn run<'d>(&'d self, phase: &'d Phase, device: &'d Device, stop: &'d AtomicBool) -> Run<'d> {
        let job =
            Job { graph: &self.graph, plan: &self.plan, data: &self.data, seed: Seed(0), device, begin: &[], stop };
        let mut trainer = Trainer::new(&job);
        trainer.begin(phase, Seed(0).stream("dropout"));
        let ids = self.data.split("train").expect("a training split");
        let mut run = Run { trainer, phase, batches: ids.chunks_exact(phase.batch).collect(), step: 0 };
        run.block(WARM_UP);
        run
    }
}

/// Steps of one phase, on full batches in turn.
pub struct Run<'d> {
    trainer: Trainer<'d>,
    phase: &'d Phase,
    batches: Vec<&'d [u32]>,
    step: u64,
}

impl Run<'_> {
    /// Seconds a step over so many steps: batch, forward, backward, update.
    pub fn block(&mut self, steps: usize) -> f64 {
        let start = Instant::now();
        for _ in 0..steps {
            let batch = self.batches[self.step as usize % self.batches.len()];
            let progress = Progress { step: self.step, steps: u64::MAX, epoch: 0.0, losses: &[] };
            let loss = self.trainer.step(self.phase, batch, &progress);
            assert!(loss.is_finite(), "the loss became {loss}");
            self.step += 1;
        }
        start.elapsed().as_secs_f64() / steps as f64
    }
}

fn pipeline(schedule: &str, path: Option<&Path>) -> Pipeline {
    let path = path.map_or(String::new(), |path| format!(", path: {path:?}"));
    let text = format!(
        "use \"pipelines/digits/problem.mhm\"\nuse std.schedule.*\npipeline timed = digits(method: {schedule}{path})\n"
    );
    let (_, checked, diagnostics) = files::check(&files::Input { name: "bench.mhm".into(), text });
    assert!(diagnostics.iter().all(|d| !d.is_error()), "{diagnostics:?}");
    checked.pipelines.into_iter().next().expect("the pipeline")
}

/// Standard normal views and classes in turn.
fn random(graph: &Graph) -> Dataset {
    let mut stream = Seed(0).stream("bench");
    let modalities = graph.inputs.iter().map(|input| {
        let count = SAMPLES * input.axes.iter().product::<usize>();
        let values = (0..count).map(|_| stream.normal() as f32).collect();
        Array { name: input.name.clone(), axes: input.axes.clone(), values }
    });
    let modalities = modalities.collect();
    let targets = graph.targets.iter().map(|target| data::Target {
        name: target.name.clone(),
        kind: target.kind.clone(),
        values: (0..SAMPLES).map(|i| (i % 10) as f32).collect(),
    });
    let splits = BTreeMap::from([("train".to_string(), (0..SAMPLES as u32).collect())]);
    Dataset { name: "random".into(), modalities, targets: targets.collect(), splits, samples: SAMPLES }
}

/// The middle of what was measured.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
