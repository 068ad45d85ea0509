//! What modules begin with: the weights of a file, or those that another pipeline leaves. Owns the runs of those pipelines, each
//! a cell beside the grid, trained once a seed for all arms that begin from it.

use super::{Cell, Grid, News, recipe};
use crate::data::{self, Folders};
use crate::graph::{self, Graph};
use crate::hir::{Pipeline, Start};
use crate::id::{ModuleId, ReplicaId};
use crate::record::{ArmId, Artifacts, RunRecord};
use crate::train::Beginning;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

/// Why a run does not begin.
pub enum Trouble {
    Interrupted,
    Wrong(String),
}

/// What became of a run that others begin from.
#[derive(Clone, Default)]
pub struct Begun {
    /// `None` where it was interrupted.
    pub record: Option<RunRecord>,
    /// Of the first network it deploys, by module and weight.
    modules: Vec<Vec<Vec<f32>>>,
}

/// Runs that others begin from, by what decides them.
pub type All = Mutex<BTreeMap<String, Arc<OnceLock<Begun>>>>;

/// What a pipeline begins from, and what that begins from before it, each as a cell beside the grid.
pub fn before<'p>(arm: &ArmId, pipeline: &'p Pipeline) -> Vec<(ArmId, &'p Pipeline)> {
    let mut cells = vec![];
    for start in &pipeline.starts {
        let own = of(arm, pipeline, start);
        cells.extend(before(&own, &start.pipeline));
        cells.push((own, &*start.pipeline));
    }
    cells
}

/// The arm of what a module of another arm begins from: `filter from pretrain`.
fn of(arm: &ArmId, pipeline: &Pipeline, start: &Start) -> ArmId {
    arm.reference(&format!("{} from {}", pipeline.network.module(start.module).name, start.pipeline.name))
}

impl Grid<'_> {
    /// What the modules of a cell's pipeline begin with.
    pub fn beginnings(&self, cell: &Cell<'_>) -> Result<Vec<Beginning>, Trouble> {
        let pipeline = cell.pipeline;
        let graph = graph::lower(pipeline);
        let mut beginnings = vec![];
        for (module, declared) in pipeline.network.modules.iter().enumerate() {
            let Some(from) = &declared.from else { continue };
            let weights = &graph.modules[module].weights;
            let wanted: Vec<(String, Vec<usize>)> = weights.iter().map(|w| (w.path.clone(), w.axes.clone())).collect();
            let path = Folders::new(&self.options.roots).found(from).map_err(|e| Trouble::Wrong(e.to_string()))?;
            let weights = data::weights(&path, &declared.name, &wanted).map_err(Trouble::Wrong)?;
            beginnings.push(Beginning { module: ModuleId(module), weights });
        }
        for start in &pipeline.starts {
            let arm = Arc::new(of(&cell.arm, pipeline, start));
            let begun = self.begun(&Cell { arm, pipeline: &start.pipeline, turn: cell.turn });
            let record = begun.record.ok_or(Trouble::Interrupted)?;
            if let Some(why) = record.failure {
                let name = &start.pipeline.name;
                return Err(Trouble::Wrong(format!("pipeline `{name}`, which it starts from, failed: {why}")));
            }
            beginnings.push(Beginning { module: start.module, weights: begun.modules[start.of.0].clone() });
        }
        Ok(beginnings)
    }

    /// Whether others begin from this cell.
    pub fn begins(&self, cell: &Cell<'_>) -> bool {
        let arms = self.experiment.pipelines();
        let beside = self.experiment.references.iter().flat_map(|reference| &reference.pipelines);
        let mut all = arms.chain(beside).flat_map(|pipeline| before(&ArmId::default(), pipeline));
        all.any(|(_, pipeline)| std::ptr::eq(pipeline, cell.pipeline))
    }

    /// Trains a run that others begin from, once, or takes what was stored of it.
    pub fn begun(&self, cell: &Cell<'_>) -> Begun {
        let key = format!("{}\n{}", recipe::text(cell.pipeline, self.options), cell.own_turn());
        let once = self.begun.lock().expect("no run panics while it holds this").entry(key).or_default().clone();
        let train = || {
            let done = self.listener.done(cell);
            let known = done.is_some();
            let Some((record, artifacts)) = done.or_else(|| self.train(cell)) else { return Begun::default() };
            if !known {
                self.listener.hear(News::Done(&record, &artifacts));
            }
            let modules = modules(&graph::lower(cell.pipeline), &record, &artifacts);
            Begun { record: Some(record), modules }
        };
        once.get_or_init(train).clone()
    }
}

fn modules(graph: &Graph, record: &RunRecord, artifacts: &Artifacts) -> Vec<Vec<Vec<f32>>> {
    let Some(route) = record.deployed.first() else { return vec![] };
    let weights = |replica: ReplicaId| {
        let paths = (0..graph.module(replica.module).weights.len()).map(|i| graph.path(replica.weight(i)));
        paths.filter_map(|path| artifacts.weights.get(&path)).map(|array| array.values.clone()).collect()
    };
    route.replicas().map(weights).collect()
}
