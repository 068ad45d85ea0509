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
    let mut values: Vec<Tensor> = Vec::with_capacity(graph.nodes.len());
    let mut taken: Vec<Tensor> = Vec::with_capacity(4);
    for node in &graph.nodes {
        let value = match &node.op {
            Op::Input(index) => inputs[*index].clone(),
            Op::Layer { layer, .. } => {
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
    graph.outputs.iter().map(|o| values[o.node].clone()).collect()
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
