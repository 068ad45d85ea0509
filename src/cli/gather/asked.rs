//! What an experiment asks of its runs: the graph that measures are computed with, and what is to be evaluated. Owns one of both a
//! pipeline.

use crate::experiment::{self, Cell};
use crate::graph::{self, Graph};
use crate::hir::Experiment;
use crate::record::manifest::{Arm, Listed};
use crate::record::{ArmId, Turn};
use crate::train::Watch;
use std::collections::{BTreeMap, BTreeSet};

/// What is asked of the runs of some arms.
pub struct Asked<'e> {
    /// Of every run, where its pipeline lies in memory: parts of cross-validation may have their own.
    runs: BTreeMap<(&'e ArmId, Turn), usize>,
    pipelines: BTreeMap<usize, (Graph, Watch)>,
    /// Arms whose parts have measures of their own.
    mixed: BTreeSet<ArmId>,
}

impl<'e> Asked<'e> {
    pub fn of<'s>(experiment: &Experiment, cells: &'e [Cell<'_>], runs: impl Iterator<Item = Listed<'s>>) -> Self {
        let wanted: BTreeMap<&ArmId, &Arm> = runs.map(|run| (&run.arm.arm, run.arm)).collect();
        let (mut runs, mut pipelines) = (BTreeMap::new(), BTreeMap::new());
        for cell in cells.iter().filter(|cell| wanted.contains_key(&*cell.arm)) {
            let at = std::ptr::from_ref(cell.pipeline).addr();
            runs.insert((&*cell.arm, cell.turn), at);
            pipelines
                .entry(at)
                .or_insert_with(|| (graph::lower(cell.pipeline), experiment::watch(experiment, cell.pipeline)));
        }
        let mixed = wanted.into_values().filter(|arm| arm.measures_differ()).map(|arm| arm.arm.clone()).collect();
        Self { runs, pipelines, mixed }
    }

    /// Of one run.
    pub fn of_run(&self, arm: &ArmId, turn: Turn) -> Option<&(Graph, Watch)> {
        self.pipelines.get(self.runs.get(&(arm, turn))?)
    }

    /// The graph of its first run, whose outputs and metrics are those of all; `None` where they are not.
    pub fn of_arm(&self, arm: &ArmId) -> Option<&Graph> {
        if self.mixed.contains(arm) {
            return None;
        }
        let first = self.runs.range((arm, Turn::default())..).next().filter(|((own, _), _)| *own == arm)?;
        self.pipelines.get(first.1).map(|(graph, _)| graph)
    }
}
