//! The paper's three networks of section 5.1 ready to take steps on random data. Owns their pipelines; what is compared with what is
//! up to the bench.

use mhm::builtin::{Progress, TargetKind};
use mhm::cli::files;
use mhm::data::{Array, Dataset, Target};
use mhm::graph::{self, Graph};
use mhm::plan::{self, Plan};
use mhm::seed::{Seed, Stream};
use mhm::tensor::Device;
use mhm::train::{Job, Trainer};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Pipelines named as `benches/torch/sequences.py` names its networks.
const PIPELINES: &str = r#"
use std.network.AveLight
use std.network.BasNetWhole
use std.network.MulT
use std.schedule.EndToEnd

dataset events from "data.npz" {
  modality audio: [10, 128]   = npz("audio")
  modality video: [10, 512]   = npz("video")
  target   label: multi(29)   = npz("label")
  split    train              = rows(0, 64)
}

dataset actions from "data.npz" {
  modality rgb: [750, 1024]   = npz("rgb")
  modality flow: [750, 1024]  = npz("flow")
  target   with: real(21)     = npz("with")
  target   without: real(21)  = npz("without")
  split    train              = rows(0, 64)
}

dataset opinions from "data.npz" {
  modality text: [50, 300]    = npz("text")
  modality audio: [50, 74]    = npz("audio")
  modality vision: [50, 35]   = npz("vision")
  target   feeling: real(1)   = npz("feeling")
  split    train              = rows(0, 64)
}

pipeline ave {
  data events
  network AveLight(width: 128, events: 28)
  loss bce(video, label)
  optimizer adam(lr: 1e-4)
  schedule EndToEnd
  batch 16
  budget 1 epoch
}

pipeline basnet {
  data actions
  network BasNetWhole(classes: 20)
  loss bce(base, with) + bce(suppression, without) + 1e-4 * l1(foreground, reduce: sum)
  optimizer adam(lr: 1e-4)
  schedule EndToEnd
  batch 2
  budget 1 epoch
}

pipeline mult {
  data opinions
  network MulT
  loss l1(out, feeling)
  optimizer adam(lr: 1e-4)
  schedule EndToEnd
  batch 16
  budget 1 epoch
}
"#;

/// A network with its plan and two batches of random samples.
pub struct Sequences {
    graph: Graph,
    plan: Plan,
    data: Dataset,
}

impl Sequences {
    /// `ave`, `basnet` or `mult`.
    pub fn new(name: &str) -> Self {
        let (_, checked, diagnostics) =
            files::check(&files::Input { name: "bench.mhm".into(), text: PIPELINES.into() });
        assert!(diagnostics.iter().all(|d| !d.is_error()), "{diagnostics:?}");
        let pipeline = checked.pipelines.into_iter().find(|p| p.name == name).expect("the pipeline");
        let (graph, plan) = (graph::lower(&pipeline), plan::schedule(&pipeline));
        let data = random(&graph, 2 * plan.phases[0].batch);
        Self { graph, plan, data }
    }

    /// Seconds a step over so many steps, after `warm` others: batch, forward, backward, update.
    pub fn seconds(&self, device: &Device, warm: usize, steps: usize) -> f64 {
        let stop = AtomicBool::new(false);
        let job = Job {
            graph: &self.graph,
            plan: &self.plan,
            data: &self.data,
            seed: Seed(0),
            device,
            begin: &[],
            stop: &stop,
        };
        let (mut trainer, phase) = (Trainer::new(&job), &self.plan.phases[0]);
        trainer.begin(phase, Seed(0).stream("dropout"));
        let batches: Vec<&[u32]> = self.data.split("train").expect("a training split").chunks(phase.batch).collect();
        let mut start = Instant::now();
        for step in 0..warm + steps {
            if step == warm {
                start = Instant::now();
            }
            let progress = Progress { step: step as u64, steps: u64::MAX, epoch: 0.0, losses: &[] };
            let loss = trainer.step(phase, batches[step % batches.len()], &progress);
            assert!(loss.is_finite(), "the loss became {loss}");
        }
        start.elapsed().as_secs_f64() / steps as f64
    }
}

/// Standard normal inputs, and targets between 0 and 1.
fn random(graph: &Graph, samples: usize) -> Dataset {
    let mut stream = Seed(0).stream("bench");
    let mut draw = |count: usize, of: fn(&mut Stream) -> f32| (0..count).map(|_| of(&mut stream)).collect::<Vec<f32>>();
    let modalities = graph.inputs.iter().map(|input| Array {
        name: input.name.clone(),
        axes: input.axes.clone(),
        values: draw(samples * input.axes.iter().product::<usize>(), |stream| stream.normal() as f32),
    });
    let modalities = modalities.collect();
    let targets = graph.targets.iter().map(|target| {
        let count = samples * target.kind.shape().iter().product::<usize>();
        let values = match &target.kind {
            TargetKind::Multi { .. } => draw(count, |stream| f32::from(u8::from(stream.uniform() < 0.2))),
            _ => draw(count, |stream| stream.uniform() / 10.0),
        };
        Target { name: target.name.clone(), kind: target.kind.clone(), values }
    });
    let splits = BTreeMap::from([("train".to_string(), (0..samples as u32).collect())]);
    Dataset { name: "random".into(), modalities, targets: targets.collect(), splits, samples }
}
