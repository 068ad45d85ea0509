//! Losses whose slopes are known with them. Owns how these go on the tape.

use super::Tensor;
use super::axes::Axes;
use super::context::Context;
use super::sums::add_scaled;

/// The mean over the elements of an input of losses whose slopes are known with them: `of` writes these, and gives the sum of the
/// losses.
pub(super) fn mean(context: &mut Context, inputs: &[&Tensor], of: impl FnOnce(&mut [f32], &[f32]) -> f64) -> Tensor {
    let x = inputs[0].clone();
    let part = 1.0 / x.len() as f64;
    let mut total = 0.0;
    let slopes = context.make(x.axes(), |slopes| total = of(slopes, x.read()));
    let loss = context.make(Axes::of(&[]), |loss| loss[0] = (total * part) as f32);
    context.record(inputs, loss, move |flow, gradient| {
        if let Some(of_x) = flow.into(&x) {
            add_scaled(of_x, slopes.read(), gradient[0] * part as f32);
        }
    })
}
