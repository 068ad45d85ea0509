//! Cross entropy of logits with class ids: log-softmax and the negative log-likelihood in one pass. Owns the op alone.

use super::axes::Axes;
use super::context::Context;
use super::op::{self, Op, Plain};
use super::raw::simd;
use super::{Tensor, math, simd};
use dfdx::shapes::Axis;
use dfdx::tensor::{Tape, WithEmptyTape};
use dfdx::tensor_ops::{BroadcastTo, Device, LogSumExpTo, ReshapeTo, SumTo};

/// Mean over batch and steps of `-Σ w q log softmax(x)`: `logits [.., classes]`, `targets [..]` class ids as `f32`.
///
/// `q` is 1 at the target, or with smoothing `ε` (Szegedy et al. 2016) `1 - ε` plus `ε / classes` everywhere. `weights` are one a
/// class, or empty where every class counts 1. As PyTorch has it, the sum is divided by the weights of the targets. A target below
/// 0 is none and counts nothing; where nothing counts, the mean is 0.
pub fn cross_entropy(
    context: &mut Context,
    logits: &Tensor,
    targets: &Tensor,
    smoothing: f32,
    weights: &[f32],
) -> Tensor {
    op::run(CrossEntropy { smoothing, weights: weights.to_vec(), targets: targets.clone() }, context, &[logits])
}

/// What class ids count together: 1 each, or the weights of their classes; below 0 nothing.
pub fn weight_of(targets: &[f32], weights: &[f32]) -> f64 {
    targets.iter().map(|target| f64::from(weight(*target, weights))).sum()
}

/// What one class id counts.
#[inline(always)]
pub(super) fn weight(target: f32, weights: &[f32]) -> f32 {
    if target < 0.0 { 0.0 } else { weights.get(target as usize).copied().unwrap_or(1.0) }
}

struct CrossEntropy {
    smoothing: f32,
    weights: Vec<f32>,
    targets: Tensor,
}

impl Op for CrossEntropy {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let logits = inputs[0];
        let classes = logits.axes().last_size();
        let rows = logits.len() / classes.max(1);
        assert_eq!(self.targets.len(), rows, "targets {:?} for logits {:?}", self.targets.axes(), logits.axes());
        let counted = weight_of(self.targets.read(), &self.weights);
        let mut total = 0.0;
        // Probabilities, from which the gradient is p - q.
        let chances = context.make(logits.axes(), |chances| {
            total = losses(logits.read(), self.targets.read(), chances, classes, self.smoothing, &self.weights);
        });
        let mean = if counted > 0.0 { total / counted } else { 0.0 };
        let loss = context.make(Axes::of(&[]), |loss| loss[0] = mean as f32);
        let input = logits.clone();
        context.record(inputs, loss, move |flow, gradient| {
            if let Some(of_input) = flow.into(&input).filter(|_| counted > 0.0) {
                let scale = gradient[0] / counted as f32;
                let Self { smoothing, weights, targets } = &self;
                slopes(of_input, chances.read(), targets.read(), classes, *smoothing, scale, weights);
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [logits] = op::exactly(inputs);
        let classes = logits.axes.last_size();
        let rows = logits.axes.elements() / classes.max(1);
        let wanted = self.distribution(classes);
        let counted = weight_of(&self.targets.values(), &self.weights);
        let part = if counted > 0.0 { -1.0 / counted as f32 } else { 0.0 };
        let logits = logits.flat.reshape_like(&(rows, classes));
        let device = logits.device().clone();
        let total = logits.with_empty_tape().logsumexp::<(usize,), Axis<1>>();
        let log = logits - total.broadcast_like::<_, Axis<1>>(&(rows, classes));
        let wanted = device.tensor_from_vec(wanted, (rows, classes));
        let loss = (log * wanted).sum::<dfdx::shapes::Rank0, _>() * part;
        Plain { flat: loss.reshape_like(&(1,)), axes: Axes::of(&[]) }
    }
}

impl CrossEntropy {
    /// `w q`, row after row.
    fn distribution(&self, classes: usize) -> Vec<f32> {
        let even = self.smoothing / classes as f32;
        let mut all = vec![0.0; self.targets.len() * classes];
        for (row, &target) in all.chunks_exact_mut(classes).zip(&*self.targets.values()) {
            if target >= 0.0 {
                row.fill(even);
                row[target as usize] += 1.0 - self.smoothing;
                row.iter_mut().zip(&self.weights).for_each(|(q, w)| *q *= w);
            }
        }
        all
    }
}

simd! {
    /// Sum of the rows' losses; softmax of the rows into `chances`.
    fn losses(
        logits: &[f32],
        targets: &[f32],
        chances: &mut [f32],
        classes: usize,
        smoothing: f32,
        weights: &[f32],
    ) -> f64 {
        let mut total = 0.0;
        for ((row, chance), &target) in logits.chunks_exact(classes).zip(chances.chunks_exact_mut(classes)).zip(targets) {
            let greatest = simd::max(row);
            for (chance, &x) in chance.iter_mut().zip(row) {
                *chance = math::exp::<A>(x - greatest);
            }
            let sum = simd::sum(chance);
            let inverse = 1.0 / sum;
            for chance in &mut *chance {
                *chance *= inverse;
            }
            if target < 0.0 {
                continue;
            }
            let log_sum = greatest + math::ln::<A>(sum);
            let mut loss = (1.0 - smoothing) * (log_sum - row[target as usize]);
            if !weights.is_empty() {
                loss *= weights[target as usize];
                if smoothing > 0.0 {
                    let of_all = simd::fold2(row, weights, |sum, x, w| A::fma(w, log_sum - x, sum));
                    loss += smoothing * (of_all / classes as f32);
                }
            } else if smoothing > 0.0 {
                loss += smoothing * (log_sum - simd::sum(row) / classes as f32);
            }
            total += f64::from(loss);
        }
        total
    }
}

simd! {
    /// Adds `(p Σ w q - w q) * scale`, which is `(p - q) * scale` where every class counts 1.
    fn slopes(
        to: &mut [f32],
        chances: &[f32],
        targets: &[f32],
        classes: usize,
        smoothing: f32,
        scale: f32,
        weights: &[f32],
    ) {
        let even = smoothing / classes as f32;
        let all = even * simd::sum(weights);
        for ((to, chance), &target) in to.chunks_exact_mut(classes).zip(chances.chunks_exact(classes)).zip(targets) {
            if target < 0.0 {
                continue;
            }
            let right = (1.0 - smoothing) * weight(target, weights);
            if weights.is_empty() {
                for (to, &p) in to.iter_mut().zip(chance) {
                    *to = A::fma(p - even, scale, *to);
                }
            } else {
                for ((to, &p), &w) in to.iter_mut().zip(chance).zip(weights) {
                    *to = A::fma(A::fma(p, right + all, -even * w), scale, *to);
                }
            }
            to[target as usize] -= right * scale;
        }
    }
}
