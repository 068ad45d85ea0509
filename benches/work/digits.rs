//! The six-view digits network: its pipeline and its data.

use super::steps::Work;
use mhm::cli::files;
use mhm::data::{self, Array, Dataset};
use mhm::experiment;
use mhm::graph::Graph;
use mhm::hir::Pipeline;
use mhm::id::SampleId;
use mhm::seed::Seed;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Samples of the training split.
const SAMPLES: usize = 1200;

/// The network of `pipelines/digits/problem.mhm` under one method, `schedule` as the language writes it: `Mhm(heads: 4)`.
/// Without a path, random arrays of the same sizes.
pub fn digits(schedule: &str, path: Option<&Path>) -> Work {
    let pipeline = pipeline(schedule, path);
    Work::new(&pipeline, |graph| match path {
        None => random(graph),
        Some(_) => data::load(&experiment::spec(&pipeline.data, &[PathBuf::new()]), Seed(0)).expect("the digits"),
    })
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
        Array::kept(input.name.clone(), &input.axes, values)
    });
    let modalities = modalities.collect();
    let targets = graph.targets.iter().map(|target| data::Target {
        name: target.name.clone(),
        kind: target.kind.clone(),
        values: (0..SAMPLES).map(|i| (i % 10) as f32).collect(),
    });
    let splits = BTreeMap::from([("train".into(), SampleId::of(0..SAMPLES).collect())]);
    Dataset::new("random", modalities, targets.collect(), splits, SAMPLES)
}
