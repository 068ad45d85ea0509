//! Multiplying and adding a number. Owns the op alone.

use super::Tensor;
use super::context::Context;
use super::op::{self, Op, Plain};
use super::raw::simd;
use dfdx::tensor::Tape;
use dfdx::tensor_ops::Device;

/// `factor * x + offset`, element by element.
pub fn scale(context: &mut Context, x: &Tensor, factor: f32, offset: f32) -> Tensor {
    op::run(Scale { factor, offset }, context, &[x])
}

struct Scale {
    factor: f32,
    offset: f32,
}

impl Op for Scale {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0].clone();
        let y = context.write(x.axes(), |y| affine(y, x.read(), self.factor, self.offset));
        context.record(inputs, y, move |flow, gradient| {
            multiply(gradient, self.factor);
            flow.pass(&x, gradient);
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        Plain { flat: x.flat * self.factor + self.offset, axes: x.axes }
    }
}

simd! {
    fn affine(y: &mut [f32], x: &[f32], factor: f32, offset: f32) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = A::fma(x, factor, offset);
        }
    }
}

simd! {
    fn multiply(values: &mut [f32], factor: f32) {
        values.iter_mut().for_each(|value| *value *= factor);
    }
}
