//! Sums of numbers that lie side by side. Owns nothing else.

use super::crew;
use super::raw::simd;

/// `to ← to + from`.
pub(super) fn add(to: &mut [f32], from: &[f32]) {
    crew::share(to.chunks_mut(crew::NUMBERS).zip(from.chunks(crew::NUMBERS)), |(to, from)| add_piece(to, from));
}

simd! {
    /// The same by one thread.
    pub(super) fn add_piece(to: &mut [f32], from: &[f32]) {
        for (to, &from) in to.iter_mut().zip(from) {
            *to += from;
        }
    }
}

simd! {
    /// `to ← to + factor · from`.
    pub(super) fn add_scaled(to: &mut [f32], from: &[f32], factor: f32) {
        for (to, &from) in to.iter_mut().zip(from) {
            *to = A::fma(from, factor, *to);
        }
    }
}
