//! Convolution over steps as products of matrices. Owns the op; what a filter sees is gathered by `window`.
//!
//! Three taps of many channels go the way of `winograd`. One product a tap on steps as they lie, without gathering, was written and
//! measured: BaS-Net took as long with one thread (0.98 – 0.99) and 1 to 3 % less with two, so there is none.

use super::Tensor;
use super::activation::{self, Activation};
use super::context::Context;
use super::linear::{self, linear};
use super::op::{self, Op, Plain};
use super::window::{View, Window};
use super::winograd::Winograd;
use dfdx::shapes::{Axes2, Axes3, Axis};
use dfdx::tensor::Tape;
use dfdx::tensor_ops::{BroadcastTo, Device, GatherTo, PermuteTo, ReshapeTo, TryConcatAlong, TryMatMul};

/// `f(Σ W[.., k] x[t + k] + b)` as `torch.nn.Conv1d`, steps before features: `x [batch, steps, in]`, `weight [out, in, kernel]`,
/// `bias [out]` to `[batch, steps', out]`.
pub fn conv1d(
    context: &mut Context,
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    window: Window,
    activation: Option<Activation>,
) -> Tensor {
    let (axes, of_weight) = (x.axes(), weight.axes());
    assert!(axes.len() == 3 && axes[2] == of_weight[1], "conv1d of {axes:?} with a weight {of_weight:?}");
    if window.is_single() && window.steps == axes[1] {
        return linear(context, x, &weight.reshaped(&of_weight[..2]), bias, activation);
    }
    let op = Conv1d { window, activation };
    match bias {
        Some(bias) => op::run(op, context, &[x, weight, bias]),
        None => op::run(op, context, &[x, weight]),
    }
}

struct Conv1d {
    window: Window,
    activation: Option<Activation>,
}

impl Op for Conv1d {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let (x, weight, bias) = (inputs[0], inputs[1], inputs.get(2).copied());
        let width = weight.axes()[0];
        let view = View { window: self.window, axes: x.axes() };
        let axes = x.axes().with(1, self.window.steps).with(2, width);
        let fast = Winograd::of(self.window, x.axes(), width);
        let mut y = context.write(axes, |y| {
            match fast {
                Some(fast) => fast.forward(y, x.read(), weight.read()),
                None => view.forward(y, x.read(), weight.read(), width),
            }
            if let Some(bias) = bias {
                linear::add_to_rows(y, bias.read());
            }
        });
        let end = activation::end(context, self.activation, inputs, &mut y);
        let (input, weight, bias) = (x.clone(), weight.clone(), bias.cloned());
        context.record(inputs, y, move |flow, gradient| {
            end.backward(gradient);
            if let Some(of_bias) = bias.as_ref().and_then(|bias| flow.into(bias)) {
                linear::add_rows(of_bias, gradient);
            }
            if let Some(of_weight) = flow.into(&weight) {
                match fast {
                    Some(fast) => fast.to_weight(of_weight, gradient, input.read()),
                    None => view.to_weight(of_weight, gradient, input.read(), width),
                }
            }
            if let Some(of_input) = flow.into(&input) {
                match fast {
                    Some(fast) => fast.to_input(of_input, gradient, weight.read()),
                    None => view.to_input(of_input, gradient, weight.read(), width),
                }
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, mut inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let bias = if inputs.len() == 3 { inputs.pop() } else { None };
        let [x, weight] = op::exactly(inputs);
        let (batch, steps, features) = (x.axes[0], x.axes[1], x.axes[2]);
        let (width, kernel, window) = (weight.axes[0], weight.axes[2], self.window);
        let axes = x.axes.with(1, window.steps).with(2, width);
        let (rows, depth) = (batch * window.steps, kernel * features);
        // One step of zeros after the last, which every place before the first and after the last sees.
        let device = x.flat.device().clone();
        let zeros = device.zeros_like(&(batch, 1, features));
        let padded = (x.flat.reshape_like(&(batch, steps, features)), zeros).concat_along(Axis::<1>);
        let seen = (0..window.steps).flat_map(|t| (0..kernel).map(move |k| (t, k)));
        let seen: Vec<usize> = seen.map(|(t, k)| window.source(t, k, steps).unwrap_or(steps)).collect();
        let index = device.tensor_from_vec(seen.repeat(batch), (batch, window.steps * kernel));
        let gathered = padded.gather::<(usize, usize, usize), _>(index).reshape_like(&(rows, depth));
        let weight = weight.flat.reshape_like(&(width, features, kernel));
        let weight = weight.permute::<(usize, usize, usize), Axes3<0, 2, 1>>().reshape_like(&(width, depth));
        let mut y = gathered.matmul(weight.permute::<(usize, usize), Axes2<1, 0>>());
        if let Some(bias) = bias {
            y = y + bias.flat.broadcast_like::<_, Axis<0>>(&(rows, width));
        }
        let flat = y.reshape_like(&(rows * width,));
        let flat = match self.activation {
            Some(activation) => activation::plain(activation, flat),
            None => flat,
        };
        Plain { flat, axes }
    }
}
