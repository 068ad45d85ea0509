//! Element-wise activations. Owns their formulas, forward and backward; `linear` runs the same loops on its own output.

use super::context::Context;
use super::crew;
use super::math;
use super::op::{self, Op, Plain};
use super::raw::simd;
use super::{Tensor, simd::Arch};
use dfdx::tensor::{PutTape, SplitTape, Tape, WithEmptyTape};
use dfdx::tensor_ops::Device;

/// Element-wise functions that `linear` can compute in the same pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    Relu,
    /// Slope below zero.
    LeakyRelu(f32),
    /// Exact, with the error function.
    Gelu,
    Tanh,
    Sigmoid,
    Exp,
}

impl Activation {
    /// Whether the slope can be told from the output alone.
    pub(super) fn backward_from_output(self) -> bool {
        match self {
            Activation::Relu | Activation::Tanh | Activation::Sigmoid | Activation::Exp => true,
            Activation::LeakyRelu(slope) => slope > 0.0,
            Activation::Gelu => false,
        }
    }
}

/// `f(x)`, element by element; any axes.
pub fn activate(context: &mut Context, x: &Tensor, activation: Activation) -> Tensor {
    op::run(activation, context, &[x])
}

impl Op for Activation {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0];
        let y = context.write(x.axes(), |y| {
            y.copy_from_slice(x.read());
            forward(self, y);
        });
        let (input, seen) = (x.clone(), if self.backward_from_output() { y.clone() } else { x.clone() });
        context.record(inputs, y, move |flow, gradient| {
            backward(self, seen.read(), gradient);
            flow.pass(&input, gradient);
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        Plain { flat: plain(self, x.flat), axes: x.axes }
    }
}

/// An activation in dfdx's ops.
pub(super) fn plain<D: Device<f32>, T: Tape<f32, D>>(activation: Activation, x: op::Wide<D, T>) -> op::Wide<D, T> {
    match activation {
        Activation::Relu => x.relu(),
        Activation::LeakyRelu(slope) => x.with_empty_tape().relu() * (1.0 - slope) + x * slope,
        Activation::Gelu => plain_gelu(x),
        Activation::Tanh => x.tanh(),
        Activation::Sigmoid => x.sigmoid(),
        Activation::Exp => x.exp(),
    }
}

/// dfdx 0.13 computes the value rightly, but Φ(x) + √2 x φ(x) as its derivative, where √2 should be 1. As φ' = -x φ, adding
/// (√2 - 1) φ(x) and taking the same number away as a constant changes the derivative alone.
fn plain_gelu<D: Device<f32>, T: Tape<f32, D>>(x: op::Wide<D, T>) -> op::Wide<D, T> {
    let density = (x.with_empty_tape().square() * -0.5).exp() * ((std::f32::consts::SQRT_2 - 1.0) * DENSITY);
    let (density, tape) = density.split_tape();
    let constant = density.clone() + 0.0;
    x.accurate_gelu() + (density.put_tape(tape) - constant)
}

/// 1 / √(2π)
const DENSITY: f32 = 0.398_942_3;

/// `y ← f(y)` in place.
pub(super) fn forward(activation: Activation, y: &mut [f32]) {
    crew::share(y.chunks_mut(crew::NUMBERS), |y| forward_piece(activation, y));
}

fn forward_piece(activation: Activation, y: &mut [f32]) {
    match activation {
        Activation::Relu => relu(y),
        Activation::LeakyRelu(slope) => leaky(y, slope),
        Activation::Gelu => gelu(y),
        Activation::Tanh => tanh(y),
        Activation::Sigmoid => sigmoid(y),
        Activation::Exp => exp(y),
    }
}

/// An activation that ran in place on what another op made.
pub(super) struct End(Option<(Activation, Tensor)>);

/// Runs the activation, where there is one, in place on what an op made of these inputs.
pub(super) fn end(context: &Context, activation: Option<Activation>, inputs: &[&Tensor], y: &mut Tensor) -> End {
    let Some(activation) = activation else { return End(None) };
    // The output itself tells the slope of most.
    let before = (!activation.backward_from_output() && context.records(inputs))
        .then(|| context.write(y.axes(), |before| before.copy_from_slice(y.read())));
    forward(activation, y.write());
    End(Some((activation, before.unwrap_or_else(|| y.clone()))))
}

impl End {
    /// The gradient of what the op made, in place of that of the activation's output.
    pub fn backward(&self, gradient: &mut [f32]) {
        if let Some((activation, seen)) = &self.0 {
            backward(*activation, seen.read(), gradient);
        }
    }
}

/// `gradient ← gradient · f'`, where `seen` is the output if [`Activation::backward_from_output`], else the input.
pub(super) fn backward(activation: Activation, seen: &[f32], gradient: &mut [f32]) {
    let pieces = gradient.chunks_mut(crew::NUMBERS).zip(seen.chunks(crew::NUMBERS));
    crew::share(pieces, |(gradient, seen)| backward_piece(activation, seen, gradient));
}

fn backward_piece(activation: Activation, seen: &[f32], gradient: &mut [f32]) {
    match activation {
        Activation::Relu => relu_backward(seen, gradient),
        Activation::LeakyRelu(slope) => leaky_backward(seen, gradient, slope),
        Activation::Gelu => gelu_backward(seen, gradient),
        Activation::Tanh => tanh_backward(seen, gradient),
        Activation::Sigmoid => sigmoid_backward(seen, gradient),
        Activation::Exp => exp_backward(seen, gradient),
    }
}

#[inline(always)]
fn each(y: &mut [f32], f: impl Fn(f32) -> f32) {
    for y in y {
        *y = f(*y);
    }
}

#[inline(always)]
fn each_with(gradient: &mut [f32], seen: &[f32], f: impl Fn(f32, f32) -> f32) {
    for (gradient, &seen) in gradient.iter_mut().zip(seen) {
        *gradient = f(*gradient, seen);
    }
}

simd! {
    fn relu(y: &mut [f32]) { each(y, |x| if x < 0.0 { 0.0 } else { x }) }
}
simd! {
    fn relu_backward(seen: &[f32], gradient: &mut [f32]) { each_with(gradient, seen, |g, y| if y > 0.0 { g } else { 0.0 }) }
}
simd! {
    fn leaky(y: &mut [f32], slope: f32) { each(y, |x| if x > 0.0 { x } else { slope * x }) }
}
simd! {
    fn leaky_backward(seen: &[f32], gradient: &mut [f32], slope: f32) {
        each_with(gradient, seen, |g, y| if y > 0.0 { g } else { slope * g })
    }
}
simd! {
    fn tanh(y: &mut [f32]) { each(y, |x| math::tanh::<A>(x)) }
}
simd! {
    fn tanh_backward(seen: &[f32], gradient: &mut [f32]) { each_with(gradient, seen, |g, y| g * A::fma(-y, y, 1.0)) }
}
simd! {
    fn sigmoid(y: &mut [f32]) { each(y, |x| math::sigmoid::<A>(x)) }
}
simd! {
    fn sigmoid_backward(seen: &[f32], gradient: &mut [f32]) { each_with(gradient, seen, |g, y| g * (y * (1.0 - y))) }
}
simd! {
    fn exp(y: &mut [f32]) { each(y, |x| math::exp::<A>(x)) }
}
simd! {
    fn exp_backward(seen: &[f32], gradient: &mut [f32]) { each_with(gradient, seen, |g, y| g * y) }
}
simd! {
    fn gelu(y: &mut [f32]) { each(y, |x| x * normal::<A>(x)) }
}
simd! {
    fn gelu_backward(seen: &[f32], gradient: &mut [f32]) {
        // d/dx x Φ(x) = Φ(x) + x φ(x)
        each_with(gradient, seen, |g, x| g * A::fma(x * DENSITY, math::exp::<A>(-0.5 * x * x), normal::<A>(x)))
    }
}

/// Φ, the normal distribution function.
#[inline(always)]
fn normal<A: Arch>(x: f32) -> f32 {
    A::fma(math::erf::<A>(x * std::f32::consts::FRAC_1_SQRT_2), 0.5, 0.5)
}
