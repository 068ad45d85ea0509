//! What kernels may ask of an instruction set, and loops that the compiler turns into vectors. No `unsafe` here.

pub(super) use super::instructions::{V3, V4};
use super::raw::lanes::{LANES, Lanes, Row};
#[cfg(target_arch = "x86_64")]
use super::raw::lanes::{One, Two};

/// An instruction set that a kernel is compiled for; a value is a witness that the processor has it.
pub(super) trait Arch: Copy {
    /// Sixteen numbers in its registers.
    type Lanes: Lanes;

    fn splat(self, value: f32) -> Self::Lanes;

    fn load(self, from: &Row) -> Self::Lanes;

    /// `a * b + c`, with one rounding where the machine has it.
    fn fma(a: f32, b: f32, c: f32) -> f32;
}

/// None beyond the architecture's first: every processor has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Portable;

impl Arch for Portable {
    type Lanes = Row;

    #[inline(always)]
    fn splat(self, value: f32) -> Row {
        [value; LANES]
    }

    #[inline(always)]
    fn load(self, from: &Row) -> Row {
        *from
    }

    #[inline(always)]
    fn fma(a: f32, b: f32, c: f32) -> f32 {
        a * b + c
    }
}

#[cfg(target_arch = "x86_64")]
impl Arch for V3 {
    type Lanes = Two;

    #[inline(always)]
    fn splat(self, value: f32) -> Two {
        Two::splat(self, value)
    }

    #[inline(always)]
    fn load(self, from: &Row) -> Two {
        Two::load(self, from)
    }

    #[inline(always)]
    fn fma(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
}

#[cfg(target_arch = "x86_64")]
impl Arch for V4 {
    type Lanes = One;

    #[inline(always)]
    fn splat(self, value: f32) -> One {
        One::splat(self, value)
    }

    #[inline(always)]
    fn load(self, from: &Row) -> One {
        One::load(self, from)
    }

    #[inline(always)]
    fn fma(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
}

/// Running sums of the loops below: two AVX-512 registers hide the latency of an addition.
const SUMS: usize = 32;

/// Slices shorter than this are folded in one running value: joining the lanes would cost more.
const SHORT: usize = 12;

/// Folds a slice in `SUMS` running values, then those pairwise: the same order on every machine.
#[inline(always)]
pub(super) fn fold(values: &[f32], start: f32, step: impl Fn(f32, f32) -> f32, join: impl Fn(f32, f32) -> f32) -> f32 {
    if values.len() < SHORT {
        return values.iter().fold(start, |sum, &value| step(sum, value));
    }
    let mut lanes = [start; SUMS];
    let mut chunks = values.chunks_exact(SUMS);
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
    let mut lanes = [0.0; SUMS];
    let (mut left, mut right) = (a.chunks_exact(SUMS), b.chunks_exact(SUMS));
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
    let mut lanes = [0.0; SUMS];
    let (mut first, mut second, mut third) = (a.chunks_exact(SUMS), b.chunks_exact(SUMS), c.chunks_exact(SUMS));
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
fn halve(mut lanes: [f32; SUMS], join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut width = SUMS / 2;
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
