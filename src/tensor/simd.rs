//! What kernels may ask of an instruction set, and loops that the compiler turns into vectors. No `unsafe` here.

use super::raw::lanes::{self, Lanes, Row};

/// An instruction set a kernel is compiled for.
pub(super) trait Arch {
    /// Sixteen numbers in its registers.
    type Lanes: Lanes;

    /// `a * b + c`, with one rounding where the machine has it.
    fn fma(a: f32, b: f32, c: f32) -> f32;
}

#[derive(Debug)]
pub(super) struct Portable;
#[derive(Debug)]
pub(super) struct V3;
#[derive(Debug)]
pub(super) struct V4;

impl Arch for Portable {
    type Lanes = Row;

    #[inline(always)]
    fn fma(a: f32, b: f32, c: f32) -> f32 {
        a * b + c
    }
}

impl Arch for V3 {
    type Lanes = lanes::Two;

    #[inline(always)]
    fn fma(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
}

impl Arch for V4 {
    type Lanes = lanes::One;

    #[inline(always)]
    fn fma(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
}

/// Lanes of the running sums below: two AVX-512 registers hide the latency of an addition.
const LANES: usize = 32;

/// Slices shorter than this are folded in one running value: joining the lanes would cost more.
const SHORT: usize = 12;

/// Folds a slice in `LANES` running values, then those pairwise: the same order on every machine.
#[inline(always)]
pub(super) fn fold(values: &[f32], start: f32, step: impl Fn(f32, f32) -> f32, join: impl Fn(f32, f32) -> f32) -> f32 {
    if values.len() < SHORT {
        return values.iter().fold(start, |sum, &value| step(sum, value));
    }
    let mut lanes = [start; LANES];
    let mut chunks = values.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = step(*lane, value);
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(chunks.remainder()) {
        *lane = step(*lane, value);
    }
    halve(lanes, join)
}

/// Like [`fold`] over two slices of one length.
#[inline(always)]
pub(super) fn fold2(a: &[f32], b: &[f32], step: impl Fn(f32, f32, f32) -> f32) -> f32 {
    if a.len() < SHORT {
        return a.iter().zip(b).fold(0.0, |sum, (&x, &y)| step(sum, x, y));
    }
    let mut lanes = [0.0; LANES];
    let (mut left, mut right) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    for (x, y) in (&mut left).zip(&mut right) {
        for ((lane, &x), &y) in lanes.iter_mut().zip(x).zip(y) {
            *lane = step(*lane, x, y);
        }
    }
    for ((lane, &x), &y) in lanes.iter_mut().zip(left.remainder()).zip(right.remainder()) {
        *lane = step(*lane, x, y);
    }
    halve(lanes, |a, b| a + b)
}

/// Like [`fold`] over three slices of one length.
#[inline(always)]
pub(super) fn fold3(a: &[f32], b: &[f32], c: &[f32], step: impl Fn(f32, f32, f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (mut first, mut second, mut third) = (a.chunks_exact(LANES), b.chunks_exact(LANES), c.chunks_exact(LANES));
    for ((x, y), z) in (&mut first).zip(&mut second).zip(&mut third) {
        for (((lane, &x), &y), &z) in lanes.iter_mut().zip(x).zip(y).zip(z) {
            *lane = step(*lane, x, y, z);
        }
    }
    let rest = first.remainder().iter().zip(second.remainder()).zip(third.remainder());
    for (lane, ((&x, &y), &z)) in lanes.iter_mut().zip(rest) {
        *lane = step(*lane, x, y, z);
    }
    halve(lanes, |a, b| a + b)
}

#[inline(always)]
fn halve(mut lanes: [f32; LANES], join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] = join(lanes[i], lanes[i + width]);
        }
        width /= 2;
    }
    lanes[0]
}

#[inline(always)]
pub(super) fn sum(values: &[f32]) -> f32 {
    fold(values, 0.0, |a, b| a + b, |a, b| a + b)
}

/// The greatest value; NaN is not greater than anything.
#[inline(always)]
pub(super) fn max(values: &[f32]) -> f32 {
    let greater = |a: f32, b: f32| if b > a { b } else { a };
    fold(values, f32::NEG_INFINITY, greater, greater)
}

#[inline(always)]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    fold2(a, b, |sum, x, y| sum + x * y)
}
