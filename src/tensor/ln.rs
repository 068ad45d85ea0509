//! Natural logarithm of probabilities. Owns the floor below which a probability counts as the floor, so that none is lost.

use super::Tensor;
use super::context::Context;
use super::op::{self, Op, Plain};
use dfdx::tensor::Tape;
use dfdx::tensor_ops::Device;

/// Probabilities below this count as this.
const FLOOR: f32 = 1e-30;

/// `ln(max(x, 1e-30))`, element by element; any axes.
pub fn ln(context: &mut Context, x: &Tensor) -> Tensor {
    op::run(Ln, context, &[x])
}

struct Ln;

impl Op for Ln {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0];
        let y = context.write(x.axes(), |y| y.iter_mut().zip(x.read()).for_each(|(y, x)| *y = x.max(FLOOR).ln()));
        let input = x.clone();
        context.record(inputs, y, move |flow, gradient| {
            if let Some(of_input) = flow.into(&input) {
                for ((sum, g), x) in of_input.iter_mut().zip(gradient.iter()).zip(input.read()) {
                    *sum += g / x.max(FLOOR);
                }
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        Plain { flat: x.flat.clamp(FLOOR, f32::MAX).ln(), axes: x.axes }
    }
}
