//! What modules begin with: the weights of a file, or those that another pipeline leaves. Owns the runs of those pipelines, each
//! trained once a seed for all arms that begin from it.

use super::data::found;
use super::{Grid, recipe};
use crate::data;
use crate::graph;
use crate::hir::{Pipeline, Start};
use crate::plan;
use crate::seed::Seed;
use crate::tensor::Device;
use crate::train::{self, Beginning, Job, Trained, Watch};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

/// Why a run does not begin.
pub enum Trouble {
    Interrupted,
    Wrong(String),
}

/// What another pipeline left: the weights of its network by module; none where it was interrupted.
type Left = Arc<OnceLock<Result<Option<Vec<Vec<Vec<f32>>>>, String>>>;

/// Runs that others begin from, by what decides them.
#[derive(Default)]
pub struct Begun(Mutex<BTreeMap<String, Left>>);

impl Grid<'_> {
    /// What the modules of a pipeline begin with.
    pub fn beginnings(&self, pipeline: &Pipeline, seed: u64, repeat: u64) -> Result<Vec<Beginning>, Trouble> {
        let graph = graph::lower(pipeline);
        let mut begun = vec![];
        for (module, declared) in pipeline.network.modules.iter().enumerate() {
            let Some(from) = &declared.from else { continue };
            let weights = &graph.modules[module].weights;
            let wanted: Vec<(String, Vec<usize>)> = weights.iter().map(|w| (w.path.clone(), w.axes.clone())).collect();
            let path = found(from, &self.options.roots);
            let path = data::Folders::new(&self.options.roots).hold(path).map_err(|e| Trouble::Wrong(e.to_string()))?;
            let weights = data::weights(&path, &declared.name, &wanted).map_err(Trouble::Wrong)?;
            begun.push(Beginning { module, weights });
        }
        for start in &pipeline.starts {
            let weights = self.left(start, seed, repeat)?;
            begun.push(Beginning { module: start.module, weights });
        }
        Ok(begun)
    }

    /// The weights of a module as another pipeline leaves it, trained with the same seed.
    fn left(&self, start: &Start, seed: u64, repeat: u64) -> Result<Vec<Vec<f32>>, Trouble> {
        let key = format!("{}\n{seed}, {repeat}", recipe::text(&start.pipeline, self.options));
        let cell = {
            let mut known = self.begun.0.lock().expect("no run panics while it holds this");
            known.entry(key).or_default().clone()
        };
        match cell.get_or_init(|| self.leave(&start.pipeline, seed, repeat)) {
            Ok(Some(modules)) => Ok(modules[start.of].clone()),
            Ok(None) => Err(Trouble::Interrupted),
            Err(why) => {
                Err(Trouble::Wrong(format!("pipeline `{}`, which it starts from, failed: {why}", start.pipeline.name)))
            }
        }
    }

    /// Trains a pipeline for what it leaves: the first of the networks it deploys.
    fn leave(&self, pipeline: &Pipeline, seed: u64, repeat: u64) -> Result<Option<Vec<Vec<Vec<f32>>>>, String> {
        let begin = match self.beginnings(pipeline, seed, repeat) {
            Ok(begin) => begin,
            Err(Trouble::Interrupted) => return Ok(None),
            Err(Trouble::Wrong(why)) => return Err(why),
        };
        let spec = super::spec(&pipeline.data, &self.options.roots);
        let data = self.shared.load(&spec, Seed(seed)).map_err(|e| e.to_string())?;
        let device: Device = self.options.device.open()?;
        let (graph, plan) = (graph::lower(pipeline), plan::schedule(pipeline));
        let seed = Seed(seed).repeat(repeat);
        let job =
            Job { graph: &graph, plan: &plan, data: &data, seed, device: &device, begin: &begin, stop: self.stop };
        match train::train(&job, &Watch::default(), &mut |_| {}) {
            Ok(trained) => Ok(Some(modules(&trained))),
            Err(train::RunError::Interrupted) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn modules(trained: &Trained<'_>) -> Vec<Vec<Vec<f32>>> {
    let route = &trained.deployed[0];
    let weights = |(m, &replica): (usize, &usize)| {
        trained.trainer.weights.of(m, replica).iter().map(|w| w.values().into_owned()).collect()
    };
    route.iter().enumerate().map(weights).collect()
}
