//! Products of matrices, one a sample. Owns the op; the product itself is in `product`.

use super::Tensor;
use super::axes::Axes;
use super::context::Context;
use super::op::{self, Op, Plain};
use super::product::{Layout, product};
use dfdx::tensor::Tape;
use dfdx::tensor_ops::{Device, ReshapeTo, TryMatMul};

/// `[.., m, k] · [.., k, n]` is `[.., m, n]`; leading axes equal.
pub fn matmul(context: &mut Context, a: &Tensor, b: &Tensor) -> Tensor {
    op::run(Matmul, context, &[a, b])
}

struct Matmul;

/// Sizes of one product and how many there are: `[count, m, k, n]`.
fn sizes(a: Axes, b: Axes) -> [usize; 4] {
    let lead = a.len() - 2;
    assert!(b.len() == a.len() && a[..lead] == b[..lead] && a[lead + 1] == b[lead], "matmul of {a:?} and {b:?}");
    [a[..lead].iter().product(), a[lead], a[lead + 1], b[lead + 1]]
}

impl Op for Matmul {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let (a, b) = (inputs[0].clone(), inputs[1].clone());
        let [_, m, k, n] = sizes(a.axes(), b.axes());
        let (left, right, out) = (Layout::dense(m, k), Layout::dense(k, n), Layout::dense(m, n));
        let axes = a.axes().with(a.axes().len() - 1, n);
        let y = context.write(axes, |y| {
            for ((y, a), b) in
                y.chunks_exact_mut(m * n).zip(a.read().chunks_exact(m * k)).zip(b.read().chunks_exact(k * n))
            {
                product(y, 0.0, a, left, b, right);
            }
        });
        context.record(inputs, y, move |flow, gradient| {
            if let Some((of_a, beta)) = flow.sum(&a) {
                for ((to, g), b) in
                    of_a.chunks_exact_mut(m * k).zip(gradient.chunks_exact(m * n)).zip(b.read().chunks_exact(k * n))
                {
                    product(to, beta, g, out, b, right.turned());
                }
            }
            if let Some((of_b, beta)) = flow.sum(&b) {
                for ((to, g), a) in
                    of_b.chunks_exact_mut(k * n).zip(gradient.chunks_exact(m * n)).zip(a.read().chunks_exact(m * k))
                {
                    product(to, beta, a, left.turned(), g, out);
                }
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [a, b] = op::exactly(inputs);
        let [count, m, k, n] = sizes(a.axes, b.axes);
        let axes = a.axes.with(a.axes.len() - 1, n);
        // Adding zero: dfdx does not take the same tensor on both sides.
        let b = (b.flat + 0.0).reshape_like(&(count, k, n));
        let y = a.flat.reshape_like(&(count, m, k)).matmul(b);
        Plain { flat: y.reshape_like(&(count * m * n,)), axes }
    }
}
