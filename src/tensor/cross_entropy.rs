//! Cross entropy of logits with class ids: log-softmax and the negative log-likelihood in one pass. Owns the op alone.

use super::axes::Axes;
use super::context::Context;
use super::op::{self, Op, Plain};
use super::raw::simd;
use super::{Tensor, math, simd};
use dfdx::shapes::Axis;
use dfdx::tensor::{Tape, WithEmptyTape};
use dfdx::tensor_ops::{BroadcastTo, Device, LogSumExpTo, ReshapeTo, SumTo};

/// Mean over batch and steps of `-Σ q log softmax(x)`: `logits [.., classes]`, `targets [..]` class ids as `f32`.
///
/// `q` is 1 at the target, or with smoothing `ε` (Szegedy et al. 2016) `1 - ε` plus `ε / classes` everywhere.
pub fn cross_entropy(context: &mut Context, logits: &Tensor, targets: &Tensor, smoothing: f32) -> Tensor {
    op::run(CrossEntropy { smoothing, targets: targets.clone() }, context, &[logits])
}

struct CrossEntropy {
    smoothing: f32,
    targets: Tensor,
}

impl Op for CrossEntropy {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let logits = inputs[0];
        let classes = logits.axes().last_size();
        let rows = logits.len() / classes.max(1);
        assert_eq!(self.targets.len(), rows, "targets {:?} for logits {:?}", self.targets.axes(), logits.axes());
        let mut total = 0.0;
        // Probabilities, from which the gradient is p - q.
        let chances = context.make(logits.axes(), |chances| {
            total = losses(logits.read(), self.targets.read(), chances, classes, self.smoothing);
        });
        let loss = context.make(Axes::of(&[]), |loss| loss[0] = (total / rows as f64) as f32);
        let input = logits.clone();
        context.record(inputs, loss, move |flow, gradient| {
            if let Some(of_input) = flow.into(&input) {
                let scale = gradient[0] / rows as f32;
                slopes(of_input, chances.read(), self.targets.read(), classes, self.smoothing, scale);
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [logits] = op::exactly(inputs);
        let classes = logits.axes.last_size();
        let rows = logits.axes.elements() / classes.max(1);
        let wanted = self.distribution(classes);
        let logits = logits.flat.reshape_like(&(rows, classes));
        let device = logits.device().clone();
        let total = logits.with_empty_tape().logsumexp::<(usize,), Axis<1>>();
        let log = logits - total.broadcast_like::<_, Axis<1>>(&(rows, classes));
        let wanted = device.tensor_from_vec(wanted, (rows, classes));
        let loss = (log * wanted).sum::<dfdx::shapes::Rank0, _>() * (-1.0 / rows as f32);
        Plain { flat: loss.reshape_like(&(1,)), axes: Axes::of(&[]) }
    }
}

impl CrossEntropy {
    /// `q`, row after row.
    fn distribution(&self, classes: usize) -> Vec<f32> {
        let even = self.smoothing / classes as f32;
        let mut all = vec![even; self.targets.len() * classes];
        for (row, &target) in all.chunks_exact_mut(classes).zip(&*self.targets.values()) {
            row[target as usize] += 1.0 - self.smoothing;
        }
        all
    }
}

simd! {
    /// Sum of the rows' losses; softmax of the rows into `chances`.
    fn losses(logits: &[f32], targets: &[f32], chances: &mut [f32], classes: usize, smoothing: f32) -> f64 {
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
            let log_sum = greatest + math::ln::<A>(sum);
            let mut loss = (1.0 - smoothing) * (log_sum - row[target as usize]);
            if smoothing > 0.0 {
                loss += smoothing * (log_sum - simd::sum(row) / classes as f32);
            }
            total += f64::from(loss);
        }
        total
    }
}

simd! {
    /// Adds `(p - q) * scale`.
    fn slopes(to: &mut [f32], chances: &[f32], targets: &[f32], classes: usize, smoothing: f32, scale: f32) {
        let even = smoothing / classes as f32;
        for ((to, chance), &target) in to.chunks_exact_mut(classes).zip(chances.chunks_exact(classes)).zip(targets) {
            for (to, &p) in to.iter_mut().zip(chance) {
                *to = A::fma(p - even, scale, *to);
            }
            to[target as usize] -= (1.0 - smoothing) * scale;
        }
    }
}
