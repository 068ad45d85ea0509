//! What a plan costs before it runs: updates, samples, floating-point operations, memory. Owns the counting rules; time is
//! these figures held against a measurement.

mod memory;
pub mod sheet;

use crate::graph::prefix::CacheScope;
use crate::graph::{Graph, Node, NodeId, Prefix, computed};
use crate::plan::{self, Count, Phase, Plan};
use std::collections::BTreeMap;

/// One phase over all its visits.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseCost {
    /// Samples in its set.
    pub set: usize,
    /// Steps of one visit.
    pub steps: u64,
    pub visits: u64,
    /// Floating-point operations of one sample in a step, forward and backward (a multiply-add counts two).
    pub flops_per_sample: u64,
    /// Operations of one sample whose result is cached, so that they are not done in every step; 0 where nothing is.
    pub cached_flops_per_sample: u64,
    /// Samples whose values are computed to be cached, over all visits.
    pub cached_samples: u64,
    /// Bytes of what is cached.
    pub cached_bytes: u64,
    pub total_steps: u64,
    pub total_samples: u64,
}

/// A whole run.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    pub phases: Vec<PhaseCost>,
    pub steps: u64,
    pub samples: u64,
    pub flops: u64,
    /// Weights, their gradients and optimizer state, and what the largest step holds, in bytes; the data is beside it.
    pub peak_bytes: u64,
}

/// `sizes`: samples in the set of every phase; `train`: samples in the training split.
pub fn cost(plan: &Plan, graph: &Graph, sizes: &[usize], train: usize) -> Cost {
    let Count { position, visits, totals, .. } = plan::count(plan, train, sizes);
    let cached: Vec<Option<(Prefix, u64)>> = (0..plan.phases.len())
        .map(|i| cached(plan, graph, i, sizes[i], totals[i].samples).map(|prefix| (prefix, sizes[i] as u64)))
        .collect();
    // What lasts for the run is computed once a sample, whatever phase asks first.
    let mut lasting: BTreeMap<&[NodeId], u64> = BTreeMap::new();
    let phases: Vec<PhaseCost> = (0..plan.phases.len())
        .map(|i| {
            let (phase, visits, total) = (&plan.phases[i], visits[i], totals[i]);
            let mut cost = PhaseCost {
                set: sizes[i],
                steps: phase.steps(sizes[i]),
                visits,
                flops_per_sample: flops(graph, phase, cached[i].as_ref().map(|(prefix, _)| prefix)),
                cached_flops_per_sample: 0,
                cached_samples: 0,
                cached_bytes: 0,
                total_steps: total.steps,
                total_samples: total.samples,
            };
            if let Some((prefix, samples)) = &cached[i] {
                let filled = graph.nodes.iter().zip(&prefix.filled).filter(|(_, filled)| **filled);
                cost.cached_flops_per_sample = sum(filled.map(|(node, _)| node.flops));
                cost.cached_bytes = prefix.bytes(graph, *samples);
                cost.cached_samples = if prefix.lasts {
                    let known = lasting.entry(&prefix.cached).or_default();
                    let new = (*samples).min((train as u64).max(*samples).saturating_sub(*known));
                    *known += new;
                    new
                } else {
                    samples.saturating_mul(visits)
                };
            }
            cost
        })
        .collect();
    let of = |p: &PhaseCost| {
        let cached = p.cached_flops_per_sample.saturating_mul(p.cached_samples);
        p.flops_per_sample.saturating_mul(p.total_samples).saturating_add(cached)
    };
    let flops = sum(phases.iter().map(of));
    Cost {
        steps: position.steps,
        samples: position.samples,
        flops,
        peak_bytes: memory::peak(plan, graph, sizes, &cached),
        phases,
    }
}

/// What a phase over so many samples caches, where it takes `run` samples in all its visits.
fn cached(plan: &Plan, graph: &Graph, phase: usize, samples: usize, run: u64) -> Option<Prefix> {
    let phase = &plan.phases[phase];
    let visit = phase.visit(samples, 0).samples;
    Prefix::of(
        graph,
        &CacheScope {
            routes: &phase.routes,
            learns: &phase.train,
            varies: phase.varies(),
            stills: !phase.frozen_dropout,
            ever_learns: &plan.ever_trained(),
            samples: samples as u64,
            visit,
            run,
        },
    )
}

/// Which nodes a gradient passes through: those with a learning weight at or before them.
fn passes_gradient(graph: &Graph, phase: &Phase) -> Vec<bool> {
    let mut passes: Vec<bool> = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        passes.push(learns(node, phase) || node.inputs.iter().any(|i| passes[i.0]));
    }
    passes
}

fn learns(node: &Node, phase: &Phase) -> bool {
    node.weights.as_ref().is_some_and(|(module, _)| phase.rule(*module).is_some())
}

/// Forward once a route, or once where routes agree; backward once more for the weights where they learn, and once for the
/// inputs where a gradient goes on. What is cached is not computed.
fn flops(graph: &Graph, phase: &Phase, prefix: Option<&Prefix>) -> u64 {
    let passes = passes_gradient(graph, phase);
    let of = |(i, (node, times)): (usize, (&Node, u64))| {
        if prefix.is_some_and(|prefix| !prefix.computed[i]) {
            return 0;
        }
        let weights = u64::from(learns(node, phase));
        let inputs = u64::from(node.inputs.iter().any(|i| passes[i.0]));
        node.flops.saturating_mul((1 + weights + inputs) * times)
    };
    sum(graph.nodes.iter().zip(computed(graph, &phase.routes)).enumerate().map(of))
}

/// What is too much to be counted is as much as can be.
fn sum(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(0, u64::saturating_add)
}

/// What a machine is guessed to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Machine {
    /// Seconds to begin an operation.
    pub call: f64,
    /// Operations a second where a step has few of them, and where it has many: `step` of them.
    pub small: f64,
    pub large: f64,
    pub step: f64,
}

/// One thread of a machine with wide vectors: small products run at about a third of the speed of large ones.
pub const CPU: Machine = Machine { call: 1e-6, small: 2e10, large: 8e10, step: 1e8 };

/// An H200 in 32-bit floats, of whose 67 TFLOP/s (NVIDIA's data sheet) 15 are assumed to be sustained by large steps, and 10 µs
/// to begin an operation forward and backward. An assumption: nothing of it was measured here.
pub const H200: Machine = Machine { call: 1e-5, small: 1e12, large: 1.5e13, step: 1e10 };

/// What is evaluated beside training: samples of networks, and the batches that these come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    pub samples: u64,
    pub batches: u64,
}

/// Seconds of one run from the number of operations alone: a rough guess.
pub fn guess(cost: &Cost, looks: Looks, (graph, plan): (&Graph, &Plan), machine: &Machine) -> f64 {
    let phases = plan.phases.iter().zip(&cost.phases);
    let seconds = phases.map(|(phase, cost)| {
        let step = cost.flops_per_sample as f64 * phase.batch.size() as f64;
        let speed = if step / phase.accumulate as f64 > machine.step { machine.large } else { machine.small };
        let calls: u64 = computed(graph, &phase.routes).iter().sum();
        let cached = cost.cached_flops_per_sample as f64 * cost.cached_samples as f64;
        cost.total_steps as f64 * (step / speed + (phase.accumulate as u64 * calls) as f64 * machine.call)
            + cached / speed
    });
    let forward = sum(graph.nodes.iter().map(|node| node.flops)) as f64 * looks.samples as f64;
    let speed = if forward / looks.batches.max(1) as f64 > machine.step { machine.large } else { machine.small };
    let calls = looks.batches as f64 * graph.nodes.len() as f64;
    seconds.sum::<f64>() + forward / speed + calls * machine.call
}
