//! Every `unsafe` of the crate: the matrix product, the choice of instruction set and its registers.
//! Each has its reason beside it; nothing here knows what it computes for.

#![allow(unsafe_code)]

pub(super) mod crew;
pub(super) mod lanes;

use super::Instructions;
use super::instructions::Witness;
#[cfg(target_arch = "x86_64")]
use super::instructions::{V3, V4};
use gemm_common::simd::{MixedSimd, Scalar};

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

/// Numbers along the inner axis that are added up at once. `gemm` takes so many, too, but on processors with a larger cache more:
/// what sums come to may not hang on that.
const DEPTH: usize = 512;

/// `c = beta c + a b` with one thread, `c` row-major. `beta` of zero overwrites whatever `c` held.
pub(super) fn gemm(c: &mut [f32], beta: f32, a: &[f32], at: Layout, b: &[f32], bt: Layout) {
    let (m, k, n) = (at.rows, at.columns, bt.columns);
    assert_eq!(k, bt.rows, "inner sizes of a matrix product differ");
    assert!(at.reach() <= a.len() && bt.reach() <= b.len() && m * n <= c.len(), "a matrix reaches beyond its slice");
    if k == 0 {
        return c[..m * n].iter_mut().for_each(|c| *c = if beta == 0.0 { 0.0 } else { *c * beta });
    }
    #[cfg(test)]
    let before = allocations::large();
    // `gemm` prefers columns: what is row-major is the turned product, column by column.
    let (left, right, rows, columns) = if n > 1 { (bt.turned(), at.turned(), b, a) } else { (at, bt, a, b) };
    let steps = if is_cut(left, right) { k.div_ceil(DEPTH) } else { 1 };
    let depth = k.div_ceil(steps.max(1)).max(1);
    let mut beta = beta;
    for start in (0..k.max(1)).step_by(depth) {
        let part = depth.min(k - start);
        let call = Product {
            left: Layout { columns: part, ..left },
            right: Layout { rows: part, ..right },
            c_column: if n > 1 { n } else { 1 },
            beta,
        };
        // SAFETY: the assertion above bounds every address the product reads and writes, for parts of the inner axis, too; `c` is
        // a mutable borrow and so apart from `a` and `b`; `f32` needs no other promise.
        unsafe {
            call.run(c.as_mut_ptr(), rows.as_ptr().add(start * left.column), columns.as_ptr().add(start * right.row));
        }
        beta = 1.0;
    }
    #[cfg(test)]
    allocations::forget_since(before);
}

/// Whether `gemm` would cut the inner axis of this product by the size of a cache: not where it goes along it in one go.
fn is_cut(left: Layout, right: Layout) -> bool {
    let (m, k, n) = (left.rows, left.columns, right.columns);
    let is_dot = left.column == 1 && right.row == 1;
    let is_straight = (n == 1 && (left.row == 1 || is_dot)) || (m == 1 && (right.column == 1 || is_dot));
    let goes_across = matches!(Instructions::used(), Instructions::Avx2 | Instructions::Avx512);
    let is_across = is_dot && m * n <= 256 && goes_across;
    k > DEPTH && (m > 64 || n > 64) && !is_straight && !is_across
}

/// A product of `left` and `right`, whose result has neighbours in a column.
struct Product {
    left: Layout,
    right: Layout,
    c_column: usize,
    beta: f32,
}

/// Calls `gemm` compiled for one instruction set, which chooses by itself else.
macro_rules! compiled_for {
    ($set:ident, $simd:ty, $lanes:literal, $product:expr, $c:expr, $left:expr, $right:expr) => {{
        use gemm_f32::microkernel::$set::f32::{H_M, H_N, H_UKR, MR_DIV_N, NR, UKR};
        let Product { left, right, c_column, beta } = $product;
        let simd = <$simd as MixedSimd<f32, f32, f32, f32>>::try_new().expect("the machine has these instructions");
        let [c_column, left_column, left_row, right_column, right_row] =
            [*c_column, left.column, left.row, right.column, right.row].map(usize::cast_signed);
        gemm_common::gemm::gemm_basic_generic::<_, f32, $lanes, { MR_DIV_N * $lanes }, NR, MR_DIV_N, H_M, H_N>(
            simd,
            left.rows,
            right.columns,
            left.columns,
            $c,
            c_column,
            1,
            *beta != 0.0,
            $left,
            left_column,
            left_row,
            $right,
            right_column,
            right_row,
            *beta,
            1.0,
            false,
            false,
            false,
            |a, b, c| a * b + c,
            &UKR,
            &H_UKR,
            false,
            gemm_common::Parallelism::None,
        )
    }};
}

impl Product {
    /// # Safety
    /// As of a product with these strides: all elements lie in memory that is the caller's.
    unsafe fn run(&self, c: *mut f32, left: *const f32, right: *const f32) {
        // SAFETY: the caller's; the witness says that the machine has the instructions.
        unsafe {
            match Witness::used() {
                #[cfg(target_arch = "x86_64")]
                Witness::Avx512(witness) => self.avx512(witness, c, left, right),
                #[cfg(target_arch = "x86_64")]
                Witness::Avx2(witness) => self.avx2(witness, c, left, right),
                #[cfg(target_arch = "aarch64")]
                Witness::Neon => compiled_for!(neon, Scalar, 4, self, c, left, right),
                #[cfg(not(target_arch = "aarch64"))]
                Witness::Neon => self.portable(c, left, right),
                #[cfg(not(target_arch = "x86_64"))]
                Witness::Avx512(_) | Witness::Avx2(_) => self.portable(c, left, right),
                Witness::Portable => self.portable(c, left, right),
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(never)]
    unsafe fn avx512(&self, _: V4, c: *mut f32, left: *const f32, right: *const f32) {
        // SAFETY: the caller's.
        unsafe { compiled_for!(avx512f, gemm_common::simd::V4, 16, self, c, left, right) }
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(never)]
    unsafe fn avx2(&self, _: V3, c: *mut f32, left: *const f32, right: *const f32) {
        // SAFETY: the caller's.
        unsafe { compiled_for!(fma, gemm_common::simd::V3, 8, self, c, left, right) }
    }

    #[inline(never)]
    unsafe fn portable(&self, c: *mut f32, left: *const f32, right: *const f32) {
        // SAFETY: the caller's.
        unsafe { compiled_for!(scalar, Scalar, 1, self, c, left, right) }
    }
}

/// Compiles a function once an instruction set and calls the one that the thread uses. Inside the body `A` is the
/// [`Arch`](super::simd::Arch), and `arch` in `fn name[arch](…)` its witness, which what names registers asks for.
///
/// The body and all it calls should be `#[inline(always)]`, or they are compiled for the least instruction set.
macro_rules! simd {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $out:ty)? $body:block) => {
        simd! { $(#[$meta])* $vis fn $name[_arch]($($arg: $ty),*) $(-> $out)? $body }
    };
    ($(#[$meta:meta])* $vis:vis fn $name:ident[$arch:ident]($($arg:ident: $ty:ty),* $(,)?) $(-> $out:ty)? $body:block) => {
        $(#[$meta])*
        #[allow(unsafe_code, clippy::too_many_arguments)]
        $vis fn $name($($arg: $ty),*) $(-> $out)? {
            #[allow(unused_imports)]
            use $crate::simd::{Arch as _, Portable, V3, V4};
            use $crate::instructions::Witness;

            #[inline(always)]
            fn body<A: $crate::simd::Arch>($arch: A, $($arg: $ty),*) $(-> $out)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")]
            fn v4(witness: V4, $($arg: $ty),*) $(-> $out)? { body(witness, $($arg),*) }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn v3(witness: V3, $($arg: $ty),*) $(-> $out)? { body(witness, $($arg),*) }

            match Witness::used() {
                // SAFETY: the processor has what the function is compiled for, of which `witness` is proof.
                #[cfg(target_arch = "x86_64")]
                Witness::Avx512(witness) => unsafe { v4(witness, $($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                Witness::Avx2(witness) => unsafe { v3(witness, $($arg),*) },
                #[cfg(not(target_arch = "x86_64"))]
                Witness::Avx512(_) | Witness::Avx2(_) => body(Portable, $($arg),*),
                Witness::Neon | Witness::Portable => body(Portable, $($arg),*),
            }
        }
    };
}
pub(super) use simd;

#[cfg(any(test, feature = "testing"))]
pub mod allocations;

/// Small enough for Miri, which `fuzz/README.md` says how to run: every `unsafe` of this file and of `lanes`.
#[cfg(test)]
mod tests {
    use super::lanes::{LANES, Lanes, Row};
    use super::*;

    /// Operands whose last element is the last of their slice, in each order of the axes, and rows of a wider matrix.
    #[test]
    fn a_product_reads_and_writes_within_its_slices() {
        let layouts = |rows, columns| {
            let dense = Layout::dense(rows, columns);
            [dense, Layout::dense(columns, rows).turned(), Layout { row: columns + 3, ..dense }]
        };
        for (m, k, n) in [(0, 2, 3), (1, 0, 2), (1, 1, 1), (3, 5, 2), (5, 4, 18)] {
            let [dense, turned, wide] = layouts(k, n);
            for (at, bt) in layouts(m, k).into_iter().zip([turned, wide, dense]) {
                let a: Vec<f32> = (0..at.reach()).map(|i| i as f32 - 3.0).collect();
                let b: Vec<f32> = (0..bt.reach()).map(|i| 2.0 - i as f32).collect();
                for used in Instructions::here() {
                    let _used = used.begin();
                    let mut c = vec![1.0; m * n];
                    gemm(&mut c, 1.0, &a, at, &b, bt);
                    for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
                        let terms = (0..k).map(|l| a[i * at.row + l * at.column] * b[l * bt.row + j * bt.column]);
                        assert_eq!(c[i * n + j], 1.0 + terms.sum::<f32>(), "{used}, {m} × {k} × {n} at ({i}, {j})");
                    }
                }
            }
        }
    }

    simd! {
        fn through_registers[arch](from: &Row, to: &mut Row) {
            let x = arch.load(from);
            x.plus(2.0, x).minus(arch.splat(1.0)).times(x).store(to);
        }
    }

    #[test]
    fn every_instruction_set_moves_sixteen_numbers() {
        let from: Row = std::array::from_fn(|lane| lane as f32);
        for used in Instructions::here() {
            let _used = used.begin();
            let mut to = [f32::NAN; LANES];
            through_registers(&from, &mut to);
            assert_eq!(to, from.map(|x| (3.0 * x - 1.0) * x), "{used}");
        }
    }
}
