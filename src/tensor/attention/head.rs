//! One head of one sample: scores, weights and what they mix, forward and back. Keys are rows and queries are columns, so that
//! sums over keys are sums of rows; the columns are padded to whole vectors.

use crate::tensor::dropout::Drop;
use crate::tensor::math;
use crate::tensor::raw::{Layout, gemm, simd};
use crate::tensor::simd::Arch;
use std::cell::RefCell;

/// Sizes of a head.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub queries: usize,
    pub keys: usize,
    pub depth: usize,
    /// Query i sees keys up to `i + |keys - queries|` alone.
    pub past: bool,
}

/// Columns come in multiples of this: one AVX-512 register.
const LANES: usize = 16;

/// From this depth on `gemm` is faster than rows added one after another.
const DEEP: usize = 32;

/// A matrix in a larger one: its first number on, and how far its rows are apart.
type Rows<'a> = (&'a [f32], usize);

impl Head {
    pub fn padded(&self) -> usize {
        self.queries.next_multiple_of(LANES)
    }

    /// The first query that sees a key.
    fn first(&self, key: usize) -> usize {
        if self.past { key.saturating_sub(self.keys.abs_diff(self.queries)).min(self.padded()) } else { 0 }
    }
}

/// Scratch for one head; every matrix has queries as columns.
#[derive(Default)]
pub(super) struct Block {
    /// Queries `[depth, padded]`, scaled; going back, then their gradient.
    queries: Vec<f32>,
    /// Scores, then weights `[keys, padded]`.
    weights: Vec<f32>,
    /// Weights after dropout.
    kept: Vec<f32>,
    /// What was mixed, or its gradient `[depth, padded]`.
    mixed: Vec<f32>,
    /// Gradient of the weights, then of the scores.
    slopes: Vec<f32>,
    /// Gradients of keys and values `[keys, depth]`.
    of_keys: Vec<f32>,
    of_values: Vec<f32>,
    sums: Vec<f32>,
}

impl Block {
    /// Lends this thread's scratch, large enough for such a head.
    pub fn with(head: Head, use_it: impl FnOnce(&mut Block)) {
        thread_local! {
            static BLOCK: RefCell<Block> = RefCell::default();
        }
        BLOCK.with_borrow_mut(|block| {
            let (wide, tall) = (head.depth * head.padded(), head.keys * head.padded());
            for matrix in [&mut block.queries, &mut block.mixed] {
                matrix.resize(wide, 0.0);
            }
            for matrix in [&mut block.weights, &mut block.kept, &mut block.slopes] {
                matrix.resize(tall, 0.0);
            }
            for matrix in [&mut block.of_keys, &mut block.of_values] {
                matrix.resize(head.keys * head.depth, 0.0);
            }
            block.sums.resize(head.padded(), 0.0);
            use_it(block);
        });
    }

    /// Writes what a head mixes of the values into rows of `to`, and the greatest score and inverse sum of every query into `moments`.
    pub fn forward(
        &mut self,
        head: Head,
        [queries, keys, values]: [Rows<'_>; 3],
        mask: Option<&[f32]>,
        drop: Option<&mut Drop>,
        moments: &mut [f32],
        (to, step): (&mut [f32], usize),
    ) {
        let padded = head.padded();
        turn_in(&mut self.queries, queries, head, 1.0 / (head.depth as f32).sqrt());
        multiply(&mut self.weights, keys, &self.queries, head);
        let (greatest, inverse) = moments.split_at_mut(padded);
        hide(&mut self.weights, head, mask);
        measure(&mut self.weights, greatest, inverse);
        if let Some(drop) = drop {
            drop.multiply(&mut self.weights);
        }
        gather(&mut self.mixed, &self.weights, values, head);
        turn_out(to, step, &self.mixed, head);
    }

    /// Gradients of queries, keys and values from that of what was mixed; they stay here until they are given away.
    pub fn backward(
        &mut self,
        head: Head,
        [queries, keys, values]: [Rows<'_>; 3],
        mask: Option<&[f32]>,
        drop: Option<&mut Drop>,
        moments: &[f32],
        from: Rows<'_>,
    ) {
        let (padded, depth) = (head.padded(), head.depth);
        let scale = 1.0 / (depth as f32).sqrt();
        turn_in(&mut self.queries, queries, head, scale);
        multiply(&mut self.weights, keys, &self.queries, head);
        let (greatest, inverse) = moments.split_at(padded);
        hide(&mut self.weights, head, mask);
        again(&mut self.weights, greatest, inverse);
        turn_in(&mut self.mixed, from, head, 1.0);
        multiply(&mut self.slopes, values, &self.mixed, head);
        // Columns of padding have weights; no gradient comes to them, for that of what they mixed is zero.
        let rows = Layout { rows: head.queries, columns: depth, row: from.1, column: 1 };
        let seen = Layout { rows: head.keys, columns: head.queries, row: padded, column: 1 };
        if let Some(drop) = drop {
            self.kept.copy_from_slice(&self.weights);
            let mut same = *drop;
            drop.multiply(&mut self.kept);
            same.multiply(&mut self.slopes);
            gemm(&mut self.of_values, 0.0, &self.kept, seen, from.0, rows);
        } else {
            gemm(&mut self.of_values, 0.0, &self.weights, seen, from.0, rows);
        }
        // ∂s = w (∂w - Σ w ∂w)
        differentiate(&mut self.slopes, &self.weights, &mut self.sums, scale);
        let of_q = Layout { rows: head.queries, columns: depth, row: queries.1, column: 1 };
        gemm(&mut self.of_keys, 0.0, &self.slopes, seen, queries.0, of_q);
        gather(&mut self.queries, &self.slopes, keys, head);
    }

    /// Writes the gradient of the queries into rows of `to`.
    pub fn give_queries(&self, head: Head, to: &mut [f32], step: usize) {
        turn_out(to, step, &self.queries, head);
    }

    /// Writes those of the keys, and `beside` them those of the values.
    pub fn give_others(&self, head: Head, to: &mut [f32], step: usize, beside: usize) {
        let parts = self.of_keys.chunks_exact(head.depth).zip(self.of_values.chunks_exact(head.depth));
        for (key, (k, v)) in parts.enumerate() {
            to[key * step..][..head.depth].copy_from_slice(k);
            to[key * step + beside..][..head.depth].copy_from_slice(v);
        }
    }
}

/// `to[c, i] = scale · from[i, c]`, zeros in the padding.
fn turn_in(to: &mut [f32], (from, step): Rows<'_>, head: Head, scale: f32) {
    let padded = head.padded();
    for i in 0..head.queries {
        for (c, x) in from[i * step..][..head.depth].iter().enumerate() {
            to[c * padded + i] = x * scale;
        }
    }
    for row in to.chunks_exact_mut(padded) {
        row[head.queries..].fill(0.0);
    }
}

/// `to[i, c] = from[c, i]`
fn turn_out(to: &mut [f32], step: usize, from: &[f32], head: Head) {
    let padded = head.padded();
    for i in 0..head.queries {
        for (c, to) in to[i * step..][..head.depth].iter_mut().enumerate() {
            *to = from[c * padded + i];
        }
    }
}

/// `to[j, i] = Σ_c rows[j, c] by[c, i]`
fn multiply(to: &mut [f32], (rows, step): Rows<'_>, by: &[f32], head: Head) {
    let (padded, depth) = (head.padded(), head.depth);
    if depth >= DEEP {
        let at = Layout { rows: head.keys, columns: depth, row: step, column: 1 };
        return gemm(to, 0.0, rows, at, by, Layout::dense(depth, padded));
    }
    rows_times(to, rows, step, by, padded, depth);
}

/// `to[c, i] = Σ_j by[j, i] rows[j, c]`
fn gather(to: &mut [f32], by: &[f32], (rows, step): Rows<'_>, head: Head) {
    let (padded, depth, keys) = (head.padded(), head.depth, head.keys);
    if depth >= DEEP {
        let at = Layout { rows: depth, columns: keys, row: 1, column: step };
        return gemm(to, 0.0, rows, at, by, Layout::dense(keys, padded));
    }
    columns_times(to, rows, step, by, padded, depth);
}

/// Scores of what a query does not see become as small as can be.
fn hide(scores: &mut [f32], head: Head, mask: Option<&[f32]>) {
    for (key, row) in scores.chunks_exact_mut(head.padded()).enumerate() {
        if mask.is_some_and(|mask| mask[key] == 0.0) {
            row.fill(f32::NEG_INFINITY);
        } else {
            row[..head.first(key)].fill(f32::NEG_INFINITY);
        }
    }
}

/// `to[l] += Σ_n by[n] rows[n][l]`
#[inline(always)]
fn mix<A: Arch, const N: usize>(to: &mut [f32], by: [f32; N], rows: [&[f32]; N]) {
    let length = to.len();
    let rows = rows.map(|row| &row[..length]);
    for l in 0..length {
        let mut sum = to[l];
        for n in 0..N {
            sum = A::fma(by[n], rows[n][l], sum);
        }
        to[l] = sum;
    }
}

simd! {
    fn rows_times(to: &mut [f32], rows: &[f32], step: usize, by: &[f32], padded: usize, depth: usize) {
        for (j, to) in to.chunks_exact_mut(padded).enumerate() {
            let row = &rows[j * step..][..depth];
            to.fill(0.0);
            let mut c = 0;
            let line = |c: usize| &by[c * padded..][..padded];
            while c + 6 <= depth {
                let by = [row[c], row[c + 1], row[c + 2], row[c + 3], row[c + 4], row[c + 5]];
                mix::<A, 6>(to, by, [line(c), line(c + 1), line(c + 2), line(c + 3), line(c + 4), line(c + 5)]);
                c += 6;
            }
            while c < depth {
                mix::<A, 1>(to, [row[c]], [line(c)]);
                c += 1;
            }
        }
    }
}

simd! {
    fn columns_times(to: &mut [f32], rows: &[f32], step: usize, by: &[f32], padded: usize, depth: usize) {
        let keys = by.len() / padded;
        let line = |j: usize| &by[j * padded..][..padded];
        for (c, to) in to.chunks_exact_mut(padded).enumerate().take(depth) {
            to.fill(0.0);
            let at = |j: usize| rows[j * step + c];
            let mut j = 0;
            while j + 6 <= keys {
                let by = [at(j), at(j + 1), at(j + 2), at(j + 3), at(j + 4), at(j + 5)];
                mix::<A, 6>(to, by, [line(j), line(j + 1), line(j + 2), line(j + 3), line(j + 4), line(j + 5)]);
                j += 6;
            }
            while j < keys {
                mix::<A, 1>(to, [at(j)], [line(j)]);
                j += 1;
            }
        }
    }
}

simd! {
    /// Scores to weights, column by column; a column without a score gets none.
    fn measure(scores: &mut [f32], greatest: &mut [f32], inverse: &mut [f32]) {
        let padded = greatest.len();
        greatest.fill(f32::NEG_INFINITY);
        for row in scores.chunks_exact(padded) {
            greatest.iter_mut().zip(row).for_each(|(g, &s)| *g = if s > *g { s } else { *g });
        }
        // Nothing is seen: any finite number makes all weights e^-∞.
        greatest.iter_mut().for_each(|g| *g = if *g == f32::NEG_INFINITY { 0.0 } else { *g });
        inverse.fill(0.0);
        for row in scores.chunks_exact_mut(padded) {
            for ((s, &g), sum) in row.iter_mut().zip(greatest.iter()).zip(inverse.iter_mut()) {
                *s = math::exp::<A>(*s - g);
                *sum += *s;
            }
        }
        inverse.iter_mut().for_each(|sum| *sum = if *sum > 0.0 { 1.0 / *sum } else { 0.0 });
        for row in scores.chunks_exact_mut(padded) {
            row.iter_mut().zip(inverse.iter()).for_each(|(s, &inverse)| *s *= inverse);
        }
    }
}

simd! {
    /// Scores to weights whose moments are known.
    fn again(scores: &mut [f32], greatest: &[f32], inverse: &[f32]) {
        for row in scores.chunks_exact_mut(greatest.len()) {
            for ((s, &g), &inverse) in row.iter_mut().zip(greatest).zip(inverse) {
                *s = math::exp::<A>(*s - g) * inverse;
            }
        }
    }
}

simd! {
    /// `slopes ← scale · weights (slopes - Σ weights slopes)`, column by column.
    fn differentiate(slopes: &mut [f32], weights: &[f32], sums: &mut [f32], scale: f32) {
        let padded = sums.len();
        sums.fill(0.0);
        for (g, w) in slopes.chunks_exact(padded).zip(weights.chunks_exact(padded)) {
            sums.iter_mut().zip(g).zip(w).for_each(|((sum, &g), &w)| *sum = A::fma(g, w, *sum));
        }
        for (g, w) in slopes.chunks_exact_mut(padded).zip(weights.chunks_exact(padded)) {
            g.iter_mut().zip(w).zip(sums.iter()).for_each(|((g, &w), &sum)| *g = scale * w * (*g - sum));
        }
    }
}
