//! Every `unsafe` of the crate: slices of dfdx's CPU tensors, the matrix product, the choice of instruction set and its registers.
//! Each has its reason beside it; nothing here knows what it computes for.

#![allow(unsafe_code)]

pub(super) mod lanes;

use dfdx::tensor::{Cpu, Tensor};
use std::sync::OnceLock;

/// The values of a flat CPU tensor.
pub(super) fn read(tensor: &Tensor<(usize,), f32, Cpu>) -> &[f32] {
    let (length,) = *dfdx::shapes::HasShape::shape(tensor);
    if length == 0 {
        return &[];
    }
    // SAFETY: dfdx 0.13 keeps a CPU tensor in one `Vec<f32>` (`CachableVec`) and `Index` returns `&vec[stride * i]`, here the
    // first element. Every tensor of this crate of shape `(usize,)` is contiguous: it comes from `zeros_like`,
    // `tensor_from_vec` or `reshape`, which make `length` elements one after another. The borrow of the tensor keeps
    // the `Arc` around the vector alive and, since writing takes `&mut` and copies a shared vector, unchanged.
    unsafe { std::slice::from_raw_parts(&raw const tensor[[0]], length) }
}

/// The values of a flat CPU tensor for writing; copies them first where another tensor shares them.
pub(super) fn write(tensor: &mut Tensor<(usize,), f32, Cpu>) -> &mut [f32] {
    let (length,) = *dfdx::shapes::HasShape::shape(tensor);
    if length == 0 {
        return &mut [];
    }
    // SAFETY: as in `read`; `IndexMut` goes through `Arc::make_mut`, so nobody else can see the vector.
    unsafe { std::slice::from_raw_parts_mut(&raw mut tensor[[0]], length) }
}

/// A matrix inside a slice: `rows × columns`, element `(i, j)` at `i * row + j * column`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub rows: usize,
    pub columns: usize,
    pub row: usize,
    pub column: usize,
}

impl Layout {
    /// Row-major.
    pub fn dense(rows: usize, columns: usize) -> Self {
        Self { rows, columns, row: columns, column: 1 }
    }

    /// The same numbers seen with rows and columns exchanged.
    pub fn turned(self) -> Self {
        Self { rows: self.columns, columns: self.rows, row: self.column, column: self.row }
    }

    /// Elements from the first to the last, both included.
    fn reach(self) -> usize {
        if self.rows == 0 || self.columns == 0 {
            return 0;
        }
        (self.rows - 1) * self.row + (self.columns - 1) * self.column + 1
    }
}

/// `c = beta c + a b` with one thread, `c` row-major. `beta` of zero overwrites whatever `c` held.
pub(super) fn gemm(c: &mut [f32], beta: f32, a: &[f32], at: Layout, b: &[f32], bt: Layout) {
    let (m, k, n) = (at.rows, at.columns, bt.columns);
    assert_eq!(k, bt.rows, "inner sizes of a matrix product differ");
    assert!(at.reach() <= a.len() && bt.reach() <= b.len() && m * n <= c.len(), "a matrix reaches beyond its slice");
    let [row_a, column_a, row_b, column_b, row_c] = [at.row, at.column, bt.row, bt.column, n].map(usize::cast_signed);
    #[cfg(test)]
    let before = allocations::large();
    // SAFETY: the assertion above bounds every address the product reads and writes; `c` is a mutable borrow and so
    // apart from `a` and `b`; `f32` needs no other promise.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            1,
            row_c,
            beta != 0.0,
            a.as_ptr(),
            column_a,
            row_a,
            b.as_ptr(),
            column_b,
            row_b,
            beta,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
    #[cfg(test)]
    allocations::forget_since(before);
}

/// Instruction sets that kernels are compiled for, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Portable,
    /// AVX2 and fused multiply-add.
    V3,
    /// AVX-512.
    V4,
}

/// The best of this machine, found once.
#[inline]
pub(super) fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    let best = *LEVEL.get_or_init(detect);
    #[cfg(test)]
    let best = best.min(limit::get());
    best
}

/// Lets tests run the kernels of lesser instruction sets on this thread.
#[cfg(test)]
pub(super) mod limit {
    use super::Level;
    use std::cell::Cell;

    thread_local! {
        static LIMIT: Cell<Level> = const { Cell::new(Level::V4) };
    }

    pub(in crate::tensor) fn get() -> Level {
        LIMIT.get()
    }

    pub(in crate::tensor) fn set(limit: Level) {
        LIMIT.set(limit);
    }
}

fn detect() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        let v3 = has!("avx2") && has!("fma");
        if v3 && has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl") {
            return Level::V4;
        }
        if v3 {
            return Level::V3;
        }
    }
    Level::Portable
}

/// Compiles a function once an instruction set and calls the best: `A` is the [`Arch`](super::simd::Arch) inside the body.
///
/// The body and all it calls should be `#[inline(always)]`, or they are compiled for the least instruction set.
macro_rules! simd {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $out:ty)? $body:block) => {
        $(#[$meta])*
        #[allow(unsafe_code, clippy::too_many_arguments)]
        $vis fn $name($($arg: $ty),*) $(-> $out)? {
            #[allow(unused_imports)]
            use $crate::tensor::simd::Arch as _;

            #[inline(always)]
            fn body<A: $crate::tensor::simd::Arch>($($arg: $ty),*) $(-> $out)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")]
            fn v4($($arg: $ty),*) $(-> $out)? { body::<$crate::tensor::simd::V4>($($arg),*) }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn v3($($arg: $ty),*) $(-> $out)? { body::<$crate::tensor::simd::V3>($($arg),*) }

            match $crate::tensor::raw::level() {
                // SAFETY: `level` has asked the processor for exactly these features.
                #[cfg(target_arch = "x86_64")]
                $crate::tensor::raw::Level::V4 => unsafe { v4($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                $crate::tensor::raw::Level::V3 => unsafe { v3($($arg),*) },
                #[cfg(not(target_arch = "x86_64"))]
                $crate::tensor::raw::Level::V4 | $crate::tensor::raw::Level::V3 => {
                    body::<$crate::tensor::simd::Portable>($($arg),*)
                }
                $crate::tensor::raw::Level::Portable => body::<$crate::tensor::simd::Portable>($($arg),*),
            }
        }
    };
}
pub(super) use simd;

#[cfg(test)]
pub(crate) mod allocations;
