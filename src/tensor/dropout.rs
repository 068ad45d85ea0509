//! Dropout. Owns the op and how noise becomes a mask; nothing is kept for the backward pass, which draws the same noise again.

use super::Tensor;
use super::axes::Axes;
use super::context::{Context, Mode};
use super::op::{self, Op, Plain};
use super::raw::simd;
use crate::seed::Noise;
use dfdx::tensor::Tape;
use dfdx::tensor_ops::Device;

/// While training, in frozen modules too, sets a share `p` of the elements to zero and divides the others by `1 - p`; otherwise `x` itself.
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
    /// New noise, where the context trains.
    pub fn draw(context: &mut Context, p: f32) -> Option<Self> {
        if context.mode == Mode::Evaluate || p == 0.0 {
            return None;
        }
        let stream = context.stream.as_mut().expect("a training context has a stream for dropout");
        let threshold = (f64::from(p) * 4_294_967_296.0) as u32;
        Some(Self { noise: stream.noise(), threshold, keep: 1.0 / (1.0 - p) })
    }

    /// `to += mask · from`; goes on in the noise.
    pub fn add(&mut self, to: &mut [f32], from: &[f32]) {
        add(to, from, &mut self.noise, self.threshold, self.keep);
    }

    /// `values *= mask`; goes on in the noise.
    pub fn multiply(&mut self, values: &mut [f32]) {
        multiply(values, &mut self.noise, self.threshold, self.keep);
    }
}

impl Op for Drop {
    fn fused(mut self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let (x, mut again) = (inputs[0].clone(), self);
        let y = context.make(x.axes(), |y| self.add(y, x.read()));
        context.record(inputs, y, move |flow, gradient| {
            if let Some(of_x) = flow.into(&x) {
                again.add(of_x, gradient);
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(mut self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        let axes: Axes = x.axes;
        let mut mask = vec![1.0; axes.elements()];
        self.multiply(&mut mask);
        let mask = x.flat.device().tensor_from_vec(mask, (axes.elements(),));
        Plain { flat: x.flat * mask, axes }
    }
}

simd! {
    fn add(to: &mut [f32], from: &[f32], noise: &mut Noise, threshold: u32, keep: f32) {
        let mut local = *noise;
        let (mut to, mut from) = (to.chunks_exact_mut(Noise::LANES), from.chunks_exact(Noise::LANES));
        for (to, from) in (&mut to).zip(&mut from) {
            let drawn = local.draw();
            for ((to, from), drawn) in to.iter_mut().zip(from).zip(drawn) {
                *to = A::fma(*from, if drawn < threshold { 0.0 } else { keep }, *to);
            }
        }
        let rest = to.into_remainder().iter_mut().zip(from.remainder());
        for ((to, from), drawn) in rest.zip(local.draw()) {
            *to = A::fma(*from, if drawn < threshold { 0.0 } else { keep }, *to);
        }
        *noise = local;
    }
}

simd! {
    fn multiply(values: &mut [f32], noise: &mut Noise, threshold: u32, keep: f32) {
        let mut local = *noise;
        let mut values = values.chunks_exact_mut(Noise::LANES);
        for values in &mut values {
            let drawn = local.draw();
            for (value, drawn) in values.iter_mut().zip(drawn) {
                *value *= if drawn < threshold { 0.0 } else { keep };
            }
        }
        for (value, drawn) in values.into_remainder().iter_mut().zip(local.draw()) {
            *value *= if drawn < threshold { 0.0 } else { keep };
        }
        *noise = local;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use crate::tensor::Device;

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
