//! Sixteen numbers in the registers of an instruction set. The compiler makes vectors of loops over arrays by itself, but not of
//! several running sums at once, which is what a product of small matrices is; so these are told it.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// Numbers a [`Row`] has: one AVX-512 register.
pub(in crate::tensor) const LANES: usize = 16;

/// Sixteen numbers in memory.
pub(in crate::tensor) type Row = [f32; LANES];

/// Sixteen numbers in registers. Only to be used by functions that are compiled for the instruction set (`simd!`).
pub(in crate::tensor) trait Lanes: Copy {
    fn zero() -> Self;
    fn load(from: &Row) -> Self;
    fn store(self, to: &mut Row);
    /// `self + factor · by`
    fn plus(self, factor: f32, by: Self) -> Self;
}

impl Lanes for Row {
    #[inline(always)]
    fn zero() -> Self {
        [0.0; LANES]
    }

    #[inline(always)]
    fn load(from: &Row) -> Self {
        *from
    }

    #[inline(always)]
    fn store(self, to: &mut Row) {
        *to = self;
    }

    #[inline(always)]
    fn plus(mut self, factor: f32, by: Self) -> Self {
        self.iter_mut().zip(by).for_each(|(sum, by)| *sum += factor * by);
        self
    }
}

// SAFETY of all that follows: `V3` and `V4`, which name these types, are the arguments of functions that `simd!` compiles for
// their instruction set and calls where `level` has found it; a `Row` has room for what is loaded and stored.

#[cfg(target_arch = "x86_64")]
pub(in crate::tensor) type One = __m512;

#[cfg(not(target_arch = "x86_64"))]
pub(in crate::tensor) type One = Row;

#[cfg(not(target_arch = "x86_64"))]
pub(in crate::tensor) type Two = Row;

/// AVX2: two registers.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(in crate::tensor) struct Two(__m256, __m256);

#[cfg(target_arch = "x86_64")]
impl Lanes for Two {
    #[inline(always)]
    fn zero() -> Self {
        unsafe { Two(_mm256_setzero_ps(), _mm256_setzero_ps()) }
    }

    #[inline(always)]
    fn load(from: &Row) -> Self {
        unsafe { Two(_mm256_loadu_ps(from.as_ptr()), _mm256_loadu_ps(from[8..].as_ptr())) }
    }

    #[inline(always)]
    fn store(self, to: &mut Row) {
        unsafe {
            _mm256_storeu_ps(to.as_mut_ptr(), self.0);
            _mm256_storeu_ps(to[8..].as_mut_ptr(), self.1);
        }
    }

    #[inline(always)]
    fn plus(self, factor: f32, by: Self) -> Self {
        unsafe {
            let factor = _mm256_set1_ps(factor);
            Two(_mm256_fmadd_ps(factor, by.0, self.0), _mm256_fmadd_ps(factor, by.1, self.1))
        }
    }
}

/// AVX-512: one register.
#[cfg(target_arch = "x86_64")]
impl Lanes for One {
    #[inline(always)]
    fn zero() -> Self {
        unsafe { _mm512_setzero_ps() }
    }

    #[inline(always)]
    fn load(from: &Row) -> Self {
        unsafe { _mm512_loadu_ps(from.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, to: &mut Row) {
        unsafe { _mm512_storeu_ps(to.as_mut_ptr(), self) }
    }

    #[inline(always)]
    fn plus(self, factor: f32, by: Self) -> Self {
        unsafe { _mm512_fmadd_ps(_mm512_set1_ps(factor), by, self) }
    }
}
