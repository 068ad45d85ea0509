//! The frozen prefix of a network: the nodes before everything that learns in a phase, whose values of a sample can be computed
//! once and cached. Owns which nodes those are and whether caching them pays; computes and stores no value.

use super::{Graph, NodeId};
use crate::hir::NodeOp;
use crate::id::{ReplicaId, Route};
use std::collections::BTreeSet;

/// Bytes of values that a phase may cache. A limit of the language, not of the machine: what is cached must not depend on how
/// much memory happens to be free.
pub const CACHE_BYTES: u64 = 2 << 30;

/// Operations a number, from which on a value is worth caching: reading it from memory costs about as much as a few.
const CHEAP: u64 = 8;

/// The nodes whose values are cached, and what is left to compute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// Nodes whose values are cached, a row a sample; in the order they are computed.
    pub cached: Vec<NodeId>,
    /// By node, whether a step still computes it (or reads it, for an input).
    pub computed: Vec<bool>,
    /// By node, whether the cached values need it.
    pub filled: Vec<bool>,
    /// Whether it stays as it is for the whole run.
    pub lasts: bool,
}

/// What of a phase decides which values can be cached.
#[derive(Clone, Copy, Debug)]
pub struct CacheScope<'m> {
    /// The networks the phase runs through.
    pub routes: &'m [Route],
    /// Replicas that learn in it, and in any phase of the plan.
    pub learns: &'m [ReplicaId],
    pub ever_learns: &'m [ReplicaId],
    /// Whether samples lose modalities or are mixed in it, others in every step: no value is then the same.
    pub varies: bool,
    /// Whether random layers of modules that do not learn in it draw nothing.
    pub stills: bool,
    /// Samples in its set; those it takes in one visit, and in all its visits.
    pub samples: u64,
    pub visit: u64,
    pub run: u64,
}

impl Prefix {
    /// The prefix of a phase: all that stays the same in a visit, where the visit sees samples again; else what never
    /// changes in the run, where the run does. `None` where nothing is worth it or fits in [`CACHE_BYTES`].
    pub fn of(graph: &Graph, scope: &CacheScope<'_>) -> Option<Self> {
        if scope.varies {
            return None;
        }
        let ever = || {
            let found = Self::before(graph, scope, scope.ever_learns).map(|p| Self { lasts: true, ..p });
            found.filter(|p| scope.run > scope.samples && p.fits(graph, scope.samples))
        };
        let now = || {
            let found = Self::before(graph, scope, scope.learns);
            found.filter(|p| scope.visit > scope.samples && p.fits(graph, scope.samples))
        };
        let ever = ever();
        match now() {
            // The same values, known for longer.
            Some(now) => match ever {
                Some(ever) if ever.cached == now.cached => Some(ever),
                Some(_) | None => Some(now),
            },
            None => ever,
        }
    }

    /// Bytes of the values of so many samples.
    pub fn bytes(&self, graph: &Graph, samples: u64) -> u64 {
        let numbers = self.cached.iter().map(|&i| elements(graph, i)).sum::<u64>().saturating_mul(samples);
        numbers.saturating_mul(size_of::<f32>() as u64)
    }

    fn fits(&self, graph: &Graph, samples: u64) -> bool {
        self.bytes(graph, samples) <= CACHE_BYTES
    }

    /// All that no weight of `learns` stands before.
    fn before(graph: &Graph, scope: &CacheScope<'_>, learns: &[ReplicaId]) -> Option<Self> {
        let same = unchanging(graph, scope, learns);
        let mut cached = frontier(graph, &same)?;
        let (computed, whole) = (vec![], vec![]);
        shrink(graph, &costly(graph, &same), &mut cached);
        let mut prefix = Self { cached: cached.into_iter().collect(), computed, filled: whole, lasts: false };
        let outputs: Vec<NodeId> = graph.outputs.iter().map(|o| o.node).collect();
        prefix.computed = reach(graph, &outputs, &prefix.cached);
        prefix.filled = reach(graph, &prefix.cached, &[]);
        (!prefix.cached.is_empty()).then_some(prefix)
    }
}

fn elements(graph: &Graph, node: NodeId) -> u64 {
    graph.node(node).axes.iter().product::<usize>() as u64
}

/// By node, whether its value of a sample is the same in every step: no weight that learns, no random layer that draws and no
/// redrawn input at it or before it, and the same replicas on every route.
fn unchanging(graph: &Graph, scope: &CacheScope<'_>, learns: &[ReplicaId]) -> Vec<bool> {
    let mut same: Vec<bool> = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        let own = match &node.op {
            NodeOp::Input(index) => !graph.inputs[*index].redrawn,
            NodeOp::Layer { layer, .. } => {
                let still = node.weights.as_ref().is_none_or(|(m, _)| {
                    let replica = scope.routes[0].of(*m);
                    scope.routes.iter().all(|route| route.of(*m) == replica) && !learns.contains(&replica)
                });
                let learning = |m| scope.routes.iter().any(|route| scope.learns.contains(&route.of(m)));
                let draws = layer.is_random() && !(scope.stills && node.module.is_some_and(|m| !learning(m)));
                !draws && still
            }
        };
        same.push(own && node.inputs.iter().all(|i| same[i.0]));
    }
    same
}

fn is_cheap(graph: &Graph, node: NodeId) -> bool {
    graph.node(node).flops <= CHEAP * elements(graph, node)
}

/// By node, whether it is unchanging and takes real work to compute.
fn costly(graph: &Graph, same: &[bool]) -> Vec<bool> {
    let mut costly: Vec<bool> = Vec::with_capacity(graph.nodes.len());
    for (i, node) in graph.nodes.iter().enumerate() {
        let layer = matches!(node.op, NodeOp::Layer { .. });
        costly.push(layer && same[i] && (!is_cheap(graph, NodeId(i)) || node.inputs.iter().any(|i| costly[i.0])));
    }
    costly
}

/// Costly nodes that something else reads: a node that changes, or the loss.
fn frontier(graph: &Graph, same: &[bool]) -> Option<BTreeSet<NodeId>> {
    let costly = costly(graph, same);
    let changing = graph.nodes.iter().zip(same).filter(|(_, same)| !**same).flat_map(|(node, _)| &node.inputs);
    let read = changing.copied().chain(graph.outputs.iter().map(|o| o.node));
    let found: BTreeSet<NodeId> = read.filter(|i| costly[i.0]).collect();
    (!found.is_empty()).then_some(found)
}

/// Caches what a cheap node reads in the place of what it makes, where that is less: `filter(x)` and not `filter(x) * x`.
fn shrink(graph: &Graph, costly: &[bool], cached: &mut BTreeSet<NodeId>) {
    for i in (0..graph.nodes.len()).rev().map(NodeId) {
        if !cached.contains(&i) || !is_cheap(graph, i) {
            continue;
        }
        let reads: BTreeSet<NodeId> = graph.node(i).inputs.iter().copied().filter(|i| costly[i.0]).collect();
        let more: u64 = reads.difference(cached).map(|&i| elements(graph, i)).sum();
        if more < elements(graph, i) {
            cached.remove(&i);
            cached.extend(reads);
        }
    }
}

/// By node, whether `ends` need it computed, given the values of `known`.
fn reach(graph: &Graph, ends: &[NodeId], known: &[NodeId]) -> Vec<bool> {
    let mut needed = vec![false; graph.nodes.len()];
    ends.iter().for_each(|i| needed[i.0] = true);
    for i in (0..graph.nodes.len()).rev() {
        needed[i] &= !known.contains(&NodeId(i));
        if needed[i] {
            graph.nodes[i].inputs.iter().for_each(|input| needed[input.0] = true);
        }
    }
    needed
}
