//! Multi-head attention with its projections as one op. Owns the op and its plain twin; the kernel of one head is in `head`.

mod head;
mod plain;
mod rows;

use super::Tensor;
use super::axes::Axes;
use super::context::Context;
use super::crew;
use super::device::Device;
use super::dropout::Drop;
use super::linear::{add_rows, add_to_rows};
use super::op::{self, Op, Plain};
use super::product::{Layout, product};
use super::raw::lanes::LANES;
use dfdx::tensor::Tape;
use head::{Block, Head};

/// Weights of an attention, as `torch.nn.MultiheadAttention` has them.
#[derive(Clone, Copy, Debug)]
pub struct AttentionWeights<'a> {
    /// `[3 d, d]`: queries, keys, values.
    pub in_weight: &'a Tensor,
    pub in_bias: &'a Tensor,
    /// `[d, d]`
    pub out_weight: &'a Tensor,
    pub out_bias: &'a Tensor,
}

/// What a query may look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    All,
    /// Query i sees keys up to `i + |keys - queries|`.
    Past,
}

/// `softmax(Q Kᵀ / √d_head) V` for each of `heads` parts of the features (Vaswani et al. 2017, section 3.2), projected before and
/// after: `query [batch, queries, d]`, `source [batch, keys, d]` to `[batch, queries, d]`. `mask [batch, keys]` is 0 for keys that are
/// padding. A query that sees nothing is given zeros before the last projection. `p` of the weights are dropped while training.
pub fn attention(
    context: &mut Context,
    (query, source): (&Tensor, &Tensor),
    mask: Option<&Tensor>,
    weights: AttentionWeights<'_>,
    (heads, sight, p): (usize, Sight, f32),
) -> Tensor {
    let (of_query, of_source) = (query.axes(), source.axes());
    assert!(
        of_query.len() == 3 && of_source == of_query.with(1, of_source[1]),
        "attention of {of_query:?} to {of_source:?}"
    );
    let sizes = Sizes { batch: of_query[0], queries: of_query[1], keys: of_source[1], width: of_query[2], heads };
    assert!(sizes.width.is_multiple_of(heads), "{} features for {heads} heads", sizes.width);
    let drop = Drop::draw(context, p);
    let op = Attention { sizes, sight, mask: mask.map(Tensor::detached), drop };
    let AttentionWeights { in_weight, in_bias, out_weight, out_bias } = weights;
    op::run(op, context, &[query, source, in_weight, in_bias, out_weight, out_bias])
}

#[derive(Clone, Copy, Debug)]
struct Sizes {
    batch: usize,
    queries: usize,
    keys: usize,
    width: usize,
    heads: usize,
}

#[derive(Clone)]
struct Attention {
    sizes: Sizes,
    sight: Sight,
    mask: Option<Tensor>,
    drop: Option<Drop>,
}

/// Where queries, keys and values are after the first projection: in one matrix where all are of one tensor, else in two.
struct Projected {
    queries: Tensor,
    /// `None` where they stand beside the queries.
    others: Option<Tensor>,
}

/// The same as numbers, which threads may share.
#[derive(Clone, Copy)]
struct Read<'a> {
    queries: &'a [f32],
    others: Option<&'a [f32]>,
}

impl<'a> Read<'a> {
    /// Queries, then keys and values, of one sample and head, as numbers and where each begins and how far its rows are apart.
    fn head(self, sizes: Sizes, sample: usize, head: usize) -> [(&'a [f32], usize); 3] {
        let (width, part) = (sizes.width, head * (sizes.width / sizes.heads));
        let step = if self.others.is_some() { 2 * width } else { 3 * width };
        let of_queries = if self.others.is_some() { width } else { 3 * width };
        let first = usize::from(self.others.is_none()) * width;
        let others = self.others.unwrap_or(self.queries);
        let keys = sample * sizes.keys * step + first + part;
        [
            (&self.queries[sample * sizes.queries * of_queries + part..], of_queries),
            (&others[keys..], step),
            (&others[keys + width..], step),
        ]
    }
}

impl Projected {
    fn read(&self) -> Read<'_> {
        Read { queries: self.queries.read(), others: self.others.as_ref().map(Tensor::read) }
    }

    /// Gradients of the same layout, all zeros.
    fn zeros(&self, device: &Device) -> Projected {
        let zeros = |tensor: &Tensor| device.zeros(&tensor.axes());
        Projected { queries: zeros(&self.queries), others: self.others.as_ref().map(zeros) }
    }
}

impl Attention {
    /// `x W[rows]ᵀ + b[rows]`
    fn project(context: &Context, x: &Tensor, weight: &Tensor, bias: &Tensor, rows: std::ops::Range<usize>) -> Tensor {
        let depth = x.axes().last_size();
        let (count, width) = (x.len() / depth, rows.len());
        context.write(Axes::of(&[count, width]), |y| {
            let weight = &weight.read()[rows.start * depth..rows.end * depth];
            product(y, 0.0, x.read(), Layout::dense(count, depth), weight, Layout::dense(width, depth).turned());
            add_to_rows(y, &bias.read()[rows]);
        })
    }

    fn heads(&self) -> Head {
        let Sizes { queries, keys, width, heads, .. } = self.sizes;
        Head { queries, keys, depth: width / heads, past: self.sight == Sight::Past }
    }

    /// Samples that a piece has: all, where nobody takes another.
    fn each(&self) -> usize {
        if crew::alone() { self.sizes.batch.max(1) } else { 1 }
    }

    /// The noise that pieces of so many samples begin with; none where nothing is dropped. What comes before is drawn to be passed over.
    fn noises(&self, each: usize) -> Vec<Option<Drop>> {
        let head = self.heads();
        let rows: usize = (0..head.groups()).map(|group| head.seen(group)).sum();
        let mut drop = self.drop;
        let next = |piece| {
            if let Some(drop) = drop.as_mut().filter(|_| piece > 0) {
                (0..each * self.sizes.heads * rows).for_each(|_| _ = drop.mask());
            }
            drop
        };
        (0..self.sizes.batch.div_ceil(each)).map(next).collect()
    }

    /// The parts of the mask that samples have.
    fn masks<'a>(&'a self) -> impl Fn(usize) -> Option<&'a [f32]> + Copy + Send + Sync + 'a {
        let (mask, keys) = (self.mask.as_ref().map(Tensor::read), self.sizes.keys);
        move |sample| mask.map(|mask| &mask[sample * keys..][..keys])
    }
}

impl Op for Attention {
    fn fused(self, context: &mut Context, inputs: &[&Tensor]) -> Tensor {
        let [query, source, in_weight, in_bias, out_weight, out_bias] = [0, 1, 2, 3, 4, 5].map(|i| inputs[i].clone());
        let Sizes { batch, queries, keys, width, heads } = self.sizes;
        let itself = std::ptr::eq(query.read(), source.read());
        let project = |x: &Tensor, rows| Self::project(context, x, &in_weight, &in_bias, rows);
        let projected = if itself {
            Projected { queries: project(&query, 0..3 * width), others: None }
        } else {
            Projected { queries: project(&query, 0..width), others: Some(project(&source, width..3 * width)) }
        };
        let head = self.heads();
        let rows = batch * queries;
        // Greatest score and inverse sum of every query and head: the weights are computed again on the way back.
        let mut moments = context.device().zeros(&[batch * heads, head.groups(), 2, LANES]);
        let mixed = context.write(Axes::of(&[rows, width]), |mixed| {
            let size = head.groups() * 2 * LANES;
            let (read, mask, sizes) = (projected.read(), self.masks(), self.sizes);
            let each = self.each();
            let pieces = mixed.chunks_mut(each * queries * width).zip(moments.write().chunks_mut(each * heads * size));
            crew::share(pieces.zip(self.noises(each)).enumerate(), |(piece, ((mixed, moments), mut drop))| {
                Block::with(head, |block| {
                    let samples = mixed.chunks_mut(queries * width).zip(moments.chunks_mut(heads * size));
                    for (sample, (mixed, moments)) in (piece * each..).zip(samples) {
                        for (number, moments) in moments.chunks_exact_mut(size).enumerate() {
                            let operands = read.head(sizes, sample, number);
                            let to = &mut mixed[number * head.depth..];
                            block.forward(head, operands, mask(sample), drop.as_mut(), moments, (to, width));
                        }
                    }
                });
            });
        });
        let y = Self::project(context, &mixed, &out_weight, &out_bias, 0..width).reshaped(&query.axes());
        let device = context.device().clone();
        context.record(inputs, y, move |flow, gradient| {
            let outer = Layout::dense(rows, width);
            if let Some(of_bias) = flow.into(&out_bias) {
                add_rows(of_bias, gradient);
            }
            if let Some((of_weight, beta)) = flow.sum(&out_weight) {
                product(of_weight, beta, gradient, outer.turned(), mixed.read(), outer);
            }
            if ![&query, &source, &in_weight, &in_bias].iter().any(|input| input.is_tracked()) {
                return;
            }
            let of_mixed = device.write(Axes::of(&[rows, width]), |to| {
                product(to, 0.0, gradient, outer, out_weight.read(), Layout::dense(width, width));
            });
            let slopes = self.backward(&device, &projected, moments.read(), of_mixed.read());
            let mut pass = |x: &Tensor, slopes: &Tensor, first: usize| {
                let (count, wide) = (slopes.axes()[0], slopes.axes()[1]);
                let of_y = Layout::dense(count, wide);
                if let Some(of_bias) = flow.into(&in_bias) {
                    add_rows(&mut of_bias[first..first + wide], slopes.read());
                }
                if let Some(of_weight) = flow.into(&in_weight) {
                    let of_weight = &mut of_weight[first * width..(first + wide) * width];
                    product(of_weight, 1.0, slopes.read(), of_y.turned(), x.read(), Layout::dense(count, width));
                }
                if let Some((of_x, beta)) = flow.sum(x) {
                    let weight = &in_weight.read()[first * width..(first + wide) * width];
                    product(of_x, beta, slopes.read(), of_y, weight, Layout::dense(wide, width));
                }
            };
            pass(&query, &slopes.queries, 0);
            if let Some(others) = &slopes.others {
                debug_assert_eq!(others.axes()[0], batch * keys);
                pass(&source, others, width);
            }
        })
    }

    fn plain<D: dfdx::tensor_ops::Device<f32>, T: Tape<f32, D>>(self, inputs: Vec<Plain<D, T>>) -> Plain<D, T> {
        plain::compose(self, inputs)
    }
}

impl Attention {
    /// Gradients of queries, keys and values from that of what was mixed of the values.
    fn backward(&self, device: &Device, projected: &Projected, moments: &[f32], of_mixed: &[f32]) -> Projected {
        let Sizes { queries, keys, width, heads, .. } = self.sizes;
        let head = self.heads();
        let mut slopes = projected.zeros(device);
        let itself = slopes.others.is_none();
        let (step, first) = if itself { (3 * width, width) } else { (2 * width, 0) };
        let of_queries = if itself { 3 * width } else { width };
        let (read, mask, sizes) = (projected.read(), self.masks(), self.sizes);
        let one = |block: &mut Block,
                   sample: usize,
                   queries_to: &mut [f32],
                   mut others_to: Option<&mut [f32]>,
                   drop: &mut Option<Drop>| {
            for number in 0..heads {
                let operands = read.head(sizes, sample, number);
                let size = head.groups() * 2 * LANES;
                let moments = &moments[(sample * heads + number) * size..][..size];
                let part = number * head.depth;
                let from = (&of_mixed[sample * queries * width + part..], width);
                let to = (&mut queries_to[part..], of_queries);
                block.backward(head, operands, mask(sample), drop.as_mut(), (moments, from), to);
                let others = others_to.as_deref_mut().unwrap_or(&mut *queries_to);
                block.give_others(head, &mut others[first + part..], step, width);
            }
        };
        let each = self.each();
        let of_queries_to = slopes.queries.write().chunks_mut(each * queries * of_queries);
        let pieces = of_queries_to.zip(self.noises(each)).enumerate();
        match &mut slopes.others {
            None => crew::share(pieces, |(piece, (to, mut drop))| {
                Block::with(head, |block| {
                    let samples = (piece * each..).zip(to.chunks_mut(queries * of_queries));
                    samples.for_each(|(sample, to)| one(block, sample, to, None, &mut drop));
                });
            }),
            Some(others) => {
                let both = pieces.zip(others.write().chunks_mut(each * keys * step));
                crew::share(both, |((piece, (to, mut drop)), others)| {
                    Block::with(head, |block| {
                        let samples = to.chunks_mut(queries * of_queries).zip(others.chunks_mut(keys * step));
                        let samples = (piece * each..).zip(samples);
                        samples.for_each(|(sample, (to, others))| one(block, sample, to, Some(others), &mut drop));
                    });
                });
            }
        }
        slopes
    }
}
