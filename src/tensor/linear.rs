//! The fully connected layer: `y = f(x Wᵀ + b)` in one pass. Owns the op; products of matrices are in `product`.

use super::Tensor;
use super::activation::{self, Activation};
use super::axes::Axes;
use super::context::Context;
use super::crew;
use super::op::{self, Op, Plain};
use super::product::{Layout, product};
use super::raw::simd;
use dfdx::shapes::{Axes2, Axis};
use dfdx::tensor::Tape;
use dfdx::tensor_ops::{BroadcastTo, Device, PermuteTo, ReshapeTo, TryMatMul};

/// `f(x Wᵀ + b)` over the last axis: `x [.., in]`, `weight [out, in]`, `bias [out]` to `[.., out]`.
pub fn linear(
    context: &mut Context,
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    activation: Option<Activation>,
) -> Tensor {
    let op = Linear { activation };
    match bias {
        Some(bias) => op::run(op, context, &[x, weight, bias]),
        None => op::run(op, context, &[x, weight]),
    }
}

struct Linear {
    activation: Option<Activation>,
}

/// Axes of the output.
fn output_axes(x: Axes, weight: Axes) -> Axes {
    assert_eq!(x.last_size(), weight[1], "linear of {x:?} with a weight {weight:?}");
    x.with(x.len() - 1, weight[0])
}

impl Op for Linear {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let (x, weight, bias) = (inputs[0], inputs[1], inputs.get(2).copied());
        let axes = output_axes(x.axes(), weight.axes());
        let (width, depth) = (weight.axes()[0], weight.axes()[1]);
        let rows = x.len() / depth.max(1);
        let mut y = context.write(axes, |y| {
            product(y, 0.0, x.read(), Layout::dense(rows, depth), weight.read(), Layout::dense(width, depth).turned());
            if let Some(bias) = bias {
                add_to_rows(y, bias.read());
            }
        });
        let end = activation::end(context, self.activation, inputs, &mut y);
        let (input, weight, bias) = (x.clone(), weight.clone(), bias.cloned());
        context.record(inputs, y, move |flow, gradient| {
            end.backward(gradient);
            let outer = Layout::dense(rows, width);
            if let Some(of_bias) = bias.as_ref().and_then(|bias| flow.into(bias)) {
                add_rows(of_bias, gradient);
            }
            if let Some((of_weight, beta)) = flow.sum(&weight) {
                product(of_weight, beta, gradient, outer.turned(), input.read(), Layout::dense(rows, depth));
            }
            if let Some((of_input, beta)) = flow.sum(&input) {
                product(of_input, beta, gradient, outer, weight.read(), Layout::dense(width, depth));
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, mut inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let bias = if inputs.len() == 3 { inputs.pop() } else { None };
        let [x, weight] = op::exactly(inputs);
        let axes = output_axes(x.axes, weight.axes);
        let (width, depth) = (weight.axes[0], weight.axes[1]);
        let rows = x.axes.elements() / depth.max(1);
        let weight = weight.flat.reshape_like(&(width, depth)).permute::<(usize, usize), Axes2<1, 0>>();
        let mut y = x.flat.reshape_like(&(rows, depth)).matmul(weight);
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

/// Adds `row` to every row of `matrix`.
pub(super) fn add_to_rows(matrix: &mut [f32], row: &[f32]) {
    let size = row.len().max(1);
    crew::share(matrix.chunks_mut(crew::lines(size) * size), |matrix| add_to_lines(matrix, row));
}

simd! {
    fn add_to_lines(matrix: &mut [f32], row: &[f32]) {
        for line in matrix.chunks_exact_mut(row.len().max(1)) {
            for (value, &add) in line.iter_mut().zip(row) {
                *value += add;
            }
        }
    }
}

/// Columns that a thread takes of a matrix whose rows are added up.
const COLUMNS: usize = 64;

/// Adds the rows of `matrix` to `row`.
pub(super) fn add_rows(row: &mut [f32], matrix: &[f32]) {
    let size = row.len().max(1);
    let columns = if matrix.len() < 2 * crew::NUMBERS { size } else { COLUMNS };
    crew::share(row.chunks_mut(columns).enumerate(), |(number, row)| add_columns(row, matrix, size, number * columns));
}

simd! {
    /// Adds the columns of `matrix` from `first` on, as many as there are in `row`.
    fn add_columns(row: &mut [f32], matrix: &[f32], size: usize, first: usize) {
        for line in matrix.chunks_exact(size) {
            for (sum, &add) in row.iter_mut().zip(&line[first..]) {
                *sum += add;
            }
        }
    }
}
