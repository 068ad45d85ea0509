//! Binary cross entropies whose yes counts another weight than 1. Owns the op; where it counts 1, `distance` is faster.

use super::axes::Axes;
use super::context::Context;
use super::op::{self, Op, Plain};
use super::raw::simd;
use super::{Tensor, math};
use dfdx::shapes::Rank0;
use dfdx::tensor::{Tape, WithEmptyTape};
use dfdx::tensor_ops::{Device, MeanTo, ReshapeTo};

/// What a prediction `x` of a yes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yes {
    /// A chance; logarithms are not below -100.
    Chance,
    /// A logit.
    Logit,
}

/// The mean over all elements of `-w t ln p - (1 - t) ln (1 - p)`: `target` is 1 for yes and 0 for no, or a share of belief.
/// `weights` are one for all, or one for each place of the last axis. No gradient flows to the target.
pub fn binary(context: &mut Context, yes: Yes, x: &Tensor, target: &Tensor, weights: &[f32]) -> Tensor {
    assert_eq!(x.len(), target.len(), "{:?} against {:?}", x.axes(), target.axes());
    assert!(
        !weights.is_empty() && x.len().is_multiple_of(weights.len()),
        "{} weights of {:?}",
        weights.len(),
        x.axes()
    );
    op::run(Weighed { yes, target: target.clone(), weights: weights.to_vec() }, context, &[x])
}

struct Weighed {
    yes: Yes,
    target: Tensor,
    weights: Vec<f32>,
}

impl Op for Weighed {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let of = match self.yes {
            Yes::Chance => of_chances,
            Yes::Logit => of_logits,
        };
        super::slopes::mean(context, inputs, |slopes, x| of(slopes, x, self.target.read(), &self.weights))
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        let x = x.flat;
        let targets = self.target.values();
        let weighed = targets.iter().zip(self.weights.iter().cycle()).map(|(t, w)| t * w).collect();
        let against = targets.iter().map(|t| 1.0 - t).collect();
        let device = x.device().clone();
        let upload = |values: Vec<f32>| {
            let count = values.len();
            device.tensor_from_vec(values, (count,))
        };
        let (weighed, against) = (upload(weighed), upload(against));
        // As in `distance`.
        const LEAST: f32 = 1e-38;
        let each = match self.yes {
            Yes::Chance => {
                let yes = x.with_empty_tape().clamp(LEAST, 1.0).ln() * weighed.negate();
                yes + (x.negate() + 1.0).clamp(LEAST, 1.0).ln() * against.negate()
            }
            Yes::Logit => {
                let log = ((x.with_empty_tape().abs() * -1.0).exp() + 1.0).ln();
                let yes = (log.with_empty_tape() + x.with_empty_tape().negate().relu()) * weighed;
                yes + (log + x.relu()) * against
            }
        };
        Plain { flat: each.mean::<Rank0, _>().reshape_like(&(1,)), axes: Axes::of(&[]) }
    }
}

simd! {
    /// Sum of the elements' losses; their slopes.
    fn of_logits(slopes: &mut [f32], x: &[f32], target: &[f32], weights: &[f32]) -> f64 {
        let mut total = 0.0;
        for (((slope, &x), &t), &w) in slopes.iter_mut().zip(x).zip(target).zip(weights.iter().cycle()) {
            let log = math::ln_1p::<A>(math::exp::<A>(-x.abs()));
            let [yes, no] = [log + (-x).max(0.0), log + x.max(0.0)];
            total += f64::from(A::fma(w * t, yes, (1.0 - t) * no));
            *slope = A::fma(1.0 - t, math::sigmoid::<A>(x), -w * t * math::sigmoid::<A>(-x));
        }
        total
    }
}

simd! {
    /// Sum of the elements' losses; their slopes.
    fn of_chances(slopes: &mut [f32], x: &[f32], target: &[f32], weights: &[f32]) -> f64 {
        let mut total = 0.0;
        for (((slope, &x), &t), &w) in slopes.iter_mut().zip(x).zip(target).zip(weights.iter().cycle()) {
            total -= f64::from(A::fma(w * t, super::distance::log::<A>(x), (1.0 - t) * super::distance::log::<A>(1.0 - x)));
            // PyTorch keeps the denominator from zero with this number.
            let spread = (x * (1.0 - x)).max(1e-12);
            *slope = A::fma(1.0 - t, x, -w * t * (1.0 - x)) / spread;
        }
        total
    }
}
