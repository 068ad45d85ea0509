//! One head of one sample: scores, weights and what they mix, forward and back. It works on sixteen queries at a time, which stand
//! side by side in a [`Row`], so that sums over keys are sums of rows; keys that none of them sees are left out.

use super::rows::{self, mix, score, spread, turn_in, turn_out};
use crate::dropout::Drop;
use crate::math;
use crate::raw::lanes::{LANES, Lanes, Row};
use crate::raw::simd;
use std::cell::RefCell;
use std::ops::Range;

/// Sizes of a head.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub queries: usize,
    pub keys: usize,
    pub depth: usize,
    /// Query i sees keys up to `i + |keys - queries|` alone.
    pub past: bool,
}

/// A matrix in a larger one: its first number on, and how far its rows are apart.
type Matrix<'a> = (&'a [f32], usize);

impl Head {
    /// Groups of sixteen queries.
    pub fn groups(&self) -> usize {
        self.queries.div_ceil(LANES)
    }

    /// The queries of a group.
    fn group(&self, group: usize) -> Range<usize> {
        group * LANES..self.queries.min((group + 1) * LANES)
    }

    /// Keys from the first on that some query of the group sees.
    pub fn seen(&self, group: usize) -> usize {
        let last = self.group(group).end - 1;
        if self.past { self.keys.min(last + self.keys.abs_diff(self.queries) + 1) } else { self.keys }
    }

    /// Queries at the beginning of the group that do not see a key.
    fn blind(&self, group: usize, key: usize) -> usize {
        let first = if self.past { key.saturating_sub(self.keys.abs_diff(self.queries)) } else { 0 };
        first.saturating_sub(group * LANES).min(LANES)
    }
}

/// Scratch for one head.
#[derive(Default)]
pub(super) struct Block {
    /// By feature: queries of a group, scaled; going back, then their gradient.
    queries: Vec<Row>,
    /// By feature: what was mixed, or its gradient.
    mixed: Vec<Row>,
    /// By key: scores, then weights.
    weights: Vec<Row>,
    /// By key: weights after dropout.
    kept: Vec<Row>,
    /// By key: gradient of the weights, then of the scores.
    slopes: Vec<Row>,
    /// Queries of a group and the gradients of what they mixed, one after another, each in whole rows.
    of_queries: Vec<Row>,
    of_mixed: Vec<Row>,
    /// Gradients of keys and values, one after another, each in whole rows.
    of_keys: Vec<Row>,
    of_values: Vec<Row>,
}

impl Block {
    /// Lends this thread's scratch, large enough for such a head.
    pub fn with(head: Head, use_it: impl FnOnce(&mut Block)) {
        thread_local! {
            static BLOCK: RefCell<Block> = RefCell::default();
        }
        BLOCK.with_borrow_mut(|block| {
            let wide = head.depth.div_ceil(LANES);
            for (rows, length) in [
                (&mut block.queries, head.depth),
                (&mut block.mixed, head.depth),
                (&mut block.weights, head.keys),
                (&mut block.kept, head.keys),
                (&mut block.slopes, head.keys),
                (&mut block.of_queries, LANES * wide),
                (&mut block.of_mixed, LANES * wide),
                (&mut block.of_keys, head.keys * wide),
                (&mut block.of_values, head.keys * wide),
            ] {
                // What was left by a head of another depth stands where this one has nothing.
                rows.clear();
                rows.resize(length, [0.0; LANES]);
            }
            use_it(block);
        });
    }

    /// Writes what a head mixes of the values into rows of `to`, and the greatest score and inverse sum of every query into `moments`,
    /// a row of each for every group.
    pub fn forward(
        &mut self,
        head: Head,
        [queries, keys, values]: [Matrix<'_>; 3],
        mask: Option<&[f32]>,
        mut drop: Option<&mut Drop>,
        moments: &mut [f32],
        (to, step): (&mut [f32], usize),
    ) {
        for (group, moments) in moments.as_chunks_mut::<LANES>().0.chunks_exact_mut(2).enumerate() {
            let weights = &mut self.weights[..head.seen(group)];
            let at = head.group(group);
            turn_in(&mut self.queries, &queries.0[at.start * queries.1..], queries.1, at.len(), head.scale());
            score(weights, keys.0, keys.1, &self.queries);
            hide(weights, head, group, mask);
            let [greatest, inverse] = moments else { unreachable!("two rows a group") };
            measure(weights, greatest, inverse);
            if let Some(drop) = &mut drop {
                thin(weights, drop);
            }
            mix(&mut self.mixed, weights, values.0, values.1);
            turn_out(&mut to[at.start * step..], step, at.len(), &self.mixed, Some(inverse));
        }
    }

    /// Writes the gradient of the queries, from the moments and the gradient of what was mixed, into rows of `to`. Those of keys and values stay here until
    /// they are given away.
    pub fn backward(
        &mut self,
        head: Head,
        [queries, keys, values]: [Matrix<'_>; 3],
        mask: Option<&[f32]>,
        mut drop: Option<&mut Drop>,
        (moments, from): (&[f32], Matrix<'_>),
        (to, step): (&mut [f32], usize),
    ) {
        self.of_keys.fill([0.0; LANES]);
        self.of_values.fill([0.0; LANES]);
        for (group, moments) in moments.as_chunks::<LANES>().0.chunks_exact(2).enumerate() {
            let (seen, at) = (head.seen(group), head.group(group));
            let (weights, slopes) = (&mut self.weights[..seen], &mut self.slopes[..seen]);
            let (queries, from) =
                ((&queries.0[at.start * queries.1..], queries.1), (&from.0[at.start * from.1..], from.1));
            turn_in(&mut self.queries, queries.0, queries.1, at.len(), head.scale());
            score(weights, keys.0, keys.1, &self.queries);
            hide(weights, head, group, mask);
            again(weights, &moments[0], &moments[1]);
            // No gradient comes to queries beyond the last, for that of what they mixed is zero.
            turn_in(&mut self.mixed, from.0, from.1, at.len(), 1.0);
            score(slopes, values.0, values.1, &self.mixed);
            rows::copy(&mut self.of_queries, queries.0, queries.1, at.len(), head.depth);
            rows::copy(&mut self.of_mixed, from.0, from.1, at.len(), head.depth);
            if let Some(drop) = &mut drop {
                let kept = &mut self.kept[..seen];
                thin_back(kept, weights, slopes, drop);
                spread(&mut self.of_values, kept, &self.of_mixed);
            } else {
                spread(&mut self.of_values, weights, &self.of_mixed);
            }
            differentiate(slopes, weights, head.scale());
            spread(&mut self.of_keys, slopes, &self.of_queries);
            mix(&mut self.queries, slopes, keys.0, keys.1);
            turn_out(&mut to[at.start * step..], step, at.len(), &self.queries, None);
        }
    }

    /// Writes the gradient of the keys into rows of `to`, and `beside` it that of the values.
    pub fn give_others(&self, head: Head, to: &mut [f32], step: usize, beside: usize) {
        let wide = head.depth.div_ceil(LANES);
        let parts = self.of_keys.chunks_exact(wide).zip(self.of_values.chunks_exact(wide));
        for (key, (k, v)) in parts.enumerate() {
            to[key * step..][..head.depth].copy_from_slice(&k.as_flattened()[..head.depth]);
            to[key * step + beside..][..head.depth].copy_from_slice(&v.as_flattened()[..head.depth]);
        }
    }
}

impl Head {
    fn scale(&self) -> f32 {
        1.0 / (self.depth as f32).sqrt()
    }
}

/// Scores of what a query does not see become as small as can be.
fn hide(scores: &mut [Row], head: Head, group: usize, mask: Option<&[f32]>) {
    for (key, row) in scores.iter_mut().enumerate() {
        if mask.is_some_and(|mask| mask[key] == 0.0) {
            row.fill(f32::NEG_INFINITY);
        } else {
            row[..head.blind(group, key)].fill(f32::NEG_INFINITY);
        }
    }
}

simd! {
    /// Scores to weights that are still to be multiplied by `inverse`; a query without a score gets none.
    fn measure(scores: &mut [Row], greatest: &mut Row, inverse: &mut Row) {
        let mut most = [f32::NEG_INFINITY; LANES];
        for row in scores.iter() {
            for lane in 0..LANES {
                most[lane] = if row[lane] > most[lane] { row[lane] } else { most[lane] };
            }
        }
        // Nothing is seen: any finite number makes all weights e^-∞.
        for most in &mut most {
            *most = if *most == f32::NEG_INFINITY { 0.0 } else { *most };
        }
        let mut sum = [0.0; LANES];
        for row in scores {
            let mut weights = *row;
            for lane in 0..LANES {
                weights[lane] = math::exp_below::<A>(weights[lane] - most[lane]);
                sum[lane] += weights[lane];
            }
            *row = weights;
        }
        *greatest = most;
        for lane in 0..LANES {
            inverse[lane] = if sum[lane] > 0.0 { 1.0 / sum[lane] } else { 0.0 };
        }
    }
}

simd! {
    /// Scores to weights whose moments are known.
    fn again(scores: &mut [Row], greatest: &Row, inverse: &Row) {
        for row in scores {
            let mut weights = *row;
            for lane in 0..LANES {
                weights[lane] = math::exp_below::<A>(weights[lane] - greatest[lane]) * inverse[lane];
            }
            *row = weights;
        }
    }
}

simd! {
    /// Drops some of the weights.
    fn thin(weights: &mut [Row], drop: &mut Drop) {
        let mut local = *drop;
        for row in weights {
            let (mask, mut kept) = (local.mask(), *row);
            for lane in 0..LANES {
                kept[lane] *= mask[lane];
            }
            *row = kept;
        }
        *drop = local;
    }
}

simd! {
    /// The weights that were kept, and the slopes of all from theirs.
    fn thin_back(kept: &mut [Row], weights: &[Row], slopes: &mut [Row], drop: &mut Drop) {
        let mut local = *drop;
        for ((kept, weights), slopes) in kept.iter_mut().zip(weights).zip(slopes) {
            let (mask, mut left, mut slope) = (local.mask(), *weights, *slopes);
            for lane in 0..LANES {
                left[lane] *= mask[lane];
                slope[lane] *= mask[lane];
            }
            (*kept, *slopes) = (left, slope);
        }
        *drop = local;
    }
}

simd! {
    /// `slopes ← scale · weights (slopes - Σ weights slopes)`
    fn differentiate[arch](slopes: &mut [Row], weights: &[Row], scale: f32) {
        let (mut sum, scale) = (arch.splat(0.0), arch.splat(scale));
        for (slope, weight) in slopes.iter().zip(weights) {
            sum = sum.plus_each(arch.load(slope), arch.load(weight));
        }
        for (slope, weight) in slopes.iter_mut().zip(weights) {
            let scaled = scale.times(arch.load(weight));
            scaled.times(arch.load(slope).minus(sum)).store(slope);
        }
    }
}
