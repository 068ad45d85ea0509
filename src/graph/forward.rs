//! The forward pass and the objective: functions of graph, weights, route and inputs.

use super::{Graph, Node, NodeId, Term, Weights};
use crate::builtin::Link;
use crate::hir::NodeOp;
use crate::id::Route;
use crate::tensor::{self, Context, Mode, Tensor};

/// Outputs of the network that `route` picks, one replica a module. The statistics of modules that are not `frozen` move
/// along while the context trains.
pub fn forward(
    graph: &Graph,
    context: &mut Context,
    weights: &mut Weights,
    route: &Route,
    frozen: &[bool],
    inputs: &[Tensor],
) -> Vec<Tensor> {
    let known = NodeValues::inputs(graph, inputs);
    outputs(graph, &values(graph, context, weights, (route, frozen), known))
}

/// Outputs of several networks, one list a route. What they have in common with the first is computed once, random layers and
/// running statistics too.
pub fn forward_each(
    graph: &Graph,
    context: &mut Context,
    weights: &mut Weights,
    routes: &[Route],
    frozen: &[Vec<bool>],
    known: NodeValues,
) -> Vec<Vec<Tensor>> {
    let [others @ .., last] = routes else { return vec![] };
    if others.is_empty() {
        return vec![outputs(graph, &values(graph, context, weights, (last, &frozen[0]), known))];
    }
    // The first route's values are what the others share.
    let whole = NodeValues { lasting: true, ..known.clone() };
    let first = values(graph, context, weights, (&routes[0], &frozen[0]), whole);
    let mut each = vec![outputs(graph, &first)];
    for (route, frozen) in routes.iter().zip(frozen).skip(1) {
        let mut known = known.clone();
        for (i, shared) in shared(graph, &routes[0], route).into_iter().enumerate() {
            if shared && known.values[i].is_none() {
                known.values[i].clone_from(&first[i]);
            }
        }
        each.push(outputs(graph, &values(graph, context, weights, (route, frozen), known)));
    }
    each
}

/// Values that need not be computed, and nodes that nothing needs.
#[derive(Clone, Debug)]
pub struct NodeValues {
    /// By node.
    pub values: Vec<Option<Tensor>>,
    /// By node, whether it is computed where its value is not known.
    pub wanted: Vec<bool>,
    /// Whether all values are given back, not the outputs alone.
    lasting: bool,
}

impl NodeValues {
    /// The inputs of the graph; everything else is computed.
    pub fn inputs(graph: &Graph, inputs: &[Tensor]) -> Self {
        let input = |node: &Node| match node.op {
            NodeOp::Input(index) => Some(inputs[index].clone()),
            NodeOp::Layer { .. } => None,
        };
        let values = graph.nodes.iter().map(input).collect();
        Self { values, wanted: vec![true; graph.nodes.len()], lasting: false }
    }

    /// These values; of the rest, what is wanted is computed.
    pub fn new(values: Vec<Option<Tensor>>, wanted: Vec<bool>) -> Self {
        Self { values, wanted, lasting: false }
    }
}

/// The values of the nodes `asked`, and nothing that they do not need.
pub fn compute(
    graph: &Graph,
    context: &mut Context,
    weights: &mut Weights,
    route: &Route,
    known: NodeValues,
    asked: &[NodeId],
) -> Vec<Tensor> {
    let frozen = vec![true; graph.modules.len()];
    let values = values(graph, context, weights, (route, &frozen), NodeValues { lasting: true, ..known });
    asked.iter().map(|i| values[i.0].clone().expect("what is asked for is wanted")).collect()
}

/// Whether each node has the same value on both routes: no replica that differs stands at it or before it.
fn shared(graph: &Graph, first: &Route, route: &Route) -> Vec<bool> {
    let mut shared: Vec<bool> = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        shared.push(node.module.is_none_or(|m| first.of(m) == route.of(m)) && node.inputs.iter().all(|i| shared[i.0]));
    }
    shared
}

/// How often each node is computed by [`forward_each`].
pub fn computed(graph: &Graph, routes: &[Route]) -> Vec<u64> {
    let mut times = vec![0; graph.nodes.len()];
    for (i, route) in routes.iter().enumerate() {
        let shared = shared(graph, &routes[0], route);
        times.iter_mut().zip(shared).for_each(|(times, shared)| *times += u64::from(i == 0 || !shared));
    }
    times
}

fn outputs(graph: &Graph, values: &[Option<Tensor>]) -> Vec<Tensor> {
    graph.outputs.iter().map(|o| values[o.node.0].clone().expect("outputs are kept")).collect()
}

/// The value of every node that is wanted. One that nobody reads any more is let go at once, unless all are to last.
fn values(
    graph: &Graph,
    context: &mut Context,
    weights: &mut Weights,
    (route, frozen): (&Route, &[bool]),
    known: NodeValues,
) -> Vec<Option<Tensor>> {
    let NodeValues { mut values, wanted, lasting } = known;
    let mut taken: Vec<Tensor> = Vec::with_capacity(4);
    for (i, node) in graph.nodes.iter().enumerate() {
        if values[i].is_some() || !wanted[i] {
            continue;
        }
        let NodeOp::Layer { layer, .. } = &node.op else { unreachable!("an input that is wanted is known") };
        taken.clear();
        taken.extend(node.inputs.iter().map(|i| values[i.0].clone().expect("what a wanted node reads is known")));
        if !lasting {
            let done = node.inputs.iter().filter(|input| graph.last_readers[input.0] == Some(NodeId(i)));
            done.for_each(|input| values[input.0] = None);
        }
        context.still = context.stills_frozen && node.module.is_some_and(|module| frozen[module.0]);
        values[i] = Some(match &node.weights {
            None => layer.apply(context, &[], &taken),
            Some((module, range)) => {
                let replica = route.of(*module);
                context.frozen = frozen[module.0];
                let result = layer.apply(context, &weights.of(replica)[range.clone()], &taken);
                if context.mode == Mode::Train && !context.frozen {
                    for (index, value) in context.take_kept() {
                        weights.of_mut(replica)[range.start + index].take(value);
                    }
                }
                result
            }
        });
    }
    context.still = false;
    values
}

/// The loss of a batch: the sum of the terms, a scalar.
pub fn objective(terms: &[Term], context: &mut Context, outputs: &[Tensor], targets: &[Tensor]) -> Tensor {
    let mut sum: Option<Tensor> = None;
    for term in terms {
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
