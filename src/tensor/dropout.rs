//! Dropout. Owns the op and how noise becomes a mask; nothing is kept for the backward pass, which draws the same noise again.

use super::Tensor;
use super::axes::Axes;
use super::context::Context;
use super::op::{self, Op, Plain};
use super::raw::lanes::{LANES, Row};
use super::raw::simd;
use crate::seed::Noise;
use dfdx::tensor::Tape;
use dfdx::tensor_ops::Device;

/// Where the context draws, sets a share `p` of the elements to zero and divides the others by `1 - p`; otherwise `x` itself.
pub fn dropout(context: &mut Context, x: &Tensor, p: f32) -> Tensor {
    match Drop::draw(context, p) {
        Some(drop) => op::run(drop, context, &[x]),
        None => x.clone(),
    }
}

/// Which elements are dropped: noise and the share of it.
#[derive(Clone, Copy)]
pub(super) struct Drop {
    noise: Noise,
    /// Draws below it are dropped.
    threshold: u32,
    /// What the others are multiplied by.
    keep: f32,
}

impl Drop {
    /// New noise, where the context draws.
    pub fn draw(context: &mut Context, p: f32) -> Option<Self> {
        if !context.draws() || p == 0.0 {
            return None;
        }
        let stream = context.stream.as_mut().expect("a training context has a stream for dropout");
        let threshold = (f64::from(p) * 4_294_967_296.0) as u32;
        Some(Self { noise: stream.noise(), threshold, keep: 1.0 / (1.0 - p) })
    }

    /// What the next sixteen elements are multiplied by; goes on in the noise.
    #[inline(always)]
    pub fn mask(&mut self) -> Row {
        let (drawn, mut mask) = (self.noise.draw(), [0.0; LANES]);
        for lane in 0..LANES {
            mask[lane] = if drawn[lane] < self.threshold { 0.0 } else { self.keep };
        }
        mask
    }
}

impl Op for Drop {
    fn fused(mut self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let (x, mut again) = (inputs[0].clone(), self);
        let y = context.write(x.axes(), |y| {
            y.copy_from_slice(x.read());
            thin(y, &mut self);
        });
        context.record(inputs, y, move |flow, gradient| {
            thin(gradient, &mut again);
            flow.pass(&x, gradient);
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(mut self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        let axes: Axes = x.axes;
        let mut mask = vec![0.0; axes.elements()];
        mask.chunks_mut(LANES).for_each(|mask| mask.copy_from_slice(&self.mask()[..mask.len()]));
        let mask = x.flat.device().tensor_from_vec(mask, (axes.elements(),));
        Plain { flat: x.flat * mask, axes }
    }
}

simd! {
    fn thin(values: &mut [f32], drop: &mut Drop) {
        let mut local = *drop;
        let (rows, rest) = values.as_chunks_mut::<LANES>();
        for row in rows {
            let mask = local.mask();
            for lane in 0..LANES {
                row[lane] *= mask[lane];
            }
        }
        rest.iter_mut().zip(local.mask()).for_each(|(value, mask)| *value *= mask);
        *drop = local;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Device;
    use crate::seed::Seed;

    #[test]
    fn a_share_is_dropped_and_the_mean_stays() {
        let device = Device::cpu();
        let mut context = Context::train(&device, Some(Seed(4).stream("dropout")));
        let x = device.upload(&vec![1.0; 100_003], &[100_003]);
        for p in [0.1, 0.7] {
            let y = dropout(&mut context, &x, p);
            let dropped = y.values().iter().filter(|y| **y == 0.0).count() as f32 / 100_003.0;
            assert!((dropped - p).abs() < 0.005, "{dropped} of {p}");
            assert!(y.values().iter().all(|y| *y == 0.0 || (y * (1.0 - p) - 1.0).abs() < 1e-6));
        }
        let (first, second) = (dropout(&mut context, &x, 0.5), dropout(&mut context, &x, 0.5));
        assert_ne!(first.values(), second.values());
    }
}
