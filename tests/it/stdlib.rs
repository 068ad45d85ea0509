//! The library and the pipelines: every file is formatted and clean, and everything in them trains.

use crate::runs::{BEGINNING, Setup, checked};
use mhm::builtin::TargetKind;
use mhm::cli::files;
use mhm::data::{self, Array, Dataset, Target};
use mhm::experiment::spec;
use mhm::hir::{self, Pipeline};
use mhm::library::FILES;
use mhm::seed::Seed;
use mhm::train::Trainer;
use std::collections::BTreeSet;
use std::fs;

/// Name and text of every file of the language that is shipped.
fn shipped() -> Vec<(String, String)> {
    let names = files::named(&["stdlib".into(), "pipelines".into()]).expect("folders of this repository");
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
fn the_binary_carries_the_whole_folder() {
    let embedded: BTreeSet<(String, String)> =
        FILES.iter().map(|(path, text)| (format!("stdlib/{path}.mhm"), text.to_string())).collect();
    let folder: BTreeSet<(String, String)> =
        shipped().into_iter().filter(|(name, _)| name.starts_with("stdlib/")).collect();
    let names = |set: &BTreeSet<(String, String)>| set.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&embedded), names(&folder));
    assert!(embedded == folder, "the binary is older than the folder");
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
        let first = (i * per_split) as u32;
        (s.name.clone(), (first..first + per_split as u32).collect())
    };
    let splits = spec.splits.iter().enumerate().map(split).collect();
    let array = |m: &data::ModalitySpec| {
        let width: usize = m.shape.iter().product();
        Array {
            name: m.name.clone(),
            axes: m.shape.clone(),
            values: (0..samples * width).map(|_| stream.normal() as f32).collect(),
        }
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
    Dataset { name: spec.name, modalities, targets, splits, samples }
}

/// One step of every phase.
fn steps(name: &str, pipeline: &Pipeline) {
    let data = match pipeline.data.generator {
        Some(_) => {
            let spec = spec(&pipeline.data, &[]);
            data::load(&spec, Seed(1)).unwrap_or_else(|e| panic!("{name}: {e}"))
        }
        None => noise(&pipeline.data),
    };
    let setup = Setup::with(pipeline, data, 1);
    let mut trainer = Trainer::new(&setup.job());
    for phase in &setup.plan.phases {
        let ids = setup.ids(&phase.on);
        trainer.begin(phase, setup.seed.stream("dropout"));
        let loss = trainer.step(phase, &ids[..ids.len().min(phase.batch)], &BEGINNING);
        assert!(loss.is_finite(), "{name}: loss {loss} in `{}`", phase.name);
        for &(m, r) in &phase.train {
            let finite = trainer.weights.of(m, r).iter().all(|w| w.values().iter().all(|v| v.is_finite()));
            assert!(finite, "{name}: weights of {} after `{}`", setup.graph.modules[m].name, phase.name);
        }
    }
}

#[test]
fn every_pipeline_and_arm_trains_a_step_of_each_phase() {
    let mut trained = 0;
    for (name, text) in shipped() {
        let (_, found, _) = files::check(&files::Input { name: name.clone(), text });
        let arms = found.experiments.into_iter().flat_map(|e| e.arms).map(|arm| arm.pipeline);
        for pipeline in found.pipelines.into_iter().chain(arms) {
            steps(&format!("{name}: {}", pipeline.name), &pipeline);
            trained += 1;
        }
    }
    assert!(trained >= 24, "{trained}");
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

#[test]
fn every_block_of_the_library_trains_as_a_head() {
    for (path, _) in FILES.iter().filter(|(path, _)| path.starts_with("block/")) {
        let name = path.rsplit('/').next().unwrap();
        let text = format!(
            "use std.block.{name}\nuse std.schedule.Mhm\nuse std.dataset.TwoMoons\n
             network Net {{
               in each modality: [D]
               fusion joint = concat |> linear(8) |> relu
               head classify = {name}(2)
               out classify(joint(modality))
             }}
             pipeline p {{
               data TwoMoons(fresh: 500)  network Net  loss cross_entropy  optimizer adam
               schedule Mhm  batch 8  budget 1 epochs
             }}"
        );
        steps(path, &checked(&text).pipelines[0]);
    }
}
