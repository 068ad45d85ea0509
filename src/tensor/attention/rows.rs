//! Products of the small matrices of a head, one of which has sixteen columns side by side in a [`Row`]. Several sums run at once, for
//! one addition waits for the one before it.

use crate::raw::lanes::{LANES, Lanes, Row};
use crate::raw::simd;
use crate::simd::Arch;

simd! {
    /// `to[j] = Σ_c matrix[j, c] by[c]`, where the rows of the matrix begin `step` apart.
    pub(super) fn score[arch](to: &mut [Row], matrix: &[f32], step: usize, by: &[Row]) {
        const MANY: usize = 8;
        let mut start = 0;
        while start < to.len() {
            if to.len() < MANY {
                score_some::<A, 1>(arch, &mut to[start..], &matrix[start * step..], step, by);
                start += 1;
                continue;
            }
            // The last ones are computed again with those before them.
            start = start.min(to.len() - MANY);
            score_some::<A, MANY>(arch, &mut to[start..], &matrix[start * step..], step, by);
            start += MANY;
        }
    }
}

#[inline(always)]
fn score_some<A: Arch, const K: usize>(arch: A, to: &mut [Row], matrix: &[f32], step: usize, by: &[Row]) {
    let mut sums = [arch.splat(0.0); K];
    let mut rows: [&[f32]; K] = [&[]; K];
    for k in 0..K {
        rows[k] = &matrix[k * step..][..by.len()];
    }
    for (c, by) in by.iter().enumerate() {
        let by = arch.load(by);
        for k in 0..K {
            sums[k] = sums[k].plus(rows[k][c], by);
        }
    }
    for k in 0..K {
        sums[k].store(&mut to[k]);
    }
}

simd! {
    /// `to[c] = Σ_j by[j] matrix[j, c]`
    pub(super) fn mix[arch](to: &mut [Row], by: &[Row], matrix: &[f32], step: usize) {
        let mut c = 0;
        while c < to.len() {
            let (to, matrix) = (&mut to[c..], &matrix[c..]);
            c += match to.len() {
                12.. => mix_some::<A, 12>(arch, to, by, matrix, step),
                8.. => mix_some::<A, 8>(arch, to, by, matrix, step),
                6.. => mix_some::<A, 6>(arch, to, by, matrix, step),
                4.. => mix_some::<A, 4>(arch, to, by, matrix, step),
                2.. => mix_some::<A, 2>(arch, to, by, matrix, step),
                _ => mix_some::<A, 1>(arch, to, by, matrix, step),
            };
        }
    }
}

/// Gives the number of columns.
#[inline(always)]
fn mix_some<A: Arch, const C: usize>(arch: A, to: &mut [Row], by: &[Row], matrix: &[f32], step: usize) -> usize {
    let mut sums = [arch.splat(0.0); C];
    for (j, by) in by.iter().enumerate() {
        let (row, by) = (&matrix[j * step..][..C], arch.load(by));
        for c in 0..C {
            sums[c] = sums[c].plus(row[c], by);
        }
    }
    for c in 0..C {
        sums[c].store(&mut to[c]);
    }
    C
}

simd! {
    /// `to[j] += Σ_i by[j][i] from[i]`, where `to[j]` and each of the sixteen `from[i]` may be several rows.
    pub(super) fn spread[arch](to: &mut [Row], by: &[Row], from: &[Row]) {
        let wide = from.len() / LANES;
        for part in 0..wide {
            let from = &from[part..];
            let mut j = 0;
            while j < by.len() {
                let (to, by) = (&mut to[j * wide + part..], &by[j..]);
                j += match by.len() {
                    8.. => spread_some::<A, 8>(arch, to, by, from, wide),
                    4.. => spread_some::<A, 4>(arch, to, by, from, wide),
                    2.. => spread_some::<A, 2>(arch, to, by, from, wide),
                    _ => spread_some::<A, 1>(arch, to, by, from, wide),
                };
            }
        }
    }
}

/// Gives the number of keys.
#[inline(always)]
fn spread_some<A: Arch, const K: usize>(arch: A, to: &mut [Row], by: &[Row], from: &[Row], wide: usize) -> usize {
    let (mut sums, by) = ([arch.splat(0.0); K], &by[..K]);
    for k in 0..K {
        sums[k] = arch.load(&to[k * wide]);
    }
    for i in 0..LANES {
        let from = arch.load(&from[i * wide]);
        for k in 0..K {
            sums[k] = sums[k].plus(by[k][i], from);
        }
    }
    for k in 0..K {
        sums[k].store(&mut to[k * wide]);
    }
    K
}

/// `to[c][i] = factor · from[i, c]` for the first `count` lanes, zeros in the others.
pub(super) fn turn_in(to: &mut [Row], from: &[f32], step: usize, count: usize, factor: f32) {
    if count < LANES {
        to.fill([0.0; LANES]);
    }
    for i in 0..count {
        for (to, x) in to.iter_mut().zip(&from[i * step..]) {
            to[i] = x * factor;
        }
    }
}

/// `to[i, c] = from[c][i]`, times `factors[i]` where there are some, for the first `count` lanes.
pub(super) fn turn_out(to: &mut [f32], step: usize, count: usize, from: &[Row], factors: Option<&Row>) {
    for i in 0..count {
        let factor = factors.map_or(1.0, |factors| factors[i]);
        for (to, from) in to[i * step..].iter_mut().zip(from) {
            *to = from[i] * factor;
        }
    }
}

/// The first `count` of sixteen rows of a matrix, each in whole rows; zeros in the others.
pub(super) fn copy(to: &mut [Row], from: &[f32], step: usize, count: usize, depth: usize) {
    let wide = to.len() / LANES;
    for (i, to) in to.chunks_exact_mut(wide).enumerate() {
        let to = &mut to.as_flattened_mut()[..depth];
        if i < count { to.copy_from_slice(&from[i * step..][..depth]) } else { to.fill(0.0) }
    }
}
