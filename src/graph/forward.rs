//! The forward pass and the objective: functions of graph, weights, route and inputs.

use super::{Graph, Op, Weights};
use crate::builtin::Link;
use crate::tensor::{self, Context, Mode, Tensor};

/// Outputs of the network that `route` picks, one replica a module. The statistics of modules that are not `frozen` move
/// along while the context trains.
pub fn forward(
    graph: &Graph,
    context: &mut Context,
    weights: &mut Weights,
    route: &[usize],
    frozen: &[bool],
    inputs: &[Tensor],
) -> Vec<Tensor> {
    outputs(graph, &values(graph, context, weights, (route, frozen), inputs, None))
}

/// Outputs of several networks, one list a route. What they have in common with the first is computed once.
pub fn forward_each(
    graph: &Graph,
    context: &mut Context,
    weights: &mut Weights,
    routes: &[Vec<usize>],
    frozen: &[Vec<bool>],
    inputs: &[Tensor],
) -> Vec<Vec<Tensor>> {
    let mut first: Option<Vec<Tensor>> = None;
    let each = routes.iter().zip(frozen).map(|(route, frozen)| {
        let before = first.as_ref().map(|values| (shared(graph, &routes[0], route), values.as_slice()));
        let values = values(graph, context, weights, (route, frozen), inputs, before);
        let outputs = outputs(graph, &values);
        first.get_or_insert(values);
        outputs
    });
    each.collect()
}

/// Whether each node has the same value on both routes: no replica that differs stands at it or before it.
fn shared(graph: &Graph, first: &[usize], route: &[usize]) -> Vec<bool> {
    let mut shared: Vec<bool> = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        shared.push(node.module.is_none_or(|m| first[m] == route[m]) && node.inputs.iter().all(|&i| shared[i]));
    }
    shared
}

/// How often each node is computed by [`forward_each`].
pub fn computed(graph: &Graph, routes: &[Vec<usize>]) -> Vec<u64> {
    let mut times = vec![0; graph.nodes.len()];
    for (i, route) in routes.iter().enumerate() {
        let shared = shared(graph, &routes[0], route);
        times.iter_mut().zip(shared).for_each(|(times, shared)| *times += u64::from(i == 0 || !shared));
    }
    times
}

fn outputs(graph: &Graph, values: &[Tensor]) -> Vec<Tensor> {
    graph.outputs.iter().map(|o| values[o.node].clone()).collect()
}

/// The value of every node; those that are marked are taken from `before`.
fn values(
    graph: &Graph,
    context: &mut Context,
    weights: &mut Weights,
    (route, frozen): (&[usize], &[bool]),
    inputs: &[Tensor],
    before: Option<(Vec<bool>, &[Tensor])>,
) -> Vec<Tensor> {
    let mut values: Vec<Tensor> = Vec::with_capacity(graph.nodes.len());
    let mut taken: Vec<Tensor> = Vec::with_capacity(4);
    for (i, node) in graph.nodes.iter().enumerate() {
        let known = before.as_ref().and_then(|(shared, known)| shared[i].then(|| known[i].clone()));
        let value = match (&node.op, known) {
            (_, Some(known)) => known,
            (Op::Input(index), None) => inputs[*index].clone(),
            (Op::Layer { layer, .. }, None) => {
                taken.clear();
                taken.extend(node.inputs.iter().map(|&i| values[i].clone()));
                match &node.weights {
                    None => layer.apply(context, &[], &taken),
                    Some((module, range)) => {
                        let (m, replica) = (*module, route[*module]);
                        context.frozen = frozen[m];
                        let result = layer.apply(context, &weights.of(m, replica)[range.clone()], &taken);
                        if context.mode == Mode::Train && !frozen[m] {
                            for (index, value) in context.take_kept() {
                                weights.of_mut(m, replica)[range.start + index]
                                    .modify(|w| w.copy_from_slice(&value.values()));
                            }
                        }
                        result
                    }
                }
            }
        };
        values.push(value);
    }
    values
}

/// The loss of a batch: the sum of the terms, a scalar.
pub fn objective(graph: &Graph, context: &mut Context, outputs: &[Tensor], targets: &[Tensor]) -> Tensor {
    let mut sum: Option<Tensor> = None;
    for term in &graph.terms {
        let target = term.target.map(|t| &targets[t]);
        let loss = term.loss.apply(context, &outputs[term.output], target);
        let scaled =
            if term.coefficient == 1.0 { loss } else { tensor::scale(context, &loss, term.coefficient as f32, 0.0) };
        sum = Some(match sum {
            None => scaled,
            Some(before) => tensor::arithmetic(context, tensor::Arithmetic::Add, &before, &scaled),
        });
    }
    sum.expect("a loss has a term")
}

/// What a person reads: probabilities of logits.
pub fn linked(context: &mut Context, output: &Tensor, link: Link) -> Tensor {
    match link {
        Link::Identity => output.clone(),
        Link::Softmax => tensor::softmax(context, tensor::Softmax::Chances, output, output.axes().len() - 1),
        Link::Sigmoid => tensor::activate(context, output, tensor::Activation::Sigmoid),
    }
}
