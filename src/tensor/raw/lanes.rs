//! Sixteen numbers in the registers of an instruction set. The compiler makes vectors of most loops over arrays by itself, but not
//! of several running sums at once, which is what a product of small matrices is, and of some loops over rows it makes ones that are
//! ten times slower. These are told it.

#[cfg(target_arch = "x86_64")]
use crate::instructions::{V3, V4};
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    __m256, __m512, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_mul_ps, _mm256_set1_ps, _mm256_storeu_ps, _mm256_sub_ps,
    _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_mul_ps, _mm512_set1_ps, _mm512_storeu_ps, _mm512_sub_ps,
};

/// Numbers a [`Row`] has: one AVX-512 register.
pub(crate) const LANES: usize = 16;

/// Sixteen numbers in memory.
pub(crate) type Row = [f32; LANES];

/// Sixteen numbers in registers.
pub(crate) trait Lanes: Copy {
    fn store(self, to: &mut Row);
    /// `self + factor · by`
    fn plus(self, factor: f32, by: Self) -> Self;
    /// `self + a · b`
    fn plus_each(self, a: Self, b: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
}

impl Lanes for Row {
    #[inline(always)]
    fn store(self, to: &mut Row) {
        *to = self;
    }

    #[inline(always)]
    fn plus(self, factor: f32, by: Self) -> Self {
        self.plus_each([factor; LANES], by)
    }

    #[inline(always)]
    fn plus_each(self, a: Self, b: Self) -> Self {
        std::array::from_fn(|lane| self[lane] + a[lane] * b[lane])
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] - other[lane])
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] * other[lane])
    }
}

// SAFETY of all that follows: the first `Two` and `One` of a computation are made of the witness that the processor has these
// instructions, all others of one before; a `Row` has room for what is loaded and stored.

/// AVX2: two registers.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Two(__m256, __m256);

/// AVX-512: one register.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct One(__m512);

#[cfg(target_arch = "x86_64")]
impl Two {
    #[inline(always)]
    pub fn splat(_: V3, value: f32) -> Self {
        unsafe { Two(_mm256_set1_ps(value), _mm256_set1_ps(value)) }
    }

    #[inline(always)]
    pub fn load(_: V3, from: &Row) -> Self {
        unsafe { Two(_mm256_loadu_ps(from.as_ptr()), _mm256_loadu_ps(from[8..].as_ptr())) }
    }
}

#[cfg(target_arch = "x86_64")]
impl Lanes for Two {
    #[inline(always)]
    fn store(self, to: &mut Row) {
        unsafe {
            _mm256_storeu_ps(to.as_mut_ptr(), self.0);
            _mm256_storeu_ps(to[8..].as_mut_ptr(), self.1);
        }
    }

    #[inline(always)]
    fn plus(self, factor: f32, by: Self) -> Self {
        let factor = unsafe { _mm256_set1_ps(factor) };
        self.plus_each(Two(factor, factor), by)
    }

    #[inline(always)]
    fn plus_each(self, a: Self, b: Self) -> Self {
        unsafe { Two(_mm256_fmadd_ps(a.0, b.0, self.0), _mm256_fmadd_ps(a.1, b.1, self.1)) }
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        unsafe { Two(_mm256_sub_ps(self.0, other.0), _mm256_sub_ps(self.1, other.1)) }
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        unsafe { Two(_mm256_mul_ps(self.0, other.0), _mm256_mul_ps(self.1, other.1)) }
    }
}

#[cfg(target_arch = "x86_64")]
impl One {
    #[inline(always)]
    pub fn splat(_: V4, value: f32) -> Self {
        unsafe { One(_mm512_set1_ps(value)) }
    }

    #[inline(always)]
    pub fn load(_: V4, from: &Row) -> Self {
        unsafe { One(_mm512_loadu_ps(from.as_ptr())) }
    }
}

#[cfg(target_arch = "x86_64")]
impl Lanes for One {
    #[inline(always)]
    fn store(self, to: &mut Row) {
        unsafe { _mm512_storeu_ps(to.as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    fn plus(self, factor: f32, by: Self) -> Self {
        self.plus_each(One(unsafe { _mm512_set1_ps(factor) }), by)
    }

    #[inline(always)]
    fn plus_each(self, a: Self, b: Self) -> Self {
        unsafe { One(_mm512_fmadd_ps(a.0, b.0, self.0)) }
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        unsafe { One(_mm512_sub_ps(self.0, other.0)) }
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        unsafe { One(_mm512_mul_ps(self.0, other.0)) }
    }
}
