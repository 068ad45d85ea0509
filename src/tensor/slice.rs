//! A range along one axis. Owns the op alone.

use super::Tensor;
use super::context::Context;
use super::op::{self, Op, Plain};
use super::sums;
use dfdx::tensor::Tape;
use dfdx::tensor_ops::{Device, ReshapeTo};
use std::ops::Range;

/// Elements `range` along `axis` (counted with the batch).
pub fn slice(context: &mut Context, x: &Tensor, axis: usize, range: Range<usize>) -> Tensor {
    assert!(range.end <= x.axes()[axis], "slice {range:?} of axis {axis} of {:?}", x.axes());
    op::run(Slice { axis, range }, context, &[x])
}

struct Slice {
    axis: usize,
    range: Range<usize>,
}

impl Op for Slice {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0].clone();
        let [_, size, inner] = x.axes().around(self.axis);
        let (row, part) = (size * inner, self.range.start * inner..self.range.end * inner);
        let y = context.write(x.axes().with(self.axis, self.range.len()), |y| {
            for (to, from) in y.chunks_exact_mut(part.len().max(1)).zip(x.read().chunks_exact(row)) {
                to.copy_from_slice(&from[part.clone()]);
            }
        });
        context.record(inputs, y, move |flow, gradient| {
            if let Some(of_x) = flow.into(&x) {
                for (to, from) in of_x.chunks_exact_mut(row).zip(gradient.chunks_exact(part.len().max(1))) {
                    sums::add(&mut to[part.clone()], from);
                }
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        let [outer, size, inner] = x.axes.around(self.axis);
        let axes = x.axes.with(self.axis, self.range.len());
        // dfdx's CPU slice overwrites the gradient of what it slices, so it is given a tensor that nobody else uses.
        let own = (x.flat + 0.0).reshape_like(&(outer, size, inner));
        let y = own.slice((0..outer, self.range, 0..inner));
        Plain { flat: y.reshape_like(&(axes.elements(),)), axes }
    }
}
