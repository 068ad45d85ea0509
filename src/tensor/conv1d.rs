//! Convolution over steps as products of matrices. Owns the op and the gathering of the steps a filter sees; products of
//! matrices are in `product`.
//!
//! One product a tap on steps as they lie, without gathering, was written and measured: BaS-Net took as long with one thread (0.98 – 0.99) and
//! 1 to 3 % less with two, for other sums, so there is none.

use super::Tensor;
use super::activation::{self, Activation};
use super::axes::Axes;
use super::context::Context;
use super::linear::{self, linear};
use super::op::{self, Op, Plain};
use super::product::{Layout, product};
use super::raw::simd;
use dfdx::shapes::{Axes2, Axes3, Axis};
use dfdx::tensor::Tape;
use dfdx::tensor_ops::{BroadcastTo, Device, GatherTo, PermuteTo, ReshapeTo, TryConcatAlong, TryMatMul};
use std::cell::RefCell;

/// Which steps a filter sees: output step `t` sees input steps `t · stride + k · dilation - before`, zeros where there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub kernel: usize,
    pub stride: usize,
    pub dilation: usize,
    /// Zeros before the first step.
    pub before: usize,
    /// Steps of the output.
    pub steps: usize,
}

impl Window {
    /// The input step that element `k` of the filter sees at output step `t`, of `steps` in all.
    pub(super) fn source(&self, t: usize, k: usize, steps: usize) -> Option<usize> {
        (t * self.stride + k * self.dilation).checked_sub(self.before).filter(|&source| source < steps)
    }

    /// Every output step sees just the input step of its number.
    fn is_single(&self) -> bool {
        self.kernel == 1 && self.stride == 1 && self.before == 0
    }
}

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
        let (width, depth) = (weight.axes()[0], weight.axes()[1] * weight.axes()[2]);
        let view = View { window: self.window, axes: x.axes() };
        let axes = x.axes().with(1, self.window.steps).with(2, width);
        let mut y = context.write(axes, |y| {
            view.blocks(|block, scratch| {
                view.gather(scratch, x.read(), block.clone());
                let to = &mut y[block.start * width..block.end * width];
                product(
                    to,
                    0.0,
                    scratch,
                    Layout::dense(block.len(), depth),
                    weight.read(),
                    Layout::dense(width, depth).turned(),
                );
            });
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
                view.blocks(|block, scratch| {
                    view.gather(scratch, input.read(), block.clone());
                    let (g, rows) = (&gradient[block.start * width..block.end * width], block.len());
                    let of_y = Layout::dense(rows, width).turned();
                    product(of_weight, 1.0, g, of_y, scratch, Layout::dense(rows, depth));
                });
            }
            if let Some(of_input) = flow.into(&input) {
                view.blocks(|block, scratch| {
                    let (g, rows) = (&gradient[block.start * width..block.end * width], block.len());
                    let of_y = Layout::dense(rows, width);
                    product(scratch, 0.0, g, of_y, weight.read(), Layout::dense(width, depth));
                    view.scatter(of_input, scratch, block);
                });
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

/// What a window sees of an input of these axes, as a matrix: a row for every output step of every sample, in it for every
/// feature the steps of the filter, as the weight has them.
#[derive(Clone, Copy)]
struct View {
    window: Window,
    axes: Axes,
}

/// Numbers that are gathered at a time: 32 MiB.
const BLOCK: usize = 1 << 23;

impl View {
    /// Visits ranges of rows, each with a scratch matrix for them.
    fn blocks(&self, mut visit: impl FnMut(std::ops::Range<usize>, &mut [f32])) {
        thread_local! {
            /// Grows to the largest there is and stays.
            static SCRATCH: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
        }
        let (rows, depth) = (self.axes[0] * self.window.steps, self.axes[2] * self.window.kernel);
        let parts = (rows * depth).div_ceil(BLOCK).max(1);
        let most = rows.div_ceil(parts).max(1);
        SCRATCH.with_borrow_mut(|scratch| {
            if scratch.len() < most * depth {
                scratch.resize(most * depth, 0.0);
            }
            for start in (0..rows).step_by(most) {
                let block = start..rows.min(start + most);
                let length = block.len() * depth;
                visit(block, &mut scratch[..length]);
            }
        });
    }

    /// Visits every row and element of the filter: the row in the block, the element, and the input step it sees.
    fn each(&self, block: std::ops::Range<usize>, mut visit: impl FnMut(usize, usize, Option<usize>)) {
        let steps = self.axes[1];
        for (row, at) in block.enumerate() {
            let (sample, t) = (at / self.window.steps, at % self.window.steps);
            for k in 0..self.window.kernel {
                visit(row, k, self.window.source(t, k, steps).map(|source| sample * steps + source));
            }
        }
    }

    fn gather(&self, to: &mut [f32], x: &[f32], block: std::ops::Range<usize>) {
        let (features, kernel) = (self.axes[2], self.window.kernel);
        self.each(block, |row, k, source| {
            let to = &mut to[row * features * kernel..][..features * kernel];
            match source {
                Some(source) => spread(&mut to[k..], &x[source * features..][..features], kernel),
                None => to[k..].iter_mut().step_by(kernel).for_each(|to| *to = 0.0),
            }
        });
    }

    /// Adds each number to the input step it was gathered from.
    fn scatter(&self, to: &mut [f32], from: &[f32], block: std::ops::Range<usize>) {
        let (features, kernel) = (self.axes[2], self.window.kernel);
        self.each(block, |row, k, source| {
            let Some(source) = source else { return };
            let from = &from[row * features * kernel..][..features * kernel];
            collect(&mut to[source * features..][..features], &from[k..], kernel);
        });
    }
}

simd! {
    /// `to[i · step] = from[i]`
    fn spread(to: &mut [f32], from: &[f32], step: usize) {
        for (to, &from) in to.iter_mut().step_by(step).zip(from) {
            *to = from;
        }
    }
}

simd! {
    /// `to[i] += from[i · step]`
    fn collect(to: &mut [f32], from: &[f32], step: usize) {
        for (to, &from) in to.iter_mut().zip(from.iter().step_by(step)) {
            *to += from;
        }
    }
}
