//! The paper's three networks of section 5.1 on random data. Owns their pipelines.

use super::steps::Work;
use mhm::builtin::TargetKind;
use mhm::cli::files;
use mhm::data::{Array, Dataset, Target};
use mhm::graph::Graph;
use mhm::id::SampleId;
use mhm::seed::{Seed, Stream};
use std::collections::BTreeMap;

/// Pipelines named as `benches/torch/sequences.py` names its networks.
const PIPELINES: &str = r#"
use std.network.AveLight
use std.network.BasNet
use std.network.BasNetWhole
use std.network.MulT
use std.schedule.EndToEnd
use std.schedule.Mhm

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

/// The same, drawn anew while training as THUMOS14 is.
dataset drawn from "data.npz" {
  modality rgb: [750, 1024]   = npz("rgb") |> resample(750, random: true)
  modality flow: [750, 1024]  = npz("flow") |> resample(750, random: true)
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

pipeline basnet_phases(length: Length = 1 epoch) {
  data actions
  network BasNet(classes: 20)
  loss bce(base, with) + bce(suppression, without) + 1e-4 * l1(foreground, reduce: sum)
  optimizer adam(lr: 1e-4)
  schedule Mhm(heads: 2, length: length)
  batch 2
  budget 20 epochs
}

pipeline basnet_long = basnet_phases(length: 5 epochs)

pipeline basnet_drawn {
  data drawn
  network BasNet(classes: 20)
  loss bce(base, with) + bce(suppression, without) + 1e-4 * l1(foreground, reduce: sum)
  optimizer adam(lr: 1e-4)
  schedule Mhm(heads: 2)
  batch 2
  budget 20 epochs
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

/// The network of a pipeline above, and four batches of random samples.
pub fn sequences(name: &str) -> Work {
    let (_, checked, diagnostics) = files::check(&files::Input { name: "bench.mhm".into(), text: PIPELINES.into() });
    assert!(diagnostics.iter().all(|d| !d.is_error()), "{diagnostics:?}");
    let pipeline = checked.pipelines.into_iter().find(|p| p.name == name).expect("the pipeline");
    Work::new(&pipeline, |graph| random(graph, 4 * pipeline.batch))
}

/// Standard normal inputs, and targets between 0 and 1.
fn random(graph: &Graph, samples: usize) -> Dataset {
    let mut stream = Seed(0).stream("bench");
    let mut draw = |count: usize, of: fn(&mut Stream) -> f32| (0..count).map(|_| of(&mut stream)).collect::<Vec<f32>>();
    let modalities = graph.inputs.iter().map(|input| {
        let values = draw(samples * input.axes.iter().product::<usize>(), |stream| stream.normal() as f32);
        Array::kept(input.name.clone(), &input.axes, values)
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
    let splits = BTreeMap::from([("train".into(), SampleId::of(0..samples).collect())]);
    Dataset::new("random", modalities, targets.collect(), splits, samples)
}
