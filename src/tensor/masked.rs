//! Reductions over the elements that a mask keeps. Owns what is made of a mask (data, through which no gradient flows); the
//! sums themselves are those of the ops without one, so each runs on every device.

use super::Tensor;
use super::arithmetic::{Arithmetic, arithmetic};
use super::axes::Axes;
use super::context::Context;
use super::reduce::{Reduction, reduce};
use super::softmax::{Softmax, softmax};

/// Far below every number, and finite: two of them are equal, not NaN.
const NOWHERE: f32 = -1e30;

/// The mean over `axes` (ascending, counted with the batch) of the elements whose mask is 1; 0 where there are none. The mask has
/// the batch and the sizes of these axes.
pub fn masked_mean(context: &mut Context, x: &Tensor, mask: &Tensor, axes: &[usize]) -> Tensor {
    let share = derived(context, mask, spread(x.axes(), axes), |mask, share| {
        let count = mask.iter().filter(|mask| **mask != 0.0).count().max(1) as f32;
        share.iter_mut().zip(mask).for_each(|(share, mask)| *share = if *mask == 0.0 { 0.0 } else { 1.0 / count });
    });
    let shares = arithmetic(context, Arithmetic::Mul, x, &share);
    reduce(context, Reduction::Sum, &shares, axes)
}

/// The greatest over `axes` of the elements whose mask is 1; 0 where there are none.
pub fn masked_max(context: &mut Context, x: &Tensor, mask: &Tensor, axes: &[usize]) -> Tensor {
    let kept = beyond(context, x, mask, axes);
    let greatest = reduce(context, Reduction::Max, &kept, axes);
    let alive = alive(context, mask, greatest.axes());
    arithmetic(context, Arithmetic::Mul, &greatest, &alive)
}

/// Softmax along an axis over the elements whose mask is 1; 0 for the others.
pub fn masked_softmax(context: &mut Context, x: &Tensor, mask: &Tensor, axis: usize) -> Tensor {
    let kept = beyond(context, x, mask, &[axis]);
    let chances = softmax(context, Softmax::Chances, &kept, axis);
    let alive = alive(context, mask, x.axes());
    arithmetic(context, Arithmetic::Mul, &chances, &alive)
}

/// How many of the greatest elements are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Most {
    /// So many, or all where there are fewer.
    Values(usize),
    /// One in so many of those that there are, rounded down and at least one.
    OneIn(usize),
}

impl Most {
    fn of(self, there: usize) -> usize {
        match self {
            Most::Values(most) => most.min(there),
            Most::OneIn(parts) => (there / parts.max(1)).max(1).min(there),
        }
    }
}

/// The mean of the greatest elements along an axis, of equal ones the first; with a mask (batch and the size of the axis)
/// of those whose mask is 1. The gradient goes to the chosen ones.
pub fn top_mean(context: &mut Context, x: &Tensor, mask: Option<&Tensor>, axis: usize, most: Most) -> Tensor {
    let [outer, size, inner] = x.axes().around(axis);
    let (values, mask) = (x.values(), mask.map(Tensor::values));
    let each = outer / x.axes()[0].max(1);
    let share = context.make(x.axes(), |share| {
        let mut order: Vec<usize> = Vec::with_capacity(size);
        for (block, (x, share)) in values.chunks(size * inner).zip(share.chunks_mut(size * inner)).enumerate() {
            let mask = mask.as_ref().map(|mask| &mask[block / each * size..][..size]);
            for column in 0..inner {
                order.clear();
                order.extend((0..size).filter(|i| mask.is_none_or(|mask| mask[*i] != 0.0)));
                let count = most.of(order.len());
                let value = |i: usize| x[i * inner + column];
                if count > 0 && count < order.len() {
                    order.select_nth_unstable_by(count - 1, |a, b| value(*b).total_cmp(&value(*a)).then(a.cmp(b)));
                }
                order[..count].iter().for_each(|i| share[i * inner + column] = 1.0 / count as f32);
            }
        }
    });
    let shares = arithmetic(context, Arithmetic::Mul, x, &share);
    reduce(context, Reduction::Sum, &shares, &[axis])
}

/// The mask's axes among those of `x`, all others of size 1.
fn spread(x: Axes, axes: &[usize]) -> Axes {
    (1..x.len()).filter(|axis| !axes.contains(axis)).fold(x, |all, axis| all.with(axis, 1))
}

/// A tensor of these axes whose values for one sample are made of the mask's for it.
fn derived(context: &Context, mask: &Tensor, axes: Axes, of: impl Fn(&[f32], &mut [f32])) -> Tensor {
    let samples = axes[0].max(1);
    let (from, mask) = (mask.len() / samples, mask.values());
    context.make(axes, |to| {
        let length = (to.len() / samples).max(1);
        to.chunks_exact_mut(length).zip(mask.chunks_exact(from.max(1))).for_each(|(to, mask)| of(mask, to));
    })
}

/// `x` with what is masked moved far below all else.
fn beyond(context: &mut Context, x: &Tensor, mask: &Tensor, axes: &[usize]) -> Tensor {
    let below = derived(context, mask, spread(x.axes(), axes), |mask, below| {
        below.iter_mut().zip(mask).for_each(|(below, mask)| *below = if *mask == 0.0 { NOWHERE } else { 0.0 });
    });
    arithmetic(context, Arithmetic::Add, x, &below)
}

/// For each sample whether its mask keeps anything, to be multiplied with a tensor of these axes.
fn alive(context: &Context, mask: &Tensor, axes: Axes) -> Tensor {
    derived(context, mask, spread(axes, &[]), |mask, alive| {
        alive[0] = if mask.iter().any(|mask| *mask != 0.0) { 1.0 } else { 0.0 };
    })
}
