//! Normalising each row (Ba et al. 2016). Owns the op alone.

use super::context::Context;
use super::crew;
use super::op::{self, Op, Plain};
use super::raw::simd;
use super::{Tensor, simd};
use dfdx::shapes::Axis;
use dfdx::tensor::{Tape, WithEmptyTape};
use dfdx::tensor_ops::{BroadcastTo, Device, MeanTo, ReshapeTo};

/// `(x - mean) / √(variance + ε) · gain + offset` over the last axis; `gain` and `offset` as long as it.
pub fn layer_norm(context: &mut Context, x: &Tensor, gain: &Tensor, offset: &Tensor, eps: f32) -> Tensor {
    op::run(LayerNorm { eps }, context, &[x, gain, offset])
}

struct LayerNorm {
    eps: f32,
}

impl Op for LayerNorm {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let [x, gain, offset] = [0, 1, 2].map(|i| inputs[i].clone());
        let size = x.axes().last_size();
        let (rows, eps) = (crew::lines(size), self.eps);
        // Mean and 1 / deviation of every row.
        let moments = context.write(super::Axes::of(&[x.len() / size, 2]), |moments| {
            let pieces = moments.chunks_mut(2 * rows).zip(x.read().chunks(size * rows));
            crew::share(pieces, |(moments, x)| measure(moments, x, size, eps));
        });
        let y = context.write(x.axes(), |y| {
            let pieces =
                y.chunks_mut(size * rows).zip(x.read().chunks(size * rows)).zip(moments.read().chunks(2 * rows));
            let (gain, offset) = (gain.read(), offset.read());
            crew::share(pieces, |((y, x), moments)| normalise(y, x, moments, gain, offset));
        });
        context.record(inputs, y, move |flow, gradient| {
            if let Some(of_offset) = flow.into(&offset) {
                super::linear::add_rows(of_offset, gradient);
            }
            if let Some(of_gain) = flow.into(&gain) {
                to_gain(of_gain, gradient, x.read(), moments.read());
            }
            if x.is_tracked() {
                let seen = x.read().chunks(size * rows).zip(moments.read().chunks(2 * rows));
                let (pieces, gain) = (gradient.chunks_mut(size * rows).zip(seen), gain.read());
                crew::share(pieces, |(gradient, (x, moments))| to_input(gradient, x, moments, gain));
                flow.pass(&x, gradient);
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x, gain, offset] = op::exactly(inputs);
        let (elements, size) = (x.axes.elements(), x.axes.last_size());
        let shape = (elements / size, size);
        let rows = x.flat.reshape_like(&shape);
        let mean = rows.with_empty_tape().mean::<(usize,), Axis<1>>();
        let centred = rows - mean.broadcast_like::<_, Axis<1>>(&shape);
        let variance = centred.with_empty_tape().square().mean::<(usize,), Axis<1>>();
        let deviation = (variance + self.eps).sqrt().broadcast_like::<_, Axis<1>>(&shape);
        let gain = gain.flat.broadcast_like::<_, Axis<0>>(&shape);
        let offset = offset.flat.broadcast_like::<_, Axis<0>>(&shape);
        let y = centred / deviation * gain + offset;
        Plain { flat: y.reshape_like(&(elements,)), axes: x.axes }
    }
}

simd! {
    fn measure(moments: &mut [f32], x: &[f32], size: usize, eps: f32) {
        let inverse = 1.0 / size as f32;
        for (moments, x) in moments.chunks_exact_mut(2).zip(x.chunks_exact(size)) {
            let mean = simd::sum(x) * inverse;
            let square = simd::fold(x, 0.0, |sum, x| A::fma(x - mean, x - mean, sum), |a, b| a + b);
            moments[0] = mean;
            moments[1] = 1.0 / (square * inverse + eps).sqrt();
        }
    }
}

simd! {
    fn normalise(y: &mut [f32], x: &[f32], moments: &[f32], gain: &[f32], offset: &[f32]) {
        let size = gain.len();
        let rows = y.chunks_exact_mut(size).zip(x.chunks_exact(size));
        for ((y, x), moments) in rows.zip(moments.chunks_exact(2)) {
            let (mean, inverse) = (moments[0], moments[1]);
            for (((y, &x), &gain), &offset) in y.iter_mut().zip(x).zip(gain).zip(offset) {
                *y = A::fma((x - mean) * inverse, gain, offset);
            }
        }
    }
}

simd! {
    fn to_gain(to: &mut [f32], gradient: &[f32], x: &[f32], moments: &[f32]) {
        let size = to.len();
        let rows = gradient.chunks_exact(size).zip(x.chunks_exact(size));
        for ((g, x), moments) in rows.zip(moments.chunks_exact(2)) {
            let (mean, inverse) = (moments[0], moments[1]);
            for ((to, &g), &x) in to.iter_mut().zip(g).zip(x) {
                *to = A::fma(g, (x - mean) * inverse, *to);
            }
        }
    }
}

simd! {
    /// With `n = (x - mean) / deviation` and `h = g · gain`: `∂x = (h - mean(h) - n mean(h n)) / deviation`.
    fn to_input(gradient: &mut [f32], x: &[f32], moments: &[f32], gain: &[f32]) {
        let size = gain.len();
        let part = 1.0 / size as f32;
        let rows = gradient.chunks_exact_mut(size).zip(x.chunks_exact(size));
        for ((g, x), moments) in rows.zip(moments.chunks_exact(2)) {
            let (mean, inverse) = (moments[0], moments[1]);
            let mean_h = simd::fold2(g, gain, |sum, g, gain| A::fma(g, gain, sum)) * part;
            let mean_hx = simd::fold3(g, gain, x, |sum, g, gain, x| A::fma(g * gain, x - mean, sum)) * part;
            let slope = mean_hx * inverse * inverse;
            for ((g, &x), &gain) in g.iter_mut().zip(x).zip(gain) {
                let h = A::fma(*g, gain, -mean_h);
                *g = A::fma(-(x - mean), slope, h) * inverse;
            }
        }
    }
}
