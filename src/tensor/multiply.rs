//! Products along one axis. Owns the op alone.

use super::Tensor;
use super::context::Context;
use super::op::{self, Op, Plain};
use dfdx::tensor::Tape;
use dfdx::tensor_ops::{Device, ReshapeTo};

/// The product of all elements along `axis` (counted with the batch), which goes away. Factors of 0 have right gradients, too.
pub fn multiply(context: &mut Context, x: &Tensor, axis: usize) -> Tensor {
    op::run(Multiply { axis }, context, &[x])
}

struct Multiply {
    axis: usize,
}

impl Op for Multiply {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0].clone();
        let [_, size, inner] = x.axes().around(self.axis);
        let y = context.make(x.axes().without(self.axis), |y| {
            for (y, block) in y.chunks_exact_mut(inner).zip(x.read().chunks_exact(size * inner)) {
                y.fill(1.0);
                for row in block.chunks_exact(inner) {
                    y.iter_mut().zip(row).for_each(|(y, x)| *y *= x);
                }
            }
        });
        context.record(inputs, y, move |flow, gradient| {
            if let Some(of_x) = flow.into(&x) {
                let blocks = of_x.chunks_exact_mut(size * inner).zip(x.read().chunks_exact(size * inner));
                let mut after = vec![1.0; size];
                for ((to, x), g) in blocks.zip(gradient.chunks_exact(inner)) {
                    (0..inner).for_each(|at| slopes(to, x, g[at], (at, inner), &mut after));
                }
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        let [outer, size, inner] = x.axes.around(self.axis);
        let axes = x.axes.without(self.axis);
        // dfdx's CPU slice overwrites the gradient of what it slices, so each is given a tensor that nobody else uses.
        let rest: Vec<_> = (1..size).map(|i| (i, x.flat.retaped::<T>())).collect();
        let factors = std::iter::once((0, x.flat)).chain(rest).map(|(i, x)| {
            let own = (x + 0.0).reshape_like(&(outer, size, inner));
            own.slice((0..outer, i..i + 1, 0..inner)).reshape_like(&(axes.elements(),))
        });
        let flat = factors.reduce(|a, b| a * b).expect("an axis has an element");
        Plain { flat, axes }
    }
}

/// Adds `g` times the product of all other factors to each; the factors stand at `at`, `at + step`, …
fn slopes(to: &mut [f32], x: &[f32], g: f32, (at, step): (usize, usize), after: &mut [f32]) {
    let mut product = 1.0;
    for (i, after) in after.iter_mut().enumerate().rev() {
        *after = product;
        product *= x[at + i * step];
    }
    let mut before = g;
    for (i, after) in after.iter().enumerate() {
        to[at + i * step] += before * after;
        before *= x[at + i * step];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Device;

    #[test]
    fn one_zero_stops_the_others_only() {
        let device = Device::cpu();
        let mut context = Context::train(&device, None);
        let mut x = device.upload(&[2.0, 0.0, 3.0, 1.0, 0.0, 0.0], &[2, 3]);
        x.track();
        let y = multiply(&mut context, &x, 1);
        assert_eq!(*y.values(), [0.0, 0.0]);
        let loss = crate::reduce(&mut context, crate::Reduction::Sum, &y, &[0]);
        context.backward(&loss);
        assert_eq!(*context.gradient(&x).values(), [0.0, 6.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
