//! Attention in dfdx's ops.

use super::{Attention, Sight, Sizes};
use crate::axes::Axes;
use crate::op::{self, Plain, Wide};
use crate::raw::lanes::{LANES, Row};
use dfdx::shapes::{Axes2, Axes3, Axes4, Axis};
use dfdx::tensor::Tape;
use dfdx::tensor_ops::{BroadcastTo, Device, PermuteTo, ReshapeTo, TryMatMul};

/// A score that leaves no weight, and finite.
const NOWHERE: f32 = -1e30;

pub(super) fn compose<D: Device<f32>, T: Tape<f32, D>>(op: Attention, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
    let [query, source, in_weight, in_bias, out_weight, out_bias] = op::exactly(inputs);
    let Sizes { batch, queries, keys, width, heads } = op.sizes;
    let (count, depth) = (batch * heads, width / heads);
    let axes = query.axes;
    // dfdx's CPU slice overwrites the gradient of what it slices, so each is given a tensor that nobody else uses.
    let part = |from: &Wide<D, T>, at: usize, size: usize| {
        let own = from.retaped::<T>() + 0.0;
        own.slice((at * size..(at + 1) * size,)).reshape_like(&(size,))
    };
    let project = |x: Wide<D, T>, steps: usize, at: usize| {
        let weight = part(&in_weight.flat, at, width * width).reshape_like(&(width, width));
        let y = x.reshape_like(&(batch * steps, width)).matmul(weight.permute::<(usize, usize), Axes2<1, 0>>());
        let y = y + part(&in_bias.flat, at, width).broadcast_like::<_, Axis<0>>(&(batch * steps, width));
        let y = y.reshape_like(&(batch, steps, heads, depth));
        y.permute::<(usize, usize, usize, usize), Axes4<0, 2, 1, 3>>().reshape_like(&(count, steps, depth))
    };
    let keys_from = source.flat.retaped::<T>();
    let k = project(keys_from + 0.0, keys, 1).permute::<(usize, usize, usize), Axes3<0, 2, 1>>();
    let v = project(source.flat + 0.0, keys, 2);
    let q = project(query.flat, queries, 0) * (1.0 / (depth as f32).sqrt());
    let device = q.device().clone();
    let (below, seen, dropped) = tables(&op);
    let shape = (count, queries, keys);
    let scores = q.matmul(k) + device.tensor_from_vec(below, shape);
    let weights = scores.softmax::<Axis<2>>() * device.tensor_from_vec(seen, shape);
    let weights = weights * device.tensor_from_vec(dropped, shape);
    let mixed = weights.matmul(v).reshape_like(&(batch, heads, queries, depth));
    let mixed = mixed.permute::<(usize, usize, usize, usize), Axes4<0, 2, 1, 3>>();
    let mixed = mixed.reshape_like(&(batch * queries, width));
    let weight = out_weight.flat.reshape_like(&(width, width)).permute::<(usize, usize), Axes2<1, 0>>();
    let y = mixed.matmul(weight) + out_bias.flat.broadcast_like::<_, Axis<0>>(&(batch * queries, width));
    Plain { flat: y.reshape_like(&(axes.elements(),)), axes: Axes::of(&axes) }
}

/// For every head, query and key: what is added to its score, whether it is seen, and what dropout multiplies by.
fn tables(op: &Attention) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
    let Sizes { batch, queries, keys, heads, .. } = op.sizes;
    let mask = op.mask.as_ref().map(crate::Tensor::values);
    let offset = keys.abs_diff(queries);
    let head = op.heads();
    let mut drop = op.drop;
    let (mut below, mut seen, mut dropped) = (vec![], vec![], vec![]);
    for at in 0..batch * heads {
        // By group of queries and key that one of them sees.
        let noise = drop.as_mut().map(|drop| {
            let group = |group: usize| (0..head.seen(group)).map(|_| drop.mask()).collect();
            (0..head.groups()).map(group).collect::<Vec<Vec<Row>>>()
        });
        for (i, j) in (0..queries).flat_map(|i| (0..keys).map(move |j| (i, j))) {
            let hidden = op.sight == Sight::Past && j > i + offset;
            let sees = !hidden && mask.as_ref().is_none_or(|mask| mask[at / heads * keys + j] != 0.0);
            below.push(if sees { 0.0 } else { NOWHERE });
            seen.push(if sees { 1.0 } else { 0.0 });
            let noise = noise.as_ref().and_then(|noise| noise[i / LANES].get(j));
            dropped.push(noise.map_or(1.0, |noise| noise[i % LANES]));
        }
    }
    (below, seen, dropped)
}
