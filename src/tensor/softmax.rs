//! Softmax and its logarithm. Owns the ops alone.

use super::context::Context;
use super::op::{self, Op, Plain};
use super::raw::simd;
use super::{Tensor, math, simd, transpose};
use dfdx::shapes::Axis;
use dfdx::tensor::Tape;
use dfdx::tensor_ops::{Device, ReshapeTo};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Softmax {
    /// `e^x / Σ e^x`
    Chances,
    /// `x - log Σ e^x`
    Logarithms,
}

/// Softmax along `axis` (counted with the batch).
pub fn softmax(context: &mut Context, which: Softmax, x: &Tensor, axis: usize) -> Tensor {
    let last = x.axes().len() - 1;
    let turned = transpose(context, x, axis, last);
    let y = op::run(which, context, &[&turned]);
    transpose(context, &y, axis, last)
}

impl Op for Softmax {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0].clone();
        let size = x.axes().last_size();
        let y = context.make(x.axes(), |y| match self {
            Softmax::Chances => chances(y, x.read(), size),
            Softmax::Logarithms => logarithms(y, x.read(), size),
        });
        let output = y.clone();
        context.record(inputs, y, move |flow, gradient| {
            if let Some(of_x) = flow.into(&x) {
                match self {
                    Softmax::Chances => chances_backward(of_x, gradient, output.read(), size),
                    Softmax::Logarithms => logarithms_backward(of_x, gradient, output.read(), size),
                }
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        let size = x.axes.last_size();
        let elements = x.axes.elements();
        let rows = x.flat.reshape_like(&(elements / size.max(1), size));
        let y = match self {
            Softmax::Chances => rows.softmax::<Axis<1>>(),
            Softmax::Logarithms => rows.log_softmax::<Axis<1>>(),
        };
        Plain { flat: y.reshape_like(&(elements,)), axes: x.axes }
    }
}

simd! {
    pub(super) fn chances(y: &mut [f32], x: &[f32], size: usize) {
        for (y, x) in y.chunks_exact_mut(size).zip(x.chunks_exact(size)) {
            let greatest = simd::max(x);
            y.iter_mut().zip(x).for_each(|(y, &x)| *y = math::exp::<A>(x - greatest));
            let inverse = 1.0 / simd::sum(y);
            y.iter_mut().for_each(|y| *y *= inverse);
        }
    }
}

simd! {
    fn logarithms(y: &mut [f32], x: &[f32], size: usize) {
        for (y, x) in y.chunks_exact_mut(size).zip(x.chunks_exact(size)) {
            let greatest = simd::max(x);
            let sum = simd::fold(x, 0.0, |sum, x| sum + math::exp::<A>(x - greatest), |a, b| a + b);
            let log_sum = greatest + math::ln::<A>(sum);
            y.iter_mut().zip(x).for_each(|(y, &x)| *y = x - log_sum);
        }
    }
}

simd! {
    /// `∂x = y (g - Σ g y)`
    fn chances_backward(to: &mut [f32], gradient: &[f32], y: &[f32], size: usize) {
        let rows = gradient.chunks_exact(size).zip(y.chunks_exact(size));
        for (to, (g, y)) in to.chunks_exact_mut(size).zip(rows) {
            let mean = simd::dot(g, y);
            to.iter_mut().zip(g).zip(y).for_each(|((to, &g), &y)| *to = A::fma(y, g - mean, *to));
        }
    }
}

simd! {
    /// `∂x = g - e^y Σ g`
    fn logarithms_backward(to: &mut [f32], gradient: &[f32], y: &[f32], size: usize) {
        let rows = gradient.chunks_exact(size).zip(y.chunks_exact(size));
        for (to, (g, y)) in to.chunks_exact_mut(size).zip(rows) {
            let sum = simd::sum(g);
            to.iter_mut().zip(g).zip(y).for_each(|((to, &g), &y)| *to += A::fma(-math::exp::<A>(y), sum, g));
        }
    }
}
