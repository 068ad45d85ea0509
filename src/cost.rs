//! What a plan costs before it runs: updates, samples, floating-point operations, memory. Owns the counting rules; time is
//! these figures held against a measurement.

pub mod sheet;

use crate::builtin::WeightKind;
use crate::graph::{Graph, Node, Op, computed};
use crate::plan::{self, Phase, Plan};

/// One phase over all its visits.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseCost {
    /// Samples in its set.
    pub set: usize,
    /// Steps of one visit.
    pub steps: u64,
    pub visits: u64,
    /// Floating-point operations of one sample, forward and backward (a multiply-add counts two).
    pub flops_per_sample: u64,
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
    /// Weights, their gradients and optimizer state, and the activations of the largest batch, in bytes.
    pub peak_bytes: u64,
}

/// `sizes`: samples in the set of every phase; `train`: samples in the training split.
pub fn cost(plan: &Plan, graph: &Graph, sizes: &[usize], train: usize) -> Cost {
    let mut phases: Vec<PhaseCost> = plan
        .phases
        .iter()
        .zip(sizes)
        .map(|(phase, &set)| PhaseCost {
            set,
            steps: phase.steps(set),
            visits: 0,
            flops_per_sample: flops(graph, phase),
            total_steps: 0,
            total_samples: 0,
        })
        .collect();
    let walked = plan::walk::<()>(plan, train, |visit| {
        let turn = plan.phases[visit.phase].turn(sizes[visit.phase], visit.number);
        let cost = &mut phases[visit.phase];
        cost.visits += 1;
        cost.total_steps += turn.steps;
        cost.total_samples += turn.samples;
        Ok(turn)
    });
    let position = walked.unwrap_or_default();
    let flops = phases.iter().map(|p| p.flops_per_sample * p.total_samples).sum();
    Cost { phases, steps: position.steps, samples: position.samples, flops, peak_bytes: peak(plan, graph) }
}

/// Which nodes a gradient passes through: those with a learning weight at or before them.
fn passes_gradient(graph: &Graph, phase: &Phase) -> Vec<bool> {
    let mut passes: Vec<bool> = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        passes.push(learns(node, phase) || node.inputs.iter().any(|&i| passes[i]));
    }
    passes
}

fn learns(node: &Node, phase: &Phase) -> bool {
    node.weights.as_ref().is_some_and(|(module, _)| phase.rules[*module].is_some())
}

/// Forward once a route, or once where routes agree; backward once more for the weights where they learn, and once for the inputs where a gradient goes on.
fn flops(graph: &Graph, phase: &Phase) -> u64 {
    let passes = passes_gradient(graph, phase);
    let of = |(node, times): (&Node, u64)| {
        let weights = u64::from(learns(node, phase));
        let inputs = u64::from(node.inputs.iter().any(|&i| passes[i]));
        node.flops * (1 + weights + inputs) * times
    };
    graph.nodes.iter().zip(computed(graph, &phase.routes)).map(of).sum()
}

fn peak(plan: &Plan, graph: &Graph) -> u64 {
    let float = size_of::<f32>() as u64;
    let numbers = |module: usize| -> u64 {
        graph.modules[module].weights.iter().map(|w| w.axes.iter().product::<usize>() as u64).sum()
    };
    let learned = |module: usize| -> u64 {
        let weights = graph.modules[module].weights.iter().filter(|w| w.kind == WeightKind::Learned);
        weights.map(|w| w.axes.iter().product::<usize>() as u64).sum()
    };
    let held: u64 = plan.modules.iter().enumerate().map(|(m, module)| numbers(m) * module.replicas as u64).sum();
    let slots: u64 = plan
        .modules
        .iter()
        .enumerate()
        .map(|(m, module)| {
            let slots = plan.phases.iter().filter_map(|p| p.rules[m].as_ref()).map(|r| r.optimizer.slots()).max();
            learned(m) * slots.unwrap_or(0) as u64 * module.replicas as u64
        })
        .sum();
    let step = |phase: &Phase| -> u64 {
        let passes = passes_gradient(graph, phase);
        let activations: u64 = graph
            .nodes
            .iter()
            .zip(&passes)
            .zip(computed(graph, &phase.routes))
            .map(|((node, passes), times)| {
                let size = node.axes.iter().product::<usize>() as u64;
                // The gradient of an input is given back as soon as it is passed on; about half of them are held at once.
                let copies = if *passes && !matches!(node.op, Op::Input(_)) { 3 } else { 2 };
                size * copies * times / 2
            })
            .sum();
        let gradients: u64 = phase.train.iter().map(|&(m, _)| learned(m)).sum();
        activations * phase.batch as u64 + gradients
    };
    (held + slots + plan.phases.iter().map(step).max().unwrap_or(0)) * float
}

/// Seconds of one run from the number of operations alone: a rough guess for one thread of a machine with wide vectors.
/// Small products run at about a third of the speed of large ones, and every operation costs its call.
pub fn guess(cost: &Cost, graph: &Graph, plan: &Plan) -> f64 {
    const CALL: f64 = 1e-6;
    const SMALL: f64 = 2e10;
    const LARGE: f64 = 8e10;
    let phases = plan.phases.iter().zip(&cost.phases);
    let seconds = phases.map(|(phase, cost)| {
        let step = cost.flops_per_sample as f64 * phase.batch as f64;
        let speed = if step > 1e8 { LARGE } else { SMALL };
        let calls: u64 = computed(graph, &phase.routes).iter().sum();
        cost.total_steps as f64 * (step / speed + calls as f64 * CALL)
    });
    seconds.sum()
}
