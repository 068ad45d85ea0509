//! Sums, means and maxima over axes. Owns the ops alone.

use super::axes::Axes;
use super::context::Context;
use super::op::{self, Op, Plain};
use super::raw::simd;
use super::{Tensor, simd};
use dfdx::shapes::Axis;
use dfdx::tensor::{SplitTape, Tape};
use dfdx::tensor_ops::{BroadcastTo, ChooseFrom, Device, MaxTo, ReshapeTo, SumTo, TryEq};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    Sum,
    Mean,
    /// Among equal greatest values the gradient is shared, as in `torch.amax`.
    Max,
}

/// Reduces the given axes (ascending, counted with the batch) and drops them.
pub fn reduce(context: &mut Context, which: Reduction, x: &Tensor, axes: &[usize]) -> Tensor {
    assert!(axes.is_sorted_by(|a, b| a < b), "axes to reduce in ascending order, not {axes:?}");
    // Neighbouring axes are reduced in one go, from the last.
    let mut y = x.clone();
    let mut end = axes.len();
    while end > 0 {
        let mut start = end - 1;
        while start > 0 && axes[start - 1] + 1 == axes[start] {
            start -= 1;
        }
        y = op::run(Reduce { which, first: axes[start], count: end - start }, context, &[&y]);
        end = start;
    }
    y
}

struct Reduce {
    which: Reduction,
    first: usize,
    count: usize,
}

impl Reduce {
    /// Elements before, along and after the reduced axes; the axes left.
    fn sizes(&self, axes: Axes) -> ([usize; 3], Axes) {
        let product = |range: &[usize]| range.iter().product();
        let end = self.first + self.count;
        let sizes = [product(&axes[..self.first]), product(&axes[self.first..end]), product(&axes[end..])];
        (sizes, (0..self.count).fold(axes, |axes, _| axes.without(self.first)))
    }

    fn factor(&self, size: usize) -> f32 {
        match self.which {
            Reduction::Sum | Reduction::Max => 1.0,
            Reduction::Mean => 1.0 / size as f32,
        }
    }
}

impl Op for Reduce {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0].clone();
        let (sizes, axes) = self.sizes(x.axes());
        let factor = self.factor(sizes[1]);
        let y = context.make(axes, |y| match self.which {
            Reduction::Sum | Reduction::Mean => sums(y, x.read(), sizes, factor),
            Reduction::Max => maxima(y, x.read(), sizes),
        });
        let greatest = y.clone();
        context.record(inputs, y, move |flow, gradient| {
            if let Some(of_x) = flow.into(&x) {
                match self.which {
                    Reduction::Sum | Reduction::Mean => spread(of_x, gradient, sizes, factor),
                    Reduction::Max => spread_to_greatest(of_x, gradient, x.read(), greatest.read(), sizes),
                }
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        let (sizes, axes) = self.sizes(x.axes);
        let (outer, size, inner) = (sizes[0], sizes[1], sizes[2]);
        let factor = self.factor(size);
        let x = x.flat.reshape_like(&(outer, size, inner));
        let y = match self.which {
            Reduction::Sum | Reduction::Mean => x.sum::<(usize, usize), Axis<1>>() * factor,
            Reduction::Max => {
                // dfdx gives the whole gradient to each of several greatest values; a weighted sum shares it.
                let (x, tape) = x.split_tape();
                let greatest = x.clone().max::<(usize, usize), Axis<1>>();
                let is_greatest = x.eq(&greatest.broadcast_like::<_, Axis<1>>(&(outer, size, inner)).contiguous());
                let (ones, zeros) =
                    (x.device().ones_like(&(outer, size, inner)), x.device().zeros_like(&(outer, size, inner)));
                let shares = is_greatest.choose(ones, zeros);
                let counts = shares.clone().sum::<(usize, usize), Axis<1>>();
                let shares = shares / counts.broadcast_like::<_, Axis<1>>(&(outer, size, inner));
                (dfdx::tensor::PutTape::put_tape(x, tape) * shares).sum::<(usize, usize), Axis<1>>()
            }
        };
        Plain { flat: y.reshape_like(&(axes.elements(),)), axes }
    }
}

simd! {
    fn sums(y: &mut [f32], x: &[f32], sizes: [usize; 3], factor: f32) {
        let [_, size, inner] = sizes;
        if inner == 1 {
            for (y, row) in y.iter_mut().zip(x.chunks_exact(size)) {
                *y = simd::sum(row) * factor;
            }
            return;
        }
        for (y, block) in y.chunks_exact_mut(inner).zip(x.chunks_exact(size * inner)) {
            for row in block.chunks_exact(inner) {
                y.iter_mut().zip(row).for_each(|(y, &x)| *y += x);
            }
            y.iter_mut().for_each(|y| *y *= factor);
        }
    }
}

simd! {
    fn maxima(y: &mut [f32], x: &[f32], sizes: [usize; 3]) {
        let [_, size, inner] = sizes;
        if inner == 1 {
            for (y, row) in y.iter_mut().zip(x.chunks_exact(size)) {
                *y = simd::max(row);
            }
            return;
        }
        for (y, block) in y.chunks_exact_mut(inner).zip(x.chunks_exact(size * inner)) {
            y.fill(f32::NEG_INFINITY);
            for row in block.chunks_exact(inner) {
                y.iter_mut().zip(row).for_each(|(y, &x)| *y = if x > *y { x } else { *y });
            }
        }
    }
}

simd! {
    fn spread(to: &mut [f32], gradient: &[f32], sizes: [usize; 3], factor: f32) {
        let [_, size, inner] = sizes;
        if inner == 1 {
            for (to, &g) in to.chunks_exact_mut(size).zip(gradient) {
                to.iter_mut().for_each(|to| *to += g * factor);
            }
            return;
        }
        for (block, g) in to.chunks_exact_mut(size * inner).zip(gradient.chunks_exact(inner)) {
            for to in block.chunks_exact_mut(inner) {
                to.iter_mut().zip(g).for_each(|(to, &g)| *to = A::fma(g, factor, *to));
            }
        }
    }
}

/// To the greatest value, or to several equal ones in equal shares.
fn spread_to_greatest(to: &mut [f32], gradient: &[f32], x: &[f32], greatest: &[f32], [_, size, inner]: [usize; 3]) {
    let blocks = to.chunks_exact_mut(size * inner).zip(x.chunks_exact(size * inner));
    for ((to, x), (g, top)) in blocks.zip(gradient.chunks_exact(inner).zip(greatest.chunks_exact(inner))) {
        for (column, (&g, &top)) in g.iter().zip(top).enumerate() {
            let ties = x[column..].iter().step_by(inner).filter(|&&x| x == top).count();
            let share = g / ties.max(1) as f32;
            for (to, &x) in to[column..].iter_mut().step_by(inner).zip(x[column..].iter().step_by(inner)) {
                if x == top {
                    *to += share;
                }
            }
        }
    }
}
