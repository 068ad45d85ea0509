//! The cache of the frozen prefix: values of a phase's samples that no step changes, rows by node and sample. Owns how long they
//! are valid; which nodes they are of is the graph's to say.

use crate::graph::{Graph, Prefix};
use crate::plan::{Phase, Plan, Route};
use crate::tensor::{Device, Tensor};
use std::collections::BTreeMap;

/// Rows of the cached nodes, and what they were computed by.
#[derive(Debug)]
pub struct PrefixCache {
    /// Modules and replicas that learn in some phase.
    pub ever_learns: Vec<(usize, usize)>,
    /// Samples computed at a time: the pipeline's batch, whatever that of the phase is.
    pub batch: usize,
    /// How often a replica has begun to learn.
    begun: BTreeMap<(usize, usize), u64>,
    rows: BTreeMap<usize, Rows>,
    /// Of the phase that runs, where something is cached for it.
    prefix: Option<Prefix>,
}

/// One node's values, a row a sample.
#[derive(Debug, Default)]
struct Rows {
    /// The replicas before the node, each with how often it had begun to learn.
    made_by: Vec<(usize, usize, u64)>,
    width: usize,
    /// By sample: the number of its row, from 1.
    place: Vec<u32>,
    values: Vec<f32>,
}

impl Rows {
    fn has(&self, id: u32) -> bool {
        self.place.get(id as usize).is_some_and(|row| *row > 0)
    }
}

impl PrefixCache {
    pub fn new(plan: &Plan) -> Self {
        let mut ever_learns: Vec<(usize, usize)> = plan.phases.iter().flat_map(|p| p.train.iter().copied()).collect();
        ever_learns.sort_unstable();
        ever_learns.dedup();
        Self { ever_learns, batch: plan.batch.max(1), begun: BTreeMap::new(), rows: BTreeMap::new(), prefix: None }
    }

    /// What was made by modules that learn from now on is valid no longer, and nothing is cached for the phase yet.
    pub fn begin(&mut self, phase: &Phase) {
        for &place in &phase.train {
            *self.begun.entry(place).or_default() += 1;
        }
        let begun = &self.begun;
        let holds = |&(m, r, count): &(usize, usize, u64)| begun.get(&(m, r)).copied().unwrap_or(0) == count;
        self.rows.retain(|_, rows| rows.made_by.iter().all(holds));
        self.prefix = None;
    }

    /// Samples of which some cached value is not known; in ascending order.
    pub fn missing(&mut self, graph: &Graph, prefix: &Prefix, route: &Route, ids: &[u32]) -> Vec<u32> {
        // Rows of nodes that nobody asks for any more only cost memory.
        self.rows.retain(|node, _| prefix.cached.contains(node));
        for &node in &prefix.cached {
            let made_by = self.made_by(graph, node, route);
            let known = self.rows.entry(node).or_default();
            if known.made_by != made_by || known.width == 0 {
                let width = graph.nodes[node].axes.iter().product();
                *known = Rows { made_by, width, ..Rows::default() };
            }
        }
        let known = |id: u32| prefix.cached.iter().all(|node| self.rows[node].has(id));
        let mut missing: Vec<u32> = ids.iter().copied().filter(|&id| !known(id)).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    fn made_by(&self, graph: &Graph, node: usize, route: &Route) -> Vec<(usize, usize, u64)> {
        let mut before = vec![false; node + 1];
        before[node] = true;
        for i in (0..=node).rev() {
            if before[i] {
                graph.nodes[i].inputs.iter().for_each(|&input| before[input] = true);
            }
        }
        let owners = graph.nodes.iter().zip(&before).filter(|(_, before)| **before);
        let mut owners: Vec<usize> = owners.filter_map(|(node, _)| node.weights.as_ref().map(|(m, _)| *m)).collect();
        owners.sort_unstable();
        owners.dedup();
        let stamp = |m: usize| (m, route[m], self.begun.get(&(m, route[m])).copied().unwrap_or(0));
        owners.into_iter().map(stamp).collect()
    }

    /// Takes in the values of these samples, one tensor a cached node; rows beyond the samples are none.
    pub fn put(&mut self, prefix: &Prefix, ids: &[u32], values: &[Tensor]) {
        for (node, tensor) in prefix.cached.iter().zip(values) {
            let rows = self.rows.entry(*node).or_default();
            let all = tensor.values();
            for (&id, row) in ids.iter().zip(all.chunks_exact(rows.width.max(1))) {
                if rows.has(id) {
                    continue;
                }
                if rows.place.len() <= id as usize {
                    rows.place.resize(id as usize + 1, 0);
                }
                rows.values.extend_from_slice(row);
                rows.place[id as usize] = (rows.values.len() / rows.width.max(1)) as u32;
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
    pub fn rows(&self, device: &Device, node: usize, ids: &[u32], axes: &[usize]) -> Tensor {
        let rows = &self.rows[&node];
        let places: Vec<u32> = ids.iter().map(|&id| rows.place[id as usize] - 1).collect();
        device.gather(&rows.values, rows.width, &places, axes)
    }
}
