//! Rows of a table by id. Owns the op alone.

use super::axes::Axes;
use super::context::Context;
use super::op::{self, Op, Plain};
use super::sums;
use super::{Tensor, matmul};
use dfdx::tensor::{PutTape, Tape};
use dfdx::tensor_ops::{Device, ReshapeTo, TryMatMul};

/// The row of `table` `[entries, width]` for every id, whole numbers `[..]`, to `[.., width]`; zeros for an id that has none.
pub fn embedding(context: &mut Context, ids: &Tensor, table: &Tensor) -> Tensor {
    let rows = ids.values().iter().map(|id| row(*id, table.axes()[0])).collect();
    op::run(Embedding { rows, axes: ids.axes() }, context, &[table])
}

/// `y[.., i, j] = a[.., i] b[.., j]`; leading axes equal.
pub fn outer(context: &mut Context, a: &Tensor, b: &Tensor) -> Tensor {
    let axes: Vec<usize> = a.axes().iter().copied().chain([b.axes().last_size()]).collect();
    pairs(context, a, b).reshaped(&axes)
}

/// The same with the leading axes as one: `[rows, m, n]`.
pub fn pairs(context: &mut Context, a: &Tensor, b: &Tensor) -> Tensor {
    let (m, n) = (a.axes().last_size(), b.axes().last_size());
    let rows = a.len() / m.max(1);
    matmul(context, &a.reshaped(&[rows, m, 1]), &b.reshaped(&[rows, 1, n]))
}

fn row(id: f32, entries: usize) -> Option<usize> {
    let id = id.round();
    (id >= 0.0 && id < entries as f32).then_some(id as usize)
}

struct Embedding {
    rows: Vec<Option<usize>>,
    /// Of the ids.
    axes: Axes,
}

impl Embedding {
    fn output(&self, width: usize) -> Axes {
        Axes::of(&self.axes.iter().copied().chain([width]).collect::<Vec<_>>())
    }
}

impl Op for Embedding {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let table = inputs[0].clone();
        let width = table.axes()[1];
        let y = context.make(self.output(width), |y| {
            for (y, row) in y.chunks_exact_mut(width).zip(&self.rows) {
                if let Some(row) = row {
                    y.copy_from_slice(&table.read()[row * width..][..width]);
                }
            }
        });
        context.record(inputs, y, move |flow, gradient| {
            if let Some(of_table) = flow.into(&table) {
                for (g, row) in gradient.chunks_exact(width).zip(&self.rows) {
                    if let Some(row) = row {
                        sums::add(&mut of_table[row * width..][..width], g);
                    }
                }
            }
        })
    }

    fn plain<D: Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        let [table] = op::exactly(inputs);
        let (entries, width) = (table.axes[0], table.axes[1]);
        // A one in the column of the row.
        let mut chosen = vec![0.0; self.rows.len() * entries];
        for (chosen, row) in chosen.chunks_exact_mut(entries).zip(&self.rows) {
            row.iter().for_each(|row| chosen[*row] = 1.0);
        }
        let axes = self.output(width);
        let chosen = table.flat.device().tensor_from_vec(chosen, (self.rows.len(), entries));
        let table = table.flat.reshape_like(&(entries, width));
        let y = chosen.put_tape(T::default()).matmul(table);
        Plain { flat: y.reshape_like(&(axes.elements(),)), axes }
    }
}
