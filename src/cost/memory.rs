//! The memory of a run before it runs: weights, optimizer state, and what a step holds at its fullest. Owns the counting rules,
//! which follow the tape; a test holds them against a process.

use super::{learns, passes_gradient, sum};
use crate::builtin::WeightKind;
use crate::graph::{Graph, Node, NodeId, NodeOp, Prefix, computed};
use crate::id::ModuleId;
use crate::plan::{Phase, Plan};
use std::collections::BTreeMap;

/// Bytes of weights, optimizer state, cached values, and the largest step of any phase. By phase: the samples of its
/// set, and what is cached for how many of them.
pub fn peak(plan: &Plan, graph: &Graph, sizes: &[usize], cached: &[Option<(Prefix, u64)>]) -> u64 {
    let numbers = |module: ModuleId| -> u64 {
        graph.module(module).weights.iter().map(|w| w.axes.iter().product::<usize>() as u64).sum()
    };
    let held: u64 =
        plan.modules.iter().enumerate().map(|(m, module)| numbers(ModuleId(m)) * module.replicas as u64).sum();
    let slots: u64 = plan
        .modules
        .iter()
        .enumerate()
        .map(|(m, module)| slots(plan, graph, ModuleId(m)) * module.replicas as u64)
        .sum();
    let step = |((phase, samples), cached): ((&Phase, &usize), &Option<(Prefix, u64)>)| -> u64 {
        let gradients: u64 = phase.train.iter().map(|id| learned(graph, id.module)).sum();
        let rows = cached.as_ref().map_or(0, |(prefix, samples)| prefix.bytes(graph, *samples)) / FLOAT;
        let samples = phase.parts().largest(phase.batch.largest(*samples)) as u64;
        let each = activations(graph, phase, cached.as_ref().map(|(p, _)| p)).saturating_add(partners(graph, phase));
        let values = each.saturating_mul(samples);
        values.saturating_add(gradients).saturating_add(rows)
    };
    let most = plan.phases.iter().zip(sizes).zip(cached).map(step).max().unwrap_or(0);
    (held + slots).saturating_add(most).saturating_mul(FLOAT)
}

/// Numbers of one sample that are held while samples are mixed: those of its partner, one input after another.
fn partners(graph: &Graph, phase: &Phase) -> u64 {
    let largest = || graph.inputs.iter().map(|input| input.axes.iter().product::<usize>() as u64).max();
    if phase.mixup > 0.0 { largest().unwrap_or(0) } else { 0 }
}

const FLOAT: u64 = size_of::<f32>() as u64;

fn learned(graph: &Graph, module: ModuleId) -> u64 {
    let weights = graph.module(module).weights.iter().filter(|w| w.kind == WeightKind::Learned);
    weights.map(|w| w.axes.iter().product::<usize>() as u64).sum()
}

/// Numbers that the optimizers of all phases remember of one replica.
fn slots(plan: &Plan, graph: &Graph, module: ModuleId) -> u64 {
    let slots = plan.phases.iter().filter_map(|p| p.rule(module)).map(|r| r.optimizer.slots()).max();
    learned(graph, module) * slots.unwrap_or(0) as u64
}

/// Buffers in use, by their size: one that is given back is taken for the next of the same size, and for no other.
#[derive(Default)]
struct Pools(BTreeMap<u64, (u64, u64)>);

impl Pools {
    fn take(&mut self, size: u64, count: u64) {
        let (used, most) = self.0.entry(size).or_default();
        *used += count;
        *most = (*most).max(*used);
    }

    fn give(&mut self, size: u64, count: u64) {
        let (used, _) = self.0.entry(size).or_default();
        *used = used.saturating_sub(count);
    }

    fn total(&self) -> u64 {
        sum(self.0.iter().map(|(size, (_, most))| size.saturating_mul(*most)))
    }
}

/// Numbers of one sample that a step holds at its fullest: the values that the tape keeps until the backward pass has come
/// by, and the gradients on their way.
fn activations(graph: &Graph, phase: &Phase, prefix: Option<&Prefix>) -> u64 {
    let step = Step::of(graph, phase, prefix);
    let mut pools = Pools::default();
    step.forward(&mut pools);
    step.backward(&mut pools);
    pools.total()
}

struct Step<'g> {
    graph: &'g Graph,
    /// By node: how often it is computed or read, whether a gradient passes, and whether the tape keeps its value.
    times: Vec<u64>,
    passes: Vec<bool>,
    taped: Vec<bool>,
    /// By node, whether it draws nothing.
    stills: Vec<bool>,
}

impl<'g> Step<'g> {
    fn of(graph: &'g Graph, phase: &Phase, prefix: Option<&Prefix>) -> Self {
        let passes = passes_gradient(graph, phase);
        let stands = |i: usize| prefix.is_none_or(|p| p.computed[i] || p.cached.contains(&NodeId(i)));
        let times: Vec<u64> = computed(graph, &phase.routes)
            .into_iter()
            .enumerate()
            .map(|(i, t)| if stands(i) { t } else { 0 })
            .collect();
        let mut taped = vec![false; graph.nodes.len()];
        for (i, node) in graph.nodes.iter().enumerate().filter(|(i, _)| passes[*i]) {
            taped[i] = true;
            // What reads nothing but the gradient need not keep its inputs, and few layers do not.
            node.inputs
                .iter()
                .for_each(|input| taped[input.0] |= learns(node, phase) || passes[input.0] || node.inputs.len() > 1);
        }
        let stills = graph.nodes.iter().map(|node| node.module.is_some_and(|module| phase.stills(module))).collect();
        Self { graph, times, passes, taped, stills }
    }

    /// Numbers of a node's own; a view shows those of another.
    fn size(&self, i: usize) -> u64 {
        match &self.graph.nodes[i].op {
            NodeOp::Layer { layer, .. } if layer.is_view() => 0,
            NodeOp::Layer { .. } | NodeOp::Input(_) => self.graph.nodes[i].axes.iter().product::<usize>() as u64,
        }
    }

    /// Numbers that a layer saves for the backward pass beside what it reads and makes.
    fn saved(&self, node: &Node, i: usize) -> u64 {
        match &node.op {
            NodeOp::Layer { layer, .. } if self.passes[i] || (layer.is_random() && !self.stills[i]) => node.saved,
            NodeOp::Layer { .. } | NodeOp::Input(_) => 0,
        }
    }

    fn forward(&self, pools: &mut Pools) {
        for (i, node) in self.graph.nodes.iter().enumerate().filter(|(i, _)| self.times[*i] > 0) {
            pools.take(self.size(i), self.times[i]);
            pools.take(self.saved(node, i), self.times[i]);
            for &NodeId(input) in &node.inputs {
                let last = self.graph.last_readers[input] == Some(NodeId(i));
                if last && !self.taped[input] {
                    pools.give(self.size(input), self.times[input]);
                }
            }
        }
        // The loss turns outputs into probabilities.
        self.graph.outputs.iter().for_each(|output| pools.take(self.size(output.node.0), 1));
    }

    fn backward(&self, pools: &mut Pools) {
        let mut begun = vec![false; self.graph.nodes.len()];
        for output in &self.graph.outputs {
            let node = output.node.0;
            if self.passes[node] && !std::mem::replace(&mut begun[node], true) {
                pools.take(self.size(node), self.times[node]);
            }
        }
        for (i, node) in self.graph.nodes.iter().enumerate().rev().filter(|(i, _)| self.passes[*i]) {
            for &NodeId(input) in node.inputs.iter().filter(|input| self.passes[input.0]) {
                if !std::mem::replace(&mut begun[input], true) {
                    pools.take(self.size(input), self.times[input]);
                }
            }
            // Its value, its gradient and what it saved for this moment.
            pools.give(self.size(i), 2 * self.times[i]);
            pools.give(self.saved(node, i), self.times[i]);
        }
    }
}
