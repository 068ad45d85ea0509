//! What an experiment asks of its runs: the graph that measures are computed with, and what is to be evaluated. Owns one of both a
//! pipeline.

use crate::experiment::{self, Cell};
use crate::graph::{self, Graph};
use crate::hir::Experiment;
use crate::record::ArmId;
use crate::record::manifest::Listed;
use crate::train::Watch;
use std::collections::{BTreeMap, BTreeSet};

/// What is asked of the runs of some arms.
pub struct Asked<'e> {
    arms: BTreeMap<&'e ArmId, usize>,
    pipelines: BTreeMap<usize, (Graph, Watch)>,
}

impl<'e> Asked<'e> {
    pub fn of<'s>(experiment: &Experiment, cells: &'e [Cell<'_>], runs: impl Iterator<Item = Listed<'s>>) -> Self {
        let wanted: BTreeSet<&ArmId> = runs.map(|run| &run.arm.arm).collect();
        let (mut arms, mut pipelines) = (BTreeMap::new(), BTreeMap::new());
        for cell in cells.iter().filter(|cell| wanted.contains(&*cell.arm)) {
            let at = std::ptr::from_ref(cell.pipeline).addr();
            arms.insert(&*cell.arm, at);
            pipelines
                .entry(at)
                .or_insert_with(|| (graph::lower(cell.pipeline), experiment::watch(experiment, cell.pipeline)));
        }
        Self { arms, pipelines }
    }

    pub fn of_arm(&self, arm: &ArmId) -> Option<&(Graph, Watch)> {
        self.pipelines.get(self.arms.get(arm)?)
    }
}
