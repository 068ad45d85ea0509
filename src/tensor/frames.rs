//! What is said of the steps of an input and not computed from it: which are there, and where they stand. Both are data; no
//! gradient flows through them.

use super::Tensor;
use super::axes::Axes;
use super::context::Context;

/// 1 for every frame of which one of the first `count` features is not zero, else 0: `[.., features]` to `[..]`.
pub fn present(context: &Context, x: &Tensor, count: usize) -> Tensor {
    let axes = x.axes();
    let width = axes.last_size().max(1);
    let values = x.values();
    context.make(axes.without(axes.len() - 1), |mask| {
        for (mask, frame) in mask.iter_mut().zip(values.chunks_exact(width)) {
            *mask = if frame.iter().take(count).any(|x| *x != 0.0) { 1.0 } else { 0.0 };
        }
    })
}

/// Sinusoids `[steps, width]` that tell steps apart, which are counted from 1.
pub fn sinusoids(steps: usize, width: usize) -> Vec<f32> {
    let half = width / 2;
    let mut table = vec![0.0; steps * width];
    for (t, row) in table.chunks_exact_mut(width.max(1)).enumerate() {
        for i in 0..half {
            let frequency = 10_000f64.powf(-(i as f64) / half.saturating_sub(1).max(1) as f64);
            let (sin, cos) = ((t + 1) as f64 * frequency).sin_cos();
            (row[i], row[half + i]) = (sin as f32, cos as f32);
        }
    }
    table
}

/// Sinusoidal positions `[batch, steps, features]`, counted from 1; zeros where the mask `[batch, steps]` is 0.
pub fn positions(context: &Context, axes: Axes, mask: Option<&Tensor>) -> Tensor {
    let (steps, width) = (axes[1], axes[2]);
    let table = sinusoids(steps, width);
    let mask = mask.map(Tensor::values);
    context.make(axes, |to| {
        for (at, row) in to.chunks_exact_mut(width.max(1)).enumerate() {
            if mask.as_ref().is_none_or(|mask| mask[at] != 0.0) {
                row.copy_from_slice(&table[at % steps * width..][..width]);
            }
        }
    })
}
