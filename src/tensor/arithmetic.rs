//! Sums, differences, products and quotients of two tensors with broadcasting. Owns the ops; the walk over broadcast
//! axes is in `broadcast`.

use super::Tensor;
use super::axes::Axes;
use super::broadcast::{Lane, Walk, stretch};
use super::context::Context;
use super::op::{self, Op, Plain};
use super::raw::simd;
use super::simd;
use dfdx::tensor::Tape;
use dfdx::tensor_ops::Device;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
}

/// `a ∘ b`, element by element. Where one has fewer axes, axes of size 1 are put behind its batch axis; where one has size 1
/// along an axis it is repeated.
pub fn arithmetic(context: &mut Context, which: Arithmetic, a: &Tensor, b: &Tensor) -> Tensor {
    let rank = a.axes().len().max(b.axes().len());
    let (a, b) = (aligned(a, rank), aligned(b, rank));
    op::run(which, context, &[&a, &b])
}

/// `factor · x + offset` with a factor and an offset for each feature of the last axis.
pub fn scale_features(context: &mut Context, x: &Tensor, factor: &Tensor, offset: &Tensor) -> Tensor {
    let row = |tensor: &Tensor| {
        let mut sizes = [1; Axes::MOST];
        sizes[x.axes().len() - 1] = tensor.len();
        tensor.reshaped(&sizes[..x.axes().len()])
    };
    let y = arithmetic(context, Arithmetic::Mul, x, &row(factor));
    arithmetic(context, Arithmetic::Add, &y, &row(offset))
}

/// The same values with axes of size 1 behind the batch axis, so that there are `rank`.
fn aligned(tensor: &Tensor, rank: usize) -> Tensor {
    let axes = tensor.axes();
    let missing = rank - axes.len();
    if missing == 0 {
        return tensor.clone();
    }
    let batch = axes.len().min(1);
    let mut sizes = [1; Axes::MOST];
    sizes[..batch].copy_from_slice(&axes[..batch]);
    sizes[batch + missing..rank].copy_from_slice(&axes[batch..]);
    tensor.reshaped(&sizes[..rank])
}

impl Op for Arithmetic {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let (a, b) = (inputs[0].clone(), inputs[1].clone());
        let walk = Walk::new(a.axes(), b.axes());
        let y = context.write(walk.axes(), |y| forward(self, y, a.read(), b.read(), &walk));
        context.record(inputs, y, move |flow, gradient| {
            if let Some(of_b) = flow.into(&b) {
                to_right(self, of_b, gradient, a.read(), b.read(), &walk);
            }
            if matches!(self, Arithmetic::Add | Arithmetic::Sub) && walk.axes() == a.axes() {
                flow.pass(&a, gradient);
            } else if let Some(of_a) = flow.into(&a) {
                to_left(self, of_a, gradient, b.read(), &walk);
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [a, b] = op::exactly(inputs);
        let axes = Walk::new(a.axes, b.axes).axes();
        // Adding zero makes a tensor of its own: dfdx does not take the same tensor on both sides.
        let (a, b) = (stretch(a, axes).flat, stretch(b, axes).flat + 0.0);
        let flat = match self {
            Arithmetic::Add => a + b,
            Arithmetic::Sub => a - b,
            Arithmetic::Mul => a * b,
            Arithmetic::Div => a / b,
        };
        Plain { flat, axes }
    }
}

simd! {
    fn forward(which: Arithmetic, y: &mut [f32], a: &[f32], b: &[f32], walk: &Walk) {
        walk.each(|at| {
            let (y, a, b) = (&mut y[at.out()], at.left(a), at.right(b));
            match which {
                Arithmetic::Add => zip(y, a, b, |a, b| a + b),
                Arithmetic::Sub => zip(y, a, b, |a, b| a - b),
                Arithmetic::Mul => zip(y, a, b, |a, b| a * b),
                Arithmetic::Div => zip(y, a, b, |a, b| a / b),
            }
        });
    }
}

simd! {
    /// `∂(a ∘ b)/∂a` is 1, or `b`, or `1 / b`.
    fn to_left(which: Arithmetic, to: &mut [f32], gradient: &[f32], b: &[f32], walk: &Walk) {
        walk.each(|at| {
            let (g, b) = (&gradient[at.out()], at.right(b));
            let to = &mut to[at.left_range()];
            match which {
                Arithmetic::Add | Arithmetic::Sub => pull(to, g, Lane::One(0.0), |g, _| g),
                Arithmetic::Mul => pull(to, g, b, |g, b| g * b),
                Arithmetic::Div => pull(to, g, b, |g, b| g / b),
            }
        });
    }
}

simd! {
    /// `∂(a ∘ b)/∂b` is ±1, or `a`, or `-a / b²`.
    fn to_right(which: Arithmetic, to: &mut [f32], gradient: &[f32], a: &[f32], b: &[f32], walk: &Walk) {
        walk.each(|at| {
            let (g, a, b) = (&gradient[at.out()], at.left(a), at.right(b));
            let to = &mut to[at.right_range()];
            match which {
                Arithmetic::Add => pull(to, g, Lane::One(0.0), |g, _| g),
                Arithmetic::Sub => pull(to, g, Lane::One(0.0), |g, _| -g),
                Arithmetic::Mul => pull(to, g, a, |g, a| g * a),
                Arithmetic::Div => pull2(to, g, a, b, |g, a, b| -g * a / (b * b)),
            }
        });
    }
}

#[inline(always)]
fn zip(y: &mut [f32], a: Lane<'_>, b: Lane<'_>, f: impl Fn(f32, f32) -> f32) {
    match (a, b) {
        (Lane::Each(a), Lane::Each(b)) => y.iter_mut().zip(a).zip(b).for_each(|((y, &a), &b)| *y = f(a, b)),
        (Lane::Each(a), Lane::One(b)) => y.iter_mut().zip(a).for_each(|(y, &a)| *y = f(a, b)),
        (Lane::One(a), Lane::Each(b)) => y.iter_mut().zip(b).for_each(|(y, &b)| *y = f(a, b)),
        (Lane::One(a), Lane::One(b)) => y.fill(f(a, b)),
    }
}

/// Adds `f(gradient, other)` to `to`, which is as long as the gradient or one number.
#[inline(always)]
fn pull(to: &mut [f32], g: &[f32], other: Lane<'_>, f: impl Fn(f32, f32) -> f32) {
    match (other, to.len() == g.len()) {
        (Lane::Each(o), true) => to.iter_mut().zip(g).zip(o).for_each(|((to, &g), &o)| *to += f(g, o)),
        (Lane::One(o), true) => to.iter_mut().zip(g).for_each(|(to, &g)| *to += f(g, o)),
        (Lane::Each(o), false) => to[0] += simd::fold2(g, o, |sum, g, o| sum + f(g, o)),
        (Lane::One(o), false) => to[0] += simd::fold(g, 0.0, |sum, g| sum + f(g, o), |a, b| a + b),
    }
}

/// Like [`pull`] with two others; not the fast path.
#[inline(always)]
fn pull2(to: &mut [f32], g: &[f32], a: Lane<'_>, b: Lane<'_>, f: impl Fn(f32, f32, f32) -> f32) {
    let last = to.len() - 1;
    for (i, &g) in g.iter().enumerate() {
        to[i.min(last)] += f(g, a.at(i), b.at(i));
    }
}
