//! Weighted sums of tensors of one shape, whose gradient may have weights of its own. Owns the op alone.

use super::Tensor;
use super::context::Context;
use super::op::{self, Op, Plain};
use super::sums::add_scaled;
use dfdx::tensor::{PutTape, SplitTape, Tape};
use dfdx::tensor_ops::Device;

/// For every input, a number for each of equally many parts of its batch: one a sample, or one for all.
pub type Shares = Vec<Vec<f32>>;

/// `Σ forward_i x_i`; going back, `x_i` is given `backward_i g`, which is its slope where both are the same.
pub fn mix(context: &mut Context, inputs: &[&Tensor], forward: Shares, backward: Shares) -> Tensor {
    assert!(inputs.iter().all(|x| x.axes() == inputs[0].axes()), "mix of tensors of different axes");
    assert!(forward.len() == inputs.len() && backward.len() == inputs.len(), "mix needs shares of every input");
    op::run(Mix { forward, backward }, context, inputs)
}

struct Mix {
    forward: Shares,
    backward: Shares,
}

impl Op for Mix {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let y = context.make(inputs[0].axes(), |y| {
            inputs.iter().zip(&self.forward).for_each(|(x, shares)| add_shares(y, x.read(), shares));
        });
        let owned: Vec<Tensor> = inputs.iter().map(|&input| input.clone()).collect();
        context.record(inputs, y, move |flow, gradient| {
            for (x, shares) in owned.iter().zip(&self.backward) {
                if let Some(of_x) = flow.into(x) {
                    add_shares(of_x, gradient, shares);
                }
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let axes = inputs[0].axes;
        let shares = self.forward.iter().zip(&self.backward);
        let parts = inputs.into_iter().zip(shares).map(|(x, (forward, backward))| {
            let (x, tape) = x.flat.split_tape();
            let device = x.device().clone();
            let spread = |share: &dyn Fn(usize) -> f32| {
                let part = axes.elements() / forward.len();
                device.tensor_from_vec((0..axes.elements()).map(|i| share(i / part)).collect(), (axes.elements(),))
            };
            // Without a tape: what the value has beyond what the gradient sees.
            let rest = x.clone() * spread(&|i| forward[i] - backward[i]);
            x.put_tape(tape) * spread(&|i| backward[i]) + rest
        });
        let flat = parts.reduce(|a, b| a + b).expect("mix has an input");
        Plain { flat, axes }
    }
}

/// Adds every part of `from` times its share.
fn add_shares(to: &mut [f32], from: &[f32], shares: &[f32]) {
    let part = to.len() / shares.len();
    for ((to, from), &share) in to.chunks_exact_mut(part).zip(from.chunks_exact(part)).zip(shares) {
        add_scaled(to, from, share);
    }
}
