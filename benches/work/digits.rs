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
use std::path::Path;

/// Samples of the training split.
const SAMPLES: usize = 1200;

/// The network of `pipelines/digits/problem.mhm` under one method, `schedule` as the language writes it: `Mhm(heads: 4)`.
/// Without a path, random arrays of the same sizes.
///
/// # Errors
/// The file cannot be read, or is of something else; in words.
pub fn digits(schedule: &str, path: Option<&Path>) -> Result<Work, String> {
    // A dataset names its file from the folder that the command line names.
    let folder = path.and_then(Path::parent).map(Path::to_path_buf);
    let pipeline = pipeline(schedule, path.and_then(Path::file_name).map(Path::new))?;
    let dataset = match folder {
        None => None,
        Some(folder) => {
            let spec = experiment::spec(&pipeline.data, &[folder]);
            Some(data::load(&spec, Seed(0)).map_err(|why| why.to_string())?)
        }
    };
    Ok(Work::new(&pipeline, |graph| dataset.unwrap_or_else(|| random(graph))))
}

fn pipeline(schedule: &str, path: Option<&Path>) -> Result<Pipeline, String> {
    let path = path.map_or(String::new(), |path| format!(", path: {path:?}"));
    let text = format!(
        "use \"pipelines/digits/problem.mhm\"\nuse std.schedule.*\npipeline timed = digits(method: {schedule}{path})\n"
    );
    let (_, checked, diagnostics) = files::check(&files::Input { name: "bench.mhm".into(), text });
    let wrong = diagnostics.iter().find(|found| found.is_error()).map(|found| found.message.clone());
    checked.pipelines.into_iter().next().filter(|_| wrong.is_none()).ok_or_else(|| wrong.unwrap_or_default())
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
