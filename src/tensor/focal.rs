//! Focal loss (Lin et al. 2017) of logits: of class ids and of yes and no. Owns the ops alone.
//!
//! With `p_t` the probability of what is true, it is `-(1 - p_t)^γ ln p_t` (Eq. 4). `1 - p_t` is summed up of what is not true
//! and not subtracted, so a sure answer keeps its digits.

use super::axes::Axes;
use super::context::Context;
use super::cross_entropy::{weight, weight_of};
use super::op::{self, Op, Plain};
use super::raw::simd;
use super::simd::Arch;
use super::{Tensor, math, simd};
use dfdx::shapes::{Axis, Rank0};
use dfdx::tensor::{Tape, WithEmptyTape};
use dfdx::tensor_ops::{BroadcastTo, Device, LogSumExpTo, MeanTo, ReshapeTo, SumTo};

/// The mean over batch and steps: `logits [.., classes]`, `targets [..]` class ids as `f32`. `weights` and targets below 0 are
/// those of [`cross_entropy`](super::cross_entropy()).
pub fn focal(context: &mut Context, logits: &Tensor, targets: &Tensor, gamma: f32, weights: &[f32]) -> Tensor {
    op::run(Classes { targets: targets.clone(), gamma, weights: weights.to_vec() }, context, &[logits])
}

/// The mean over all elements: `target` is 1 for yes and 0 for no, of any axes. With α, a yes counts α and a no `1 - α` (Eq. 5).
pub fn binary_focal(context: &mut Context, logits: &Tensor, target: &Tensor, gamma: f32, alpha: Option<f32>) -> Tensor {
    assert_eq!(logits.len(), target.len(), "{:?} against {:?}", logits.axes(), target.axes());
    let [no, yes] = alpha.map_or([1.0, 1.0], |alpha| [1.0 - alpha, alpha]);
    op::run(YesOrNo { target: target.clone(), gamma, no, yes }, context, &[logits])
}

/// Below this a probability counts as this in dfdx's ops, which have no derivative of `0^γ`.
const LEAST: f32 = 1e-30;

struct Classes {
    targets: Tensor,
    gamma: f32,
    weights: Vec<f32>,
}

impl Op for Classes {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let logits = inputs[0].clone();
        let classes = logits.axes().last_size();
        let rows = logits.len() / classes.max(1);
        assert_eq!(self.targets.len(), rows, "targets {:?} for logits {:?}", self.targets.axes(), logits.axes());
        let counted = weight_of(self.targets.read(), &self.weights);
        let mut total = 0.0;
        // The slopes of a row's loss, which its numbers are at hand for.
        let slopes = context.make(logits.axes(), |slopes| {
            total = of_classes(slopes, logits.read(), self.targets.read(), classes, self.gamma, &self.weights);
        });
        let mean = if counted > 0.0 { total / counted } else { 0.0 };
        let loss = context.make(Axes::of(&[]), |loss| loss[0] = mean as f32);
        context.record(inputs, loss, move |flow, gradient| {
            if let Some(of_logits) = flow.into(&logits).filter(|_| counted > 0.0) {
                super::sums::add_scaled(of_logits, slopes.read(), gradient[0] / counted as f32);
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [logits] = op::exactly(inputs);
        let classes = logits.axes.last_size();
        let rows = logits.axes.elements() / classes.max(1);
        let mut others = vec![1.0; rows * classes];
        for (row, &target) in others.chunks_exact_mut(classes).zip(&*self.targets.values()) {
            row[target.max(0.0) as usize] = 0.0;
        }
        let each: Vec<f32> = self.targets.values().iter().map(|target| weight(*target, &self.weights)).collect();
        let counted = weight_of(&self.targets.values(), &self.weights);
        let part = if counted > 0.0 { -1.0 / counted as f32 } else { 0.0 };
        let logits = logits.flat.reshape_like(&(rows, classes));
        let others = logits.device().tensor_from_vec(others, (rows, classes));
        let total = logits.with_empty_tape().logsumexp::<(usize,), Axis<1>>();
        let log = logits - total.broadcast_like::<_, Axis<1>>(&(rows, classes));
        let wrong = (log.with_empty_tape().exp() * others.clone()).sum::<(usize,), Axis<1>>();
        let right = (log * (others.negate() + 1.0)).sum::<(usize,), Axis<1>>();
        let each = right.device().tensor_from_vec(each, (rows,));
        let loss = (wrong.clamp(LEAST, 1.0).powf(self.gamma) * right * each).sum::<Rank0, _>() * part;
        Plain { flat: loss.reshape_like(&(1,)), axes: Axes::of(&[]) }
    }
}

struct YesOrNo {
    target: Tensor,
    gamma: f32,
    /// What each counts.
    no: f32,
    yes: f32,
}

impl Op for YesOrNo {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let (gamma, weights) = (self.gamma, [self.no, self.yes]);
        super::slopes::mean(context, inputs, |slopes, x| of_yes_and_no(slopes, x, self.target.read(), gamma, weights))
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        let x = x.flat;
        let upload = |of: &dyn Fn(f32) -> f32| {
            let values: Vec<f32> = self.target.values().iter().map(|t| of(*t)).collect();
            x.device().tensor_from_vec(values, (self.target.len(),))
        };
        // What is wrong of a logit with its sign turned where the answer is yes.
        let sign = upload(&|t| 1.0 - 2.0 * t);
        let weight = upload(&|t| if t == 0.0 { self.no } else { self.yes });
        let wrong = x * sign;
        let log = ((wrong.with_empty_tape().abs() * -1.0).exp() + 1.0).ln() + wrong.with_empty_tape().relu();
        let each = wrong.sigmoid().clamp(LEAST, 1.0).powf(self.gamma) * log * weight;
        Plain { flat: each.mean::<Rank0, _>().reshape_like(&(1,)), axes: Axes::of(&[]) }
    }
}

/// `q^γ` of a probability; what is too small to have a logarithm is 0.
#[inline(always)]
fn power<A: Arch>(q: f32, gamma: f32) -> f32 {
    let small = if gamma == 0.0 { 1.0 } else { 0.0 };
    if q < f32::MIN_POSITIVE { small } else { math::exp::<A>(gamma * math::ln::<A>(q)) }
}

/// `-ln p / q` with `q = 1 - p`, which is 1 where `q` is nothing.
#[inline(always)]
fn ratio(log: f32, q: f32) -> f32 {
    if q < f32::MIN_POSITIVE { 1.0 } else { log / q }
}

simd! {
    /// Sum of the rows' losses; their slopes.
    ///
    /// With `L = -ln p_t`, `∂/∂x_j = (p_j - [j = t]) (q^γ + γ q^(γ - 1) p_t L)`.
    fn of_classes(
        slopes: &mut [f32],
        logits: &[f32],
        targets: &[f32],
        classes: usize,
        gamma: f32,
        weights: &[f32],
    ) -> f64 {
        let mut total = 0.0;
        for ((row, slopes), &target) in logits.chunks_exact(classes).zip(slopes.chunks_exact_mut(classes)).zip(targets) {
            if target < 0.0 {
                slopes.fill(0.0);
                continue;
            }
            let (greatest, weight, target) = (simd::max(row), weight(target, weights), target as usize);
            slopes.iter_mut().zip(row).for_each(|(e, &x)| *e = math::exp::<A>(x - greatest));
            let right = std::mem::replace(&mut slopes[target], 0.0);
            let wrong = simd::sum(slopes);
            let inverse = 1.0 / (wrong + right);
            let q = wrong * inverse;
            let log = if wrong <= right {
                math::ln_1p::<A>(wrong / right)
            } else {
                math::ln::<A>(wrong + right) + (greatest - row[target])
            };
            let power = weight * power::<A>(q, gamma);
            total += f64::from(power * log);
            let factor = power * A::fma(gamma * (right * inverse), ratio(log, q), 1.0);
            slopes.iter_mut().for_each(|e| *e *= inverse * factor);
            slopes[target] = -q * factor;
        }
        total
    }
}

simd! {
    /// Sum of the elements' losses; their slopes.
    ///
    /// With `w` the logit, its sign turned where the answer is yes, `q = σ(w)` and `∂/∂w = q^γ (q + γ (1 - q) softplus(w))`.
    fn of_yes_and_no(slopes: &mut [f32], x: &[f32], target: &[f32], gamma: f32, weights: [f32; 2]) -> f64 {
        let mut total = 0.0;
        for ((slope, &x), &t) in slopes.iter_mut().zip(x).zip(target) {
            let (sign, weight) = if t == 0.0 { (1.0, weights[0]) } else { (-1.0, weights[1]) };
            let w = sign * x;
            let q = math::sigmoid::<A>(w);
            let positive = if w > 0.0 { w } else { 0.0 };
            let log = positive + math::ln_1p::<A>(math::exp::<A>(-w.abs()));
            let power = weight * power::<A>(q, gamma);
            total += f64::from(power * log);
            *slope = sign * power * A::fma(gamma * math::sigmoid::<A>(-w), log, q);
        }
        total
    }
}
