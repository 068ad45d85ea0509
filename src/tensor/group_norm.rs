//! Normalising groups of features of each sample (Wu & He 2018). Owns the op alone.

use super::axes::Axes;
use super::context::Context;
use super::op::{self, Op, Plain};
use super::raw::simd;
use super::{Tensor, simd};
use dfdx::shapes::Axes2;
use dfdx::tensor::{Tape, WithEmptyTape};
use dfdx::tensor_ops::{BroadcastTo, Device, MeanTo, ReshapeTo};
use std::ops::Range;

/// `(x - mean) / √(variance + ε)` with the mean and the variance of each sample's groups of the last axis, over all other axes, too.
pub fn group_norm(context: &mut Context, x: &Tensor, groups: usize, eps: f32) -> Tensor {
    assert!(x.axes().last_size().is_multiple_of(groups), "{groups} groups of {:?}", x.axes());
    op::run(GroupNorm { groups, eps }, context, &[x])
}

struct GroupNorm {
    groups: usize,
    eps: f32,
}

/// Where the groups of a sample are.
#[derive(Clone, Copy)]
struct Groups {
    count: usize,
    /// Features of a group.
    width: usize,
    /// Steps, or whatever stands before the features.
    rows: usize,
}

impl Groups {
    fn of(x: Axes, count: usize) -> Self {
        let width = x.last_size() / count;
        Self { count, width, rows: x.elements() / (x[0] * count * width).max(1) }
    }

    /// Numbers of one sample.
    fn sample(self) -> usize {
        self.rows * self.count * self.width
    }

    /// One over the numbers of a group.
    fn share(self) -> f32 {
        1.0 / (self.rows * self.width) as f32
    }

    /// The numbers of a group in a sample: so many side by side in every row.
    #[inline(always)]
    fn runs(self, group: usize) -> impl Iterator<Item = Range<usize>> {
        (0..self.rows).map(move |row| {
            let start = (row * self.count + group) * self.width;
            start..start + self.width
        })
    }
}

impl Op for GroupNorm {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0].clone();
        let groups = Groups::of(x.axes(), self.groups);
        // Mean and 1 / deviation of every group.
        let moments = context.make(Axes::of(&[x.axes()[0], groups.count, 2]), |moments| {
            measure(moments, x.read(), groups, self.eps);
        });
        let y = context.make(x.axes(), |y| normalise(y, x.read(), moments.read(), groups));
        context.record(inputs, y, move |flow, gradient| {
            if let Some(of_x) = flow.into(&x) {
                to_input(of_x, gradient, x.read(), moments.read(), groups);
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        let Groups { count, width, rows } = Groups::of(x.axes, self.groups);
        let shape = (x.axes[0], rows, count, width);
        let parts = x.flat.reshape_like(&shape);
        let mean = parts.with_empty_tape().mean::<(usize, usize), Axes2<1, 3>>();
        let centred = parts - mean.broadcast_like::<_, Axes2<1, 3>>(&shape);
        let variance = centred.with_empty_tape().square().mean::<(usize, usize), Axes2<1, 3>>();
        let y = centred / (variance + self.eps).sqrt().broadcast_like::<_, Axes2<1, 3>>(&shape);
        Plain { flat: y.reshape_like(&(x.axes.elements(),)), axes: x.axes }
    }
}

simd! {
    fn measure(moments: &mut [f32], x: &[f32], groups: Groups, eps: f32) {
        let all = moments.chunks_exact_mut(2 * groups.count).zip(x.chunks_exact(groups.sample()));
        for (moments, x) in all {
            for (group, moments) in moments.chunks_exact_mut(2).enumerate() {
                let mean = groups.runs(group).map(|run| simd::sum(&x[run])).sum::<f32>() * groups.share();
                let square = |sum: f32, x: f32| A::fma(x - mean, x - mean, sum);
                let squares = groups.runs(group).map(|run| simd::fold(&x[run], 0.0, square, |a, b| a + b));
                moments[0] = mean;
                moments[1] = 1.0 / A::fma(squares.sum::<f32>(), groups.share(), eps).sqrt();
            }
        }
    }
}

simd! {
    fn normalise(y: &mut [f32], x: &[f32], moments: &[f32], groups: Groups) {
        let samples = x.chunks_exact(groups.sample()).zip(moments.chunks_exact(2 * groups.count));
        for (y, (x, moments)) in y.chunks_exact_mut(groups.sample()).zip(samples) {
            for (group, moments) in moments.chunks_exact(2).enumerate() {
                for run in groups.runs(group) {
                    let numbers = y[run.clone()].iter_mut().zip(&x[run]);
                    numbers.for_each(|(y, &x)| *y = (x - moments[0]) * moments[1]);
                }
            }
        }
    }
}

simd! {
    /// `∂x = (g - mean(g) - n mean(g n)) / deviation`
    fn to_input(to: &mut [f32], gradient: &[f32], x: &[f32], moments: &[f32], groups: Groups) {
        let size = groups.sample();
        let inputs = gradient.chunks_exact(size).zip(x.chunks_exact(size)).zip(moments.chunks_exact(2 * groups.count));
        for (to, ((g, x), moments)) in to.chunks_exact_mut(size).zip(inputs) {
            for (group, moments) in moments.chunks_exact(2).enumerate() {
                let (mean, inverse) = (moments[0], moments[1]);
                let sum_g: f32 = groups.runs(group).map(|run| simd::sum(&g[run])).sum();
                let with_n = |sum: f32, g: f32, x: f32| A::fma(g, (x - mean) * inverse, sum);
                let sum_gn: f32 = groups.runs(group).map(|run| simd::fold2(&g[run.clone()], &x[run], with_n)).sum();
                for run in groups.runs(group) {
                    for ((to, &g), &x) in to[run.clone()].iter_mut().zip(&g[run.clone()]).zip(&x[run]) {
                        let n = (x - mean) * inverse;
                        *to += inverse * (g - groups.share() * A::fma(n, sum_gn, sum_g));
                    }
                }
            }
        }
    }
}
