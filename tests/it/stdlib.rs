//! The library and the pipelines: every file is formatted and clean, and everything in them trains.

use crate::runs::{BEGINNING, Frozen, Setup, checked};
use mhm::builtin::TargetKind;
use mhm::cli::files;
use mhm::data::{self, Array, Dataset, Target};
use mhm::experiment::spec;
use mhm::hir::{self, Pipeline, Role};
use mhm::id::SampleId;
use mhm::library::FILES;
use mhm::seed::Seed;
use mhm::tensor::check::close;
use mhm::tensor::{Device, trips};
use mhm::train::Trainer;
use std::collections::BTreeSet;
use std::fs;

/// Name and text of every file of the language that is shipped.
fn shipped() -> Vec<(String, String)> {
    let names = crate::cases::programs(&["stdlib".into(), "pipelines".into()]);
    names.into_iter().map(|name| (name.clone(), fs::read_to_string(name).unwrap())).collect()
}

#[test]
fn every_file_is_formatted() {
    for (name, text) in shipped() {
        let formatted = mhm::syntax::format(&text).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        assert!(formatted == text, "{name} is not formatted: `mhm fmt {name}`");
    }
}

#[test]
fn every_file_is_clean() {
    for (name, text) in shipped() {
        let (program, _, diagnostics) = files::check(&files::Input { name: name.clone(), text });
        let said = diagnostics.iter().map(|d| {
            let at = program.sources.position(d.span().source, d.span().start);
            format!("{name}:{}: {} {}\n", at.line, d.code, d.message)
        });
        assert!(diagnostics.is_empty(), "{}", said.collect::<String>());
    }
}

#[test]
fn every_library_item_is_documented_and_named_as_its_file() {
    for (path, text) in FILES {
        let name = path.rsplit('/').next().unwrap();
        let first = text.lines().find(|line| !line.is_empty() && !line.starts_with("use "));
        assert!(first.is_some_and(|line| line.starts_with("///")), "{path} begins with its documentation");
        assert!(text.lines().any(|l| l.split(['(', ' ', '{']).nth(1) == Some(name)), "{path} declares `{name}`");
    }
}

/// Samples that stand for a dataset's files: noise of the right shapes.
fn noise(dataset: &hir::Dataset) -> Dataset {
    let spec = spec(dataset, &[]);
    let mut stream = Seed(1).stream("noise");
    let per_split = 24;
    let samples = per_split * spec.splits.len();
    let split = |(i, s): (usize, &data::SplitSpec)| {
        let first = i * per_split;
        (s.name.clone(), SampleId::of(first..first + per_split).collect())
    };
    let splits = spec.splits.iter().enumerate().map(split).collect();
    let array = |m: &data::ModalitySpec| {
        let width: usize = m.shape.iter().product();
        Array::kept(m.name.clone(), &m.shape, (0..samples * width).map(|_| stream.normal() as f32).collect())
    };
    let modalities = spec.modalities.iter().map(array).collect();
    let target = |t: &data::TargetSpec| {
        let width: usize = t.kind.shape().iter().product();
        let value = |i: usize| match &t.kind {
            TargetKind::Class { classes, .. } => (i % classes) as f32,
            TargetKind::Multi { .. } => (i % 2) as f32,
            // A second, and nothing in it.
            TargetKind::Events { most, .. } => {
                let place = i % ((1 + most) * 3);
                if place == 0 {
                    1.0
                } else if place >= 3 && place.is_multiple_of(3) {
                    -1.0
                } else {
                    0.0
                }
            }
            TargetKind::Real { .. } => (i % 7) as f32 / 7.0,
        };
        Target { name: t.name.clone(), kind: t.kind.clone(), values: (0..samples * width).map(value).collect() }
    };
    let targets = spec.targets.iter().map(target).collect();
    Dataset::new(spec.name, modalities, targets, splits, samples)
}

/// Generated samples, or noise in the place of files.
fn samples(name: &str, pipeline: &Pipeline) -> Dataset {
    match pipeline.data.generator {
        Some(_) => {
            let spec = spec(&pipeline.data, &[]);
            data::load(&spec, Seed(1)).unwrap_or_else(|e| panic!("{name}: {e}"))
        }
        None => noise(&pipeline.data),
    }
}

/// One step of every phase, which changes what it trains alone; gives the names of modules that have changed.
fn steps(name: &str, pipeline: &Pipeline) -> BTreeSet<String> {
    let setup = Setup::with(pipeline, samples(name, pipeline), 1);
    let mut trainer = Trainer::new(&setup.job()).unwrap();
    let mut moved = BTreeSet::new();
    for phase in &setup.plan.phases {
        let ids = setup.ids(&phase.on);
        let before = Frozen::of(&trainer).weights;
        trainer.begin(phase, setup.seed.stream("dropout"));
        let loss = trainer.step(phase, &ids[..ids.len().min(phase.batch.size())], &BEGINNING).read();
        assert!(loss.is_finite(), "{name}: loss {loss} in `{}`", phase.name);
        for &id in &phase.train {
            let finite = trainer.weights.of(id).iter().all(|w| w.values().iter().all(|v| v.is_finite()));
            assert!(finite, "{name}: weights of {} after `{}`", setup.graph.module(id.module).name, phase.name);
        }
        for (place, weights) in Frozen::of(&trainer).weights {
            let module = &setup.graph.module(place.module).name;
            if weights != before[&place] {
                assert!(phase.train.contains(&place), "{name}: `{}` changes {module}", phase.name);
                moved.insert(module.clone());
            }
        }
    }
    moved
}

/// Whether a step takes a moment: what reads more is there in small, too, as the smoke pipeline of its folder.
fn is_small(pipeline: &Pipeline) -> bool {
    let spec = spec(&pipeline.data, &[]);
    let numbers: usize = spec.modalities.iter().map(|m| m.shape.iter().product::<usize>()).sum();
    numbers < 60_000
}

#[test]
fn every_pipeline_and_arm_trains_a_step_of_each_phase() {
    let mut trained = 0;
    for (name, text) in shipped() {
        let (_, found, _) = files::check(&files::Input { name: name.clone(), text });
        let arms = found.experiments.into_iter().flat_map(|e| e.arms).map(|arm| arm.pipeline);
        for pipeline in found.pipelines.into_iter().chain(arms).filter(is_small) {
            steps(&format!("{name}: {}", pipeline.name), &pipeline);
            trained += 1;
        }
    }
    assert!(trained >= 24, "{trained}");
}

/// Words of ops that choose by what their input is, the greatest elements or the steps that are not zero: they read it back from the device,
/// where dfdx has no op for it.
const READ_BACK: [&str; 3] = ["max_pool", "topk_mean", "present"];

/// A step of every phase in dfdx's ops, as a GPU computes it, and in fused kernels. Gives how often the host read from the device meanwhile.
fn reads(name: &str, pipeline: &Pipeline) -> u64 {
    let kernels = Setup::with(pipeline, samples(name, pipeline), 1);
    let plain = Setup { device: Device::plain(), ..Setup::with(pipeline, samples(name, pipeline), 1) };
    let [mut ours, mut theirs] = [&kernels, &plain].map(|setup| Trainer::new(&setup.job()).unwrap());
    let mut read = 0;
    for phase in &kernels.plan.phases {
        let ids = kernels.ids(&phase.on);
        let batch = &ids[..ids.len().min(phase.batch.size())];
        for trainer in [&mut ours, &mut theirs] {
            trainer.begin(phase, kernels.seed.stream("dropout"));
        }
        let loss = ours.step(phase, batch, &BEGINNING).read();
        let before = trips::so_far().read;
        let pending = theirs.step(phase, batch, &BEGINNING);
        read += trips::so_far().read - before;
        close(&format!("{name}: the loss of `{}`", phase.name), &[loss as f32], &[pending.read() as f32], 1e-4);
    }
    for ((id, ours), (_, theirs)) in ours.weights.iter().zip(theirs.weights.iter()) {
        // An update of adam is as large where the gradient is nearly nothing.
        close(&format!("{name}: {}", kernels.graph.path(id)), &ours.values(), &theirs.values(), 4e-3);
    }
    for ((of, ours), theirs) in ours.states().iter().zip(theirs.states().values()) {
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert_eq!(ours.steps, theirs.steps);
            for (ours, theirs) in ours.slots.iter().zip(&theirs.slots) {
                close(&format!("{name}: what the optimizer keeps of {of:?}"), &ours.values(), &theirs.values(), 1e-3);
            }
        }
    }
    read
}

/// What CUDA would run, on the CPU: the same numbers, and the host waits for nothing within a step.
#[test]
fn every_network_trains_in_dfdx_ops_and_reads_nothing_back_within_a_step() {
    let (mut seen, mut quiet) = (BTreeSet::new(), 0);
    for (name, text) in shipped() {
        let (_, found, _) = files::check(&files::Input { name: name.clone(), text });
        let arms = found.experiments.into_iter().flat_map(|e| e.arms).map(|arm| arm.pipeline);
        for pipeline in found.pipelines.into_iter().chain(arms).filter(is_small) {
            let (graph, name) = (mhm::graph::lower(&pipeline), format!("{name}: {}", pipeline.name));
            let text = graph.to_string();
            if !seen.insert(text.clone()) {
                continue;
            }
            let (read, may) = (reads(&name, &pipeline), READ_BACK.iter().any(|word| text.contains(*word)));
            assert!(may || read == 0, "{name}: the host read {read} times");
            quiet += usize::from(!may);
        }
    }
    assert!(quiet >= 12, "{quiet}");
}

#[test]
fn every_schedule_of_the_library_trains_a_step_of_each_phase() {
    for (path, _) in FILES.iter().filter(|(path, _)| path.starts_with("schedule/")) {
        let name = path.rsplit('/').next().unwrap();
        let text = format!(
            "use std.schedule.{name}\nuse std.network.ToyIntermediate\nuse std.dataset.TwoMoons\n
             pipeline p {{
               data TwoMoons  network ToyIntermediate  loss cross_entropy  optimizer adam
               schedule {name}  batch 8  budget 1 epochs
             }}"
        );
        steps(path, &checked(&text).pipelines[0]);
    }
}

/// A module of the block for two sequences `a` and `b` of [4, 4], and how it is applied; `None` where it is a head.
fn fusion(block: &str) -> Option<(&'static str, &'static str)> {
    Some(match block {
        "DropoutHead" | "ShakeHead" => return None,
        "AudioGuidedAttention" => ("AudioGuidedAttention(8)", "joint(a, reshape(b, [4, 2, 2, 1]))"),
        "CrossAttention" => ("CrossAttention", "concat(joint(a, b))"),
        "CrossAttentionStage" => ("CrossAttentionStage", "concat(joint(a, b, a, b))"),
        "CrossGather" => ("CrossGather", "concat(joint(a, b))"),
        "CrossTransformer" => ("CrossTransformer(2, heads: 2)", "joint(a, b)"),
        "CrossTransformerLayer" => ("CrossTransformerLayer(2)", "joint(a, b)"),
        "LowRankCrossAttention" => ("LowRankCrossAttention", "concat(joint(a, b))"),
        "MultimodalStream" => ("MultimodalStream(1, memory_depth: 1, heads: 2)", "joint(a, b, b)"),
        "OpenMax" => ("OpenMax(2)", "concat(joint(a), b)"),
        "Positioned" => ("Positioned |> linear(4)", "concat(joint(a), b)"),
        "Transformer" => ("Transformer(2, heads: 2)", "concat(joint(a), b)"),
        "TransformerLayer" => ("TransformerLayer(2)", "concat(joint(a), b)"),
        other => panic!("say how {other} is used"),
    })
}

#[test]
fn every_block_of_the_library_trains() {
    for (path, _) in FILES.iter().filter(|(path, _)| path.starts_with("block/")) {
        let name = path.rsplit('/').next().unwrap();
        let head = format!("{name}(2)");
        let (joint, applied, head) = match fusion(name) {
            None => ("linear(8) |> relu", "joint(concat(a, b))", head.as_str()),
            Some((joint, applied)) => (joint, applied, "linear(2)"),
        };
        let text = format!(
            "use std.block.{name}\nuse std.schedule.Mhm\nuse std.dataset.TwoMoons\n
             network Net {{
               in each modality: [D]
               uni each embed = linear(16) |> reshape([4, 4])
               fusion joint = {joint}
               head classify = flatten |> {head}
               let (a, b) = embed(modality)
               out classify({applied})
             }}
             pipeline p {{
               data TwoMoons(fresh: 500)  network Net  loss cross_entropy  optimizer adam
               schedule Mhm  batch 8  budget 1 epochs
             }}"
        );
        let moved = steps(path, &checked(&text).pipelines[0]);
        assert_eq!(moved.len(), 4, "{path}: {moved:?}");
    }
}

/// Arguments, modalities and target, and the loss that a network of the library is tried with.
fn trial(network: &str) -> [&'static str; 3] {
    match network {
        "ToyEarly" | "ToyIntermediate" | "ToyLate" | "ToyUnimodal" => [
            "",
            "modality a: [2] = npz(\"a\") modality b: [3] = npz(\"b\") target y: class(2) = npz(\"y\")",
            "cross_entropy",
        ],
        "AveLight" => [
            "width: 4, events: 3",
            "modality audio: [5, 3] = npz(\"a\") modality video: [5, 2] = npz(\"v\") target bag: multi(4) = npz(\"b\")",
            "bce(video, bag)",
        ],
        "AveUnimodal" => [
            "width: 4, events: 3",
            "modality audio: [5, 3] = npz(\"a\") target bag: multi(4) = npz(\"b\")",
            "bce(video, bag)",
        ],
        "AveTian" => [
            "events: 3, hidden: 5, width: 3, narrow: 4",
            "modality audio: [5, 3] = npz(\"a\") modality video: [5, 2, 2, 4] = npz(\"v\") target bag: multi(4) = npz(\"b\")",
            "bce_with_logits(video, bag)",
        ],
        "BasNet" | "BasNetWhole" => [
            "classes: 3, width: 6, hidden: 4",
            "modality rgb: [16, 3] = npz(\"r\") modality flow: [16, 2] = npz(\"f\") target bag: multi(4) = npz(\"b\")",
            "bce(base, bag) + bce(suppression, bag) + 1e-4 * l1(foreground)",
        ],
        "MulT" => [
            "width: 4, depth: 1, memory_depth: 1, heads: 2",
            "modality text: [4, 5] = npz(\"t\") modality audio: [6, 3] = npz(\"a\") modality vision: [3, 2] = npz(\"v\") \
             target y: real = npz(\"y\")",
            "l1",
        ],
        other => panic!("say how {other} is tried"),
    }
}

#[test]
fn every_network_of_the_library_trains_under_mhm() {
    for (path, _) in FILES.iter().filter(|(path, _)| path.starts_with("network/")) {
        let name = path.rsplit('/').next().unwrap();
        let [arguments, data, loss] = trial(name);
        let text = format!(
            "use std.network.{name}\nuse std.schedule.Mhm\n
             dataset d from \"none.npz\" {{ {data} split train = rows(0, 8) split test = rows(8, 16) }}
             pipeline p {{
               data d  network {name}({arguments})  loss {loss}  optimizer adam(lr: 0.01)
               schedule Mhm(heads: 2)  batch 8  budget 1 epochs
             }}"
        );
        let pipeline = &checked(&text).pipelines[0];
        let moved = steps(path, pipeline);
        let learned = pipeline.network.modules.iter().filter(|m| m.role != Role::Fixed && !m.weights.is_empty());
        assert_eq!(moved, learned.map(|m| m.name.clone()).collect(), "{path}");
    }
}
