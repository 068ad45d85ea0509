//! Products of matrices. Owns the choice between the `gemm` crate and a kernel for small matrices.

use super::raw;
pub(super) use super::raw::Layout;

/// `c = beta c + a b`, `c` row-major; `beta` of zero overwrites.
pub(super) fn product(c: &mut [f32], beta: f32, a: &[f32], at: Layout, b: &[f32], bt: Layout) {
    raw::gemm(c, beta, a, at, b, bt);
}
