//! Exchanging two axes. Owns the op alone.

use super::Tensor;
use super::axes::Axes;
use super::context::Context;
use super::op::{self, Op, Plain};
use dfdx::shapes::Axes5;
use dfdx::tensor::Tape;
use dfdx::tensor_ops::{Device, PermuteTo, ReshapeTo};

/// Exchanges two axes (counted with the batch).
pub fn transpose(context: &mut Context, x: &Tensor, first: usize, second: usize) -> Tensor {
    if first == second {
        return x.clone();
    }
    op::run(Transpose { first: first.min(second), second: first.max(second) }, context, &[x])
}

struct Transpose {
    first: usize,
    second: usize,
}

impl Transpose {
    /// Sizes before, of, between, of and after the two axes; the axes afterwards.
    fn sizes(&self, axes: Axes) -> ([usize; 5], Axes) {
        let product = |range: &[usize]| range.iter().product();
        let (m, n) = (axes[self.first], axes[self.second]);
        let between = product(&axes[self.first + 1..self.second]);
        let sizes = [product(&axes[..self.first]), m, between, n, product(&axes[self.second + 1..])];
        (sizes, axes.with(self.first, n).with(self.second, m))
    }
}

impl Op for Transpose {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let x = inputs[0].clone();
        let (sizes, axes) = self.sizes(x.axes());
        let y = context.write(axes, |y| {
            let x = x.read();
            runs(sizes, |to, from, length| y[to..to + length].copy_from_slice(&x[from..from + length]));
        });
        context.record(inputs, y, move |flow, gradient| {
            if let Some(of_x) = flow.into(&x) {
                runs(sizes, |to, from, length| {
                    for (x, &g) in of_x[from..from + length].iter_mut().zip(&gradient[to..to + length]) {
                        *x += g;
                    }
                });
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [x] = op::exactly(inputs);
        let ([a, m, b, n, c], axes) = self.sizes(x.axes);
        let y = x.flat.reshape_like(&(a, m, b, n, c));
        let y = y.permute::<(usize, usize, usize, usize, usize), Axes5<0, 3, 2, 1, 4>>();
        Plain { flat: y.reshape_like(&(axes.elements(),)), axes }
    }
}

/// Visits runs of `c` numbers: where each goes in `[a, n, b, m, c]` and comes from in `[a, m, b, n, c]`.
#[inline(always)]
fn runs([a, m, b, n, c]: [usize; 5], mut visit: impl FnMut(usize, usize, usize)) {
    let mut to = 0;
    for i in 0..a {
        for l in 0..n {
            for k in 0..b {
                for j in 0..m {
                    visit(to, (((i * m + j) * b + k) * n + l) * c, c);
                    to += c;
                }
            }
        }
    }
}
