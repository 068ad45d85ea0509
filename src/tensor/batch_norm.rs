//! Normalising each feature over the batch (Ioffe & Szegedy 2015). Owns the op and the running statistics' formula.

use super::axes::Axes;
use super::context::Context;
use super::linear::add_rows;
use super::op::{self, Op, Plain};
use super::raw::simd;
use super::{Arithmetic, Tensor, arithmetic, scale_features};
use dfdx::shapes::Axis;
use dfdx::tensor::{Tape, WithEmptyTape};
use dfdx::tensor_ops::{BroadcastTo, Device, MeanTo, ReshapeTo, TryConcatAlong};

/// What a batch norm has besides its input, each as long as the last axis.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm<'a> {
    pub gain: &'a Tensor,
    pub offset: &'a Tensor,
    pub running_mean: &'a Tensor,
    pub running_variance: &'a Tensor,
    /// How much of a batch's statistics goes into the running ones.
    pub momentum: f32,
    pub eps: f32,
}

/// New running mean and variance.
pub type Statistics = (Tensor, Tensor);

/// `(x - mean) / √(variance + ε) · gain + offset` for each feature of the last axis. While training, mean and variance are
/// those of the batch (and steps), and the new running statistics come with the result; otherwise they are the running ones.
pub fn batch_norm(context: &mut Context, x: &Tensor, norm: BatchNorm<'_>) -> (Tensor, Option<Statistics>) {
    if !context.trains() {
        return (with_running(context, x, norm), None);
    }
    let moments = op::run(Moments, context, &[&x.detached()]);
    let statistics = renewed(context, x.len() / norm.gain.len().max(1), &moments, norm);
    let y = op::run(Normalise { eps: norm.eps, moments }, context, &[x, norm.gain, norm.offset]);
    (y, Some(statistics))
}

/// The formula with given statistics, as two steps with a factor and an offset a feature.
fn with_running(context: &mut Context, x: &Tensor, norm: BatchNorm<'_>) -> Tensor {
    let inverse = op::run(Inverse { eps: norm.eps }, context, &[norm.running_variance]);
    let factor = arithmetic(context, Arithmetic::Mul, norm.gain, &inverse);
    let shift = arithmetic(context, Arithmetic::Mul, norm.running_mean, &factor);
    let shift = arithmetic(context, Arithmetic::Sub, norm.offset, &shift);
    scale_features(context, x, &factor, &shift)
}

/// The running statistics after a batch of so many rows, with the unbiased variance, as PyTorch has it.
fn renewed(context: &mut Context, rows: usize, moments: &Tensor, norm: BatchNorm<'_>) -> Statistics {
    let unbiased = rows as f32 / (rows.max(2) - 1) as f32;
    let mut of = |half, running: &Tensor, factor| {
        let renew = Renew { half, momentum: norm.momentum, factor };
        op::run(renew, context, &[&running.detached(), moments])
    };
    (of(Half::Mean, norm.running_mean, 1.0), of(Half::Variance, norm.running_variance, unbiased))
}

/// Mean and (biased) variance of every feature: `[2, features]`.
struct Moments;

impl Op for Moments {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let size = inputs[0].axes().last_size();
        context.make(Axes::of(&[2, size]), |moments| {
            let (mean, variance) = moments.split_at_mut(size);
            measure(mean, variance, inputs[0].read());
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        let (elements, size) = (x.axes.elements(), x.axes.last_size());
        let shape = (elements / size, size);
        let rows = x.flat.reshape_like(&shape);
        let mean = rows.with_empty_tape().mean::<(usize,), Axis<0>>();
        let centred = rows - mean.with_empty_tape().broadcast_like::<_, Axis<0>>(&shape);
        let variance = centred.square().mean::<(usize,), Axis<0>>();
        Plain { flat: (mean, variance).concat_along(Axis::<0>), axes: Axes::of(&[2, size]) }
    }
}

/// `1 / √(variance + ε)`
struct Inverse {
    eps: f32,
}

impl Op for Inverse {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        context.write(inputs[0].axes(), |inverse| {
            for (inverse, variance) in inverse.iter_mut().zip(inputs[0].read()) {
                *inverse = 1.0 / (variance + self.eps).sqrt();
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [variance] = op::exactly(inputs);
        Plain { flat: (variance.flat + self.eps).sqrt().recip(), axes: variance.axes }
    }
}

#[derive(Clone, Copy)]
enum Half {
    Mean,
    Variance,
}

/// `running ← (1 - momentum) running + momentum · batch · factor` of one half of the moments.
struct Renew {
    half: Half,
    momentum: f32,
    factor: f32,
}

impl Renew {
    fn range(&self, size: usize) -> std::ops::Range<usize> {
        match self.half {
            Half::Mean => 0..size,
            Half::Variance => size..2 * size,
        }
    }
}

impl Op for Renew {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let (old, batch) = (inputs[0].read(), &inputs[1].read()[self.range(inputs[0].len())]);
        context.write(inputs[0].axes(), |new| {
            for ((new, &old), &batch) in new.iter_mut().zip(old).zip(batch) {
                *new = (1.0 - self.momentum) * old + self.momentum * batch * self.factor;
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [running, moments] = op::exactly(inputs);
        let size = running.axes.elements();
        let range = self.range(size);
        let batch = moments.flat.slice((range,));
        let flat = running.flat * (1.0 - self.momentum) + batch * self.momentum * self.factor;
        Plain { flat, axes: running.axes }
    }
}

struct Normalise {
    eps: f32,
    moments: Tensor,
}

impl Op for Normalise {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let [x, gain, offset] = [0, 1, 2].map(|i| inputs[i].clone());
        let size = gain.len();
        // Mean and 1 / deviation of every feature.
        let moments = context.make(self.moments.axes(), |moments| {
            moments.copy_from_slice(self.moments.read());
            moments[size..].iter_mut().for_each(|v| *v = 1.0 / (*v + self.eps).sqrt());
        });
        let y = context.write(x.axes(), |y| normalise(y, x.read(), moments.read(), gain.read(), offset.read()));
        // Sums over the batch of g and g · n, for the backward pass.
        let mut sums = context.records(inputs).then(|| context.make(Axes::of(&[2, size]), |_| {}));
        context.record(inputs, y, move |flow, gradient| {
            let Some(sums) = sums.as_mut() else { return };
            let (sum_g, sum_gn) = sums.write().split_at_mut(size);
            add_rows(sum_g, gradient);
            to_gain(sum_gn, gradient, x.read(), moments.read());
            if let Some(of_offset) = flow.into(&offset) {
                add_rows(of_offset, sum_g);
            }
            if let Some(of_gain) = flow.into(&gain) {
                add_rows(of_gain, sum_gn);
            }
            if let Some(of_x) = flow.into(&x) {
                to_input(of_x, gradient, x.read(), moments.read(), gain.read(), sum_g, sum_gn);
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x, gain, offset] = op::exactly(inputs);
        let (elements, size) = (x.axes.elements(), x.axes.last_size());
        let shape = (elements / size, size);
        let rows = x.flat.reshape_like(&shape);
        let mean = rows.with_empty_tape().mean::<(usize,), Axis<0>>();
        let centred = rows - mean.broadcast_like::<_, Axis<0>>(&shape);
        let variance = centred.with_empty_tape().square().mean::<(usize,), Axis<0>>();
        let deviation = (variance + self.eps).sqrt().broadcast_like::<_, Axis<0>>(&shape);
        let gain = gain.flat.broadcast_like::<_, Axis<0>>(&shape);
        let offset = offset.flat.broadcast_like::<_, Axis<0>>(&shape);
        let y = centred / deviation * gain + offset;
        Plain { flat: y.reshape_like(&(elements,)), axes: x.axes }
    }
}

simd! {
    /// Mean and (biased) variance of every column; both begin as zeros.
    fn measure(mean: &mut [f32], variance: &mut [f32], x: &[f32]) {
        let size = mean.len();
        let part = size as f32 / x.len() as f32;
        for x in x.chunks_exact(size) {
            mean.iter_mut().zip(x).for_each(|(mean, &x)| *mean += x);
        }
        mean.iter_mut().for_each(|mean| *mean *= part);
        for x in x.chunks_exact(size) {
            for ((variance, &mean), &x) in variance.iter_mut().zip(&*mean).zip(x) {
                *variance = A::fma(x - mean, x - mean, *variance);
            }
        }
        variance.iter_mut().for_each(|variance| *variance *= part);
    }
}

simd! {
    fn normalise(y: &mut [f32], x: &[f32], moments: &[f32], gain: &[f32], offset: &[f32]) {
        let size = gain.len();
        let (mean, inverse) = moments.split_at(size);
        for (y, x) in y.chunks_exact_mut(size).zip(x.chunks_exact(size)) {
            let features = mean.iter().zip(inverse).zip(gain).zip(offset);
            for ((y, &x), (((&mean, &inverse), &gain), &offset)) in y.iter_mut().zip(x).zip(features) {
                *y = A::fma((x - mean) * inverse, gain, offset);
            }
        }
    }
}

simd! {
    /// Adds `Σ g n` of every column.
    fn to_gain(to: &mut [f32], gradient: &[f32], x: &[f32], moments: &[f32]) {
        let size = to.len();
        let (mean, inverse) = moments.split_at(size);
        for (g, x) in gradient.chunks_exact(size).zip(x.chunks_exact(size)) {
            for ((((to, &g), &x), &mean), &inverse) in to.iter_mut().zip(g).zip(x).zip(mean).zip(inverse) {
                *to = A::fma(g, (x - mean) * inverse, *to);
            }
        }
    }
}

simd! {
    /// `∂x = gain / deviation · (g - mean(g) - n mean(g n))`
    fn to_input(
        to: &mut [f32],
        gradient: &[f32],
        x: &[f32],
        moments: &[f32],
        gain: &[f32],
        sum_g: &[f32],
        sum_gn: &[f32],
    ) {
        let size = gain.len();
        let part = size as f32 / x.len() as f32;
        let (mean, inverse) = moments.split_at(size);
        for (to, (g, x)) in to.chunks_exact_mut(size).zip(gradient.chunks_exact(size).zip(x.chunks_exact(size))) {
            let features = mean.iter().zip(inverse).zip(gain).zip(sum_g.iter().zip(sum_gn));
            for ((to, (&g, &x)), (((&mean, &inverse), &gain), (&sum_g, &sum_gn))) in
                to.iter_mut().zip(g.iter().zip(x)).zip(features)
            {
                let n = (x - mean) * inverse;
                *to += gain * inverse * (g - part * A::fma(n, sum_gn, sum_g));
            }
        }
    }
}
