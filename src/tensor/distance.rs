//! Losses that are a mean over elements: squared and absolute error, and binary cross entropies. Owns the ops.

use super::axes::Axes;
use super::context::Context;
use super::op::{self, Op, Plain};
use super::raw::simd;
use super::{Tensor, math, simd};
use dfdx::shapes::Rank0;
use dfdx::tensor::{Tape, WithEmptyTape};
use dfdx::tensor_ops::{Device, MeanTo, ReshapeTo};

/// What is averaged over all elements, `x` predicted and `t` true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distance {
    /// `(x - t)²`
    Squared,
    /// `|x - t|`, with slope 0 where they are equal
    Absolute,
    /// With `d = |x - t|`: `d² / 2β` where d is below this β, else `d - β / 2`
    Smooth(f32),
    /// `-t ln x - (1 - t) ln (1 - x)`, logarithms not below -100, as PyTorch has it
    Binary,
    /// The same of `sigmoid(x)`: `max(x, 0) - x t + ln(1 + e^-|x|)`
    BinaryOfLogits,
}

/// The mean distance of `x` to `target`, of the same length; no gradient flows to the target.
pub fn distance(context: &mut Context, which: Distance, x: &Tensor, target: &Tensor) -> Tensor {
    assert_eq!(x.len(), target.len(), "{:?} against {:?}", x.axes(), target.axes());
    op::run(Mean { which, target: target.clone() }, context, &[x])
}

struct Mean {
    which: Distance,
    target: Tensor,
}

impl Op for Mean {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0].clone();
        let (which, target) = (self.which, self.target);
        let part = 1.0 / x.len() as f64;
        let loss = context.make(Axes::of(&[]), |loss| loss[0] = (total(which, x.read(), target.read()) * part) as f32);
        context.record(inputs, loss, move |flow, gradient| {
            if let Some(of_x) = flow.into(&x) {
                slopes(which, of_x, x.read(), target.read(), gradient[0] * part as f32);
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        let x = x.flat;
        let t = x.device().tensor_from_vec(self.target.values().to_vec(), (self.target.len(),));
        // Below this a logarithm is about -87 (PyTorch has -100, which `f32` cannot tell a derivative of).
        const LEAST: f32 = 1e-38;
        let each = match self.which {
            Distance::Squared => (x - t).square(),
            Distance::Absolute => (x - t).abs(),
            Distance::Smooth(beta) => {
                let far = (x - t).abs();
                let near = far.with_empty_tape().clamp(0.0, beta);
                near.with_empty_tape().square() * (0.5 / beta) + (far - near)
            }
            Distance::Binary => {
                let yes = x.with_empty_tape().clamp(LEAST, 1.0).ln() * (-t.clone());
                yes + (x.negate() + 1.0).clamp(LEAST, 1.0).ln() * (t - 1.0)
            }
            Distance::BinaryOfLogits => {
                let log = ((x.with_empty_tape().abs() * -1.0).exp() + 1.0).ln();
                log + x.with_empty_tape().relu() - x * t
            }
        };
        Plain { flat: each.mean::<Rank0, _>().reshape_like(&(1,)), axes: Axes::of(&[]) }
    }
}

/// Elements whose distances are added in `f32` before they go to `f64`.
const CHUNK: usize = 4096;

simd! {
    fn total(which: Distance, x: &[f32], t: &[f32]) -> f64 {
        let mut total = 0.0;
        for (x, t) in x.chunks(CHUNK).zip(t.chunks(CHUNK)) {
            total += f64::from(match which {
                Distance::Squared => simd::fold2(x, t, |sum, x, t| A::fma(x - t, x - t, sum)),
                Distance::Absolute => simd::fold2(x, t, |sum, x, t| sum + (x - t).abs()),
                Distance::Smooth(beta) => simd::fold2(x, t, |sum, x, t| {
                    let far = (x - t).abs();
                    let near = if far < beta { far } else { beta };
                    sum + A::fma(near * near, 0.5 / beta, far - near)
                }),
                Distance::Binary => simd::fold2(x, t, |sum, x, t| {
                    sum - A::fma(t, log::<A>(x), (1.0 - t) * log::<A>(1.0 - x))
                }),
                Distance::BinaryOfLogits => simd::fold2(x, t, |sum, x, t| {
                    let positive = if x > 0.0 { x } else { 0.0 };
                    sum + A::fma(-x, t, positive) + math::ln_1p::<A>(math::exp::<A>(-x.abs()))
                }),
            });
        }
        total
    }
}

simd! {
    /// Adds the slopes times `scale`.
    fn slopes(which: Distance, to: &mut [f32], x: &[f32], t: &[f32], scale: f32) {
        let all = to.iter_mut().zip(x).zip(t);
        match which {
            Distance::Squared => all.for_each(|((to, &x), &t)| *to = A::fma(2.0 * scale, x - t, *to)),
            Distance::Absolute => all.for_each(|((to, &x), &t)| {
                let up = if x > t { scale } else { 0.0 };
                let down = if x < t { scale } else { 0.0 };
                *to += up - down;
            }),
            Distance::Smooth(beta) => all.for_each(|((to, &x), &t)| {
                let slope = (x - t) / beta;
                let slope = if slope > 1.0 { 1.0 } else { slope };
                *to = A::fma(scale, if slope < -1.0 { -1.0 } else { slope }, *to);
            }),
            // PyTorch keeps the denominator from zero with this number.
            Distance::Binary => all.for_each(|((to, &x), &t)| {
                let spread = x * (1.0 - x);
                let spread = if spread > 1e-12 { spread } else { 1e-12 };
                *to += (x - t) / spread * scale;
            }),
            Distance::BinaryOfLogits => {
                all.for_each(|((to, &x), &t)| *to = A::fma(math::sigmoid::<A>(x) - t, scale, *to));
            }
        }
    }
}

/// The logarithm, -100 for what is too small to have one.
#[inline(always)]
pub(super) fn log<A: simd::Arch>(x: f32) -> f32 {
    if x < f32::MIN_POSITIVE { -100.0 } else { math::ln::<A>(x) }
}
