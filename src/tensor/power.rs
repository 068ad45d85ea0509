//! Powers of numbers. Owns their domain: outside of it a number counts as the nearest inside, so that none becomes NaN.

use super::Tensor;
use super::context::Context;
use super::math;
use super::op::{self, Op, Plain};
use super::raw::simd;
use super::simd::Arch;
use dfdx::tensor::Tape;
use dfdx::tensor_ops::Device;

/// `x^exponent`, element by element. Where the exponent is no whole number, what is below [`FLOOR`] counts as 0, and as
/// [`FLOOR`] if the exponent is negative; no gradient flows there.
pub fn power(context: &mut Context, x: &Tensor, exponent: f32) -> Tensor {
    let power = if is_whole_power(exponent) { Power::Whole(exponent as i32) } else { Power::Real(exponent) };
    op::run(power, context, &[x])
}

/// Whether a power is a product of so many factors.
pub fn is_whole_power(exponent: f32) -> bool {
    exponent.fract() == 0.0 && exponent.abs() <= 64.0
}

/// What is nearer to 0 has no power with a negative exponent that `f32` could hold.
pub const FLOOR: f32 = 1e-30;

#[derive(Clone, Copy)]
enum Power {
    Whole(i32),
    Real(f32),
}

impl Op for Power {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0].clone();
        let y = context.make(x.axes(), |y| forward(y, x.read(), self));
        context.record(inputs, y, move |flow, gradient| {
            if let Some(of_x) = flow.into(&x) {
                backward(of_x, gradient, x.read(), self);
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        let flat = match self {
            Power::Whole(exponent) => x.flat.powi(exponent),
            Power::Real(exponent) => x.flat.clamp(FLOOR, f32::MAX).powf(exponent),
        };
        Plain { flat, axes: x.axes }
    }
}

#[inline(always)]
fn of<A: Arch>(x: f32, power: Power) -> f32 {
    match power {
        Power::Whole(exponent) => {
            let (mut y, mut square, mut left) = (1.0, x, exponent.unsigned_abs());
            while left > 0 {
                y *= if left % 2 == 1 { square } else { 1.0 };
                square *= square;
                left /= 2;
            }
            if exponent < 0 { 1.0 / y } else { y }
        }
        Power::Real(exponent) => {
            let inside = if x < FLOOR { FLOOR } else { x };
            let y = math::exp::<A>(exponent * math::ln::<A>(inside));
            let y = if x < FLOOR && exponent > 0.0 { 0.0 } else { y };
            if x.is_nan() { x } else { y }
        }
    }
}

/// `∂x^p/∂x = p x^(p - 1)`
#[inline(always)]
fn slope<A: Arch>(x: f32, power: Power) -> f32 {
    match power {
        Power::Whole(0) => 0.0,
        Power::Whole(exponent) => exponent as f32 * of::<A>(x, Power::Whole(exponent - 1)),
        Power::Real(_) if x < FLOOR => 0.0,
        Power::Real(exponent) => exponent * of::<A>(x, Power::Real(exponent - 1.0)),
    }
}

simd! {
    fn forward(y: &mut [f32], x: &[f32], power: Power) {
        y.iter_mut().zip(x).for_each(|(y, &x)| *y = of::<A>(x, power));
    }
}

simd! {
    fn backward(to: &mut [f32], gradient: &[f32], x: &[f32], power: Power) {
        for ((to, &g), &x) in to.iter_mut().zip(gradient).zip(x) {
            *to = A::fma(g, slope::<A>(x, power), *to);
        }
    }
}
