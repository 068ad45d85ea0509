//! The cache of the frozen prefix: values of a phase's samples that no step changes, rows by node and sample. Owns how long they
//! are valid; which nodes they are of is the graph's to say.

use crate::graph::{Graph, NodeId, Prefix};
use crate::id::{ModuleId, ReplicaId, SampleId};
use crate::plan::{Phase, Plan, Route};
use crate::tensor::{Device, Tensor};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of the cached nodes, and what they were computed by.
#[derive(Debug)]
pub struct PrefixCache {
    /// Replicas that learn in some phase.
    pub ever_learns: Vec<ReplicaId>,
    /// Samples computed at a time: the pipeline's batch, whatever that of the phase is.
    pub batch: usize,
    /// How often a replica has begun to learn.
    begun: BTreeMap<ReplicaId, u64>,
    rows: BTreeMap<NodeId, Rows>,
    /// Of the phase that runs, where something is cached for it.
    prefix: Option<Prefix>,
}

/// One node's values, a row a sample.
#[derive(Debug, Default)]
struct Rows {
    /// The replicas before the node, each with how often it had begun to learn.
    made_by: Vec<(ReplicaId, u64)>,
    width: usize,
    /// By sample: the number of its row, from 1.
    place: Vec<u32>,
    values: Vec<f32>,
}

impl Rows {
    fn has(&self, id: SampleId) -> bool {
        self.place.get(id.row()).is_some_and(|row| *row > 0)
    }
}

impl PrefixCache {
    pub fn new(plan: &Plan) -> Self {
        let (ever_learns, batch) = (plan.ever_trained(), plan.batch.max(1));
        Self { ever_learns, batch, begun: BTreeMap::new(), rows: BTreeMap::new(), prefix: None }
    }

    /// What was made by modules that learn from now on is valid no longer, and nothing is cached for the phase yet.
    pub fn begin(&mut self, phase: &Phase) {
        for replica in &phase.train {
            *self.begun.entry(*replica).or_default() += 1;
        }
        let begun = &self.begun;
        let holds = |(replica, count): &(ReplicaId, u64)| begun.get(replica).copied().unwrap_or(0) == *count;
        self.rows.retain(|_, rows| rows.made_by.iter().all(holds));
        self.prefix = None;
    }

    /// Samples of which some cached value is not known; in ascending order.
    pub fn missing(&mut self, graph: &Graph, prefix: &Prefix, route: &Route, ids: &[SampleId]) -> Vec<SampleId> {
        // Rows of nodes that nobody asks for any more only cost memory.
        self.rows.retain(|node, _| prefix.cached.contains(node));
        for &node in &prefix.cached {
            let made_by = self.made_by(graph, node, route);
            let known = self.rows.entry(node).or_default();
            if known.made_by != made_by || known.width == 0 {
                let width = graph.node(node).axes.iter().product();
                *known = Rows { made_by, width, ..Rows::default() };
            }
        }
        let known = |id: SampleId| prefix.cached.iter().all(|node| self.rows[node].has(id));
        let mut missing: Vec<SampleId> = ids.iter().copied().filter(|&id| !known(id)).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    fn made_by(&self, graph: &Graph, node: NodeId, route: &Route) -> Vec<(ReplicaId, u64)> {
        let mut before = vec![false; node.0 + 1];
        before[node.0] = true;
        for i in (0..=node.0).rev() {
            if before[i] {
                graph.nodes[i].inputs.iter().for_each(|input| before[input.0] = true);
            }
        }
        let before = graph.nodes.iter().zip(&before).filter(|(_, before)| **before);
        let owners: BTreeSet<ModuleId> = before.filter_map(|(node, _)| Some(node.weights.as_ref()?.0)).collect();
        let replicas = owners.into_iter().map(|module| route.of(module));
        replicas.map(|replica| (replica, self.begun.get(&replica).copied().unwrap_or(0))).collect()
    }

    /// Takes in the values of these samples, one tensor a cached node; rows beyond the samples are none.
    pub fn put(&mut self, prefix: &Prefix, ids: &[SampleId], values: &[Tensor]) {
        for (node, tensor) in prefix.cached.iter().zip(values) {
            let rows = self.rows.entry(*node).or_default();
            let all = tensor.values();
            for (&id, row) in ids.iter().zip(all.chunks_exact(rows.width.max(1))) {
                if rows.has(id) {
                    continue;
                }
                if rows.place.len() <= id.row() {
                    rows.place.resize(id.row() + 1, 0);
                }
                rows.values.extend_from_slice(row);
                rows.place[id.row()] = (rows.values.len() / rows.width.max(1)) as u32;
            }
        }
    }

    /// From now on steps take their values from here.
    pub fn activate(&mut self, prefix: Prefix) {
        self.prefix = Some(prefix);
    }

    pub fn prefix(&self) -> Option<&Prefix> {
        self.prefix.as_ref()
    }

    /// The values of a cached node for these samples.
    pub fn rows(&self, device: &Device, node: NodeId, ids: &[SampleId], axes: &[usize]) -> Tensor {
        let rows = &self.rows[&node];
        let places = ids.iter().map(|id| rows.place[id.row()] as usize - 1);
        device.gather(&rows.values, rows.width, places, axes)
    }
}
