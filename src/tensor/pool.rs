//! Pooling over steps: the greatest or the mean of what a window sees, of what a mask keeps. Owns the choice of elements, which is
//! data, and the op that gathers them.

use super::Tensor;
use super::axes::Axes;
use super::context::Context;
use super::op::{self, Op, Plain};
use super::window::Window;
use dfdx::shapes::Axis;
use dfdx::tensor::Tape;
use dfdx::tensor_ops::{Device, GatherTo, ReshapeTo, SumTo};

/// What is made of the steps that a window sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// The greatest, of equal ones the first.
    Max,
    /// The mean.
    Mean,
}

/// `[batch, steps, features]` to `[batch, steps', features]`: of the steps that a window sees and the mask `[batch, steps]` keeps;
/// 0 where there are none. What lies beside the input is no step.
pub fn pool(context: &mut Context, pooling: Pooling, x: &Tensor, mask: Option<&Tensor>, window: Window) -> Tensor {
    let (batch, steps, features) = (x.axes()[0], x.axes()[1], x.axes()[2]);
    let each = match pooling {
        Pooling::Max => 1,
        Pooling::Mean => window.kernel,
    };
    let axes = x.axes().with(1, window.steps);
    let count = axes.elements() * each;
    let (mut at, mut share) = (vec![0; count], vec![0.0; count]);
    let (values, mask) = (x.values(), mask.map(Tensor::values));
    let mut seen: Vec<usize> = Vec::with_capacity(window.kernel);
    for row in 0..batch * window.steps {
        let (sample, t) = (row / window.steps, row % window.steps);
        let there = |step: &usize| mask.as_ref().is_none_or(|mask| mask[sample * steps + step] != 0.0);
        seen.clear();
        seen.extend((0..window.kernel).filter_map(|k| window.source(t, k, steps)).filter(there));
        for feature in 0..features {
            let place = |step: usize| (sample * steps + step) * features + feature;
            let to = (row * features + feature) * each;
            match pooling {
                Pooling::Max => {
                    let greater = |best: usize, other: usize| if values[other] > values[best] { other } else { best };
                    if let Some(best) = seen.iter().map(|step| place(*step)).reduce(greater) {
                        (at[to], share[to]) = (best, 1.0);
                    }
                }
                Pooling::Mean => {
                    for (slot, step) in seen.iter().enumerate() {
                        (at[to + slot], share[to + slot]) = (place(*step), 1.0 / seen.len() as f32);
                    }
                }
            }
        }
    }
    op::run(Pick { at, share, each, axes }, context, &[x])
}

/// Sums of `each` elements, times their shares.
struct Pick {
    at: Vec<usize>,
    share: Vec<f32>,
    each: usize,
    axes: Axes,
}

impl Op for Pick {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0].clone();
        let Self { at, share, each, axes } = self;
        let y = context.make(axes, |y| {
            let read = x.read();
            for ((y, at), share) in y.iter_mut().zip(at.chunks_exact(each)).zip(share.chunks_exact(each)) {
                *y =
                    at.iter().zip(share).filter(|(_, share)| **share != 0.0).map(|(at, share)| share * read[*at]).sum();
            }
        });
        context.record(inputs, y, move |flow, gradient| {
            if let Some(of_x) = flow.into(&x) {
                for ((g, at), share) in gradient.iter().zip(at.chunks_exact(each)).zip(share.chunks_exact(each)) {
                    at.iter().zip(share).for_each(|(at, share)| of_x[*at] += share * g);
                }
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        let (count, device) = (self.at.len(), x.flat.device().clone());
        let index = device.tensor_from_vec(self.at, (count,));
        let share = device.tensor_from_vec(self.share, (count,));
        let chosen = x.flat.gather::<(usize,), _>(index) * share;
        let flat = chosen.reshape_like(&(count / self.each, self.each)).sum::<(usize,), Axis<1>>();
        Plain { flat, axes: self.axes }
    }
}
