//! Joining tensors along one axis. Owns the op alone.

use super::Tensor;
use super::axes::Axes;
use super::context::Context;
use super::op::{self, Op, Plain};
use super::sums;
use dfdx::shapes::Axis;
use dfdx::tensor::Tape;
use dfdx::tensor_ops::{Device, ReshapeTo, TryConcatAlong};

/// Inputs one after another along `axis` (counted with the batch); all other axes equal.
pub fn concat(context: &mut Context, inputs: &[&Tensor], axis: usize) -> Tensor {
    op::run(Concat { axis }, context, inputs)
}

struct Concat {
    axis: usize,
}

impl Concat {
    fn axes(&self, inputs: impl Iterator<Item = Axes>) -> Axes {
        let mut all: Option<Axes> = None;
        for axes in inputs {
            let size = all.map_or(0, |all| all[self.axis]);
            let joined = axes.with(self.axis, size + axes[self.axis]);
            assert!(all.is_none_or(|all| joined.with(self.axis, size) == all), "concat of {all:?} with {axes:?}");
            all = Some(joined);
        }
        all.expect("concat has an input")
    }
}

impl Op for Concat {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let axes = self.axes(inputs.iter().map(|input| input.axes()));
        let [_, size, inner] = axes.around(self.axis);
        let row = size * inner;
        let width = move |input: &Tensor| input.axes()[self.axis] * inner;
        let y = context.write(axes, |y| {
            let mut start = 0;
            for input in inputs {
                let width = width(input);
                for (to, from) in y.chunks_exact_mut(row).zip(input.read().chunks_exact(width)) {
                    to[start..start + width].copy_from_slice(from);
                }
                start += width;
            }
        });
        let owned: Vec<Tensor> = inputs.iter().map(|&input| input.clone()).collect();
        context.record(inputs, y, move |flow, gradient| {
            let mut start = 0;
            for input in &owned {
                let width = width(input);
                if let Some(of_input) = flow.into(input) {
                    for (to, from) in of_input.chunks_exact_mut(width).zip(gradient.chunks_exact(row)) {
                        sums::add(to, &from[start..start + width]);
                    }
                }
                start += width;
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let axes = self.axes(inputs.iter().map(|input| input.axes));
        let joined = inputs.into_iter().map(|input| {
            let [outer, size, inner] = input.axes.around(self.axis);
            // Adding zero makes a tensor of its own: dfdx cannot join a tensor with itself.
            (input.flat + 0.0).reshape_like(&(outer, size, inner))
        });
        let joined = joined.reduce(|a, b| (a, b).concat_along(Axis::<1>)).expect("concat has an input");
        Plain { flat: joined.reshape_like(&(axes.elements(),)), axes }
    }
}
