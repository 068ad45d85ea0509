//! Outputs of several networks as one: what a phase `through mean(head)` learns from. Owns the average in the space a
//! person reads (probabilities), given back as the loss takes it (logits).

use super::{Graph, linked};
use crate::builtin::Link;
use crate::tensor::{self, Context, Tensor};

/// The averaged outputs, one list of outputs a network.
pub fn averaged(graph: &Graph, context: &mut Context, each: &[Vec<Tensor>]) -> Vec<Tensor> {
    let share = 1.0 / each.len() as f32;
    let of = |(i, output): (usize, &super::Output)| {
        let mut sum: Option<Tensor> = None;
        for outputs in each {
            let part = linked(context, &outputs[i], output.link);
            sum = Some(match sum {
                None => part,
                Some(before) => tensor::arithmetic(context, tensor::Arithmetic::Add, &before, &part),
            });
        }
        let mean = tensor::scale(context, &sum.expect("there is a network"), share, 0.0);
        unlinked(context, &mean, output.link)
    };
    graph.outputs.iter().enumerate().map(of).collect()
}

/// Logits whose link gives these probabilities.
pub fn unlinked(context: &mut Context, mean: &Tensor, link: Link) -> Tensor {
    match link {
        Link::Identity => mean.clone(),
        Link::Softmax => tensor::ln(context, mean),
        Link::Sigmoid => {
            let yes = tensor::ln(context, mean);
            let rest = tensor::scale(context, mean, -1.0, 1.0);
            let no = tensor::ln(context, &rest);
            tensor::arithmetic(context, tensor::Arithmetic::Sub, &yes, &no)
        }
    }
}
