//! Exponential, logarithm and their kin in `f32`: branch-free polynomials that the compiler turns into vectors and that
//! give the same bits on every machine with the same instruction set. Owns their accuracy (tested against `f64`).

use super::simd::Arch;

/// `e^x`, about 1 ulp; 0 below -87.3, infinite above 88.7. Cephes' `expf` with a rounding that needs no branch.
#[inline(always)]
pub(super) fn exp<A: Arch>(x: f32) -> f32 {
    let clamped = if x > 89.0 { 89.0 } else { x };
    let (p, shifted) = mantissa::<A>(if clamped < -88.0 { -88.0 } else { clamped });
    // The low bits of `shifted` hold n; 2^n in two halves, as 2^128 alone is infinite.
    let n = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let half = n >> 1;
    let scale = |n: i32| f32::from_bits(((n + 127) << 23) as u32);
    let y = p * scale(half) * scale(n - half);
    let y = if x < LEAST { 0.0 } else { y };
    let y = if x > 88.722_84 { f32::INFINITY } else { y };
    if x.is_nan() { x } else { y }
}

/// [`exp`] of what is not above 0, in fewer steps: scores less the greatest of them.
#[inline(always)]
pub(super) fn exp_below<A: Arch>(x: f32) -> f32 {
    let (p, shifted) = mantissa::<A>(if x < LEAST { LEAST } else { x });
    // Its low bits hold n, which is not below -126.
    let y = p * f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0f32.to_bits()));
    if x < LEAST { 0.0 } else { y }
}

/// Below it `e^x` is not normal.
const LEAST: f32 = -87.336_54;

/// Adding and taking away 1.5 * 2^23 rounds to the nearest whole number.
const ROUND: f32 = 12_582_912.0;

/// `e^x / 2^n`, and `n + ROUND`.
#[inline(always)]
fn mantissa<A: Arch>(x: f32) -> (f32, f32) {
    let shifted = A::fma(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = A::fma(n, -0.693_359_4, x);
    let r = A::fma(n, 2.121_944_4e-4, r);
    let p = 1.987_569_1e-4;
    let p = A::fma(p, r, 1.398_2e-3);
    let p = A::fma(p, r, 8.333_452e-3);
    let p = A::fma(p, r, 4.166_579_6e-2);
    let p = A::fma(p, r, 1.666_666_5e-1);
    let p = A::fma(p, r, 0.5);
    (A::fma(p, r * r, r) + 1.0, shifted)
}

/// `ln x` for positive normal `x`, about 1 ulp. Cephes' `logf`.
#[inline(always)]
pub(super) fn ln<A: Arch>(x: f32) -> f32 {
    let bits = x.to_bits();
    // Mantissa in [√½, √2).
    let shifted = bits.wrapping_sub(0x3f35_04f3);
    let exponent = (shifted as i32 >> 23) as f32;
    let m = f32::from_bits((shifted & 0x007f_ffff).wrapping_add(0x3f35_04f3)) - 1.0;
    let z = m * m;
    let p = 7.037_683_6e-2;
    let p = A::fma(p, m, -1.151_461e-1);
    let p = A::fma(p, m, 1.167_699_9e-1);
    let p = A::fma(p, m, -1.242_014_1e-1);
    let p = A::fma(p, m, 1.424_932_3e-1);
    let p = A::fma(p, m, -1.666_805_7e-1);
    let p = A::fma(p, m, 2.000_071_5e-1);
    let p = A::fma(p, m, -2.499_999_4e-1);
    let p = A::fma(p, m, 3.333_333e-1);
    let y = p * m * z;
    let y = A::fma(exponent, -2.121_944_4e-4, y);
    let y = A::fma(z, -0.5, y);
    A::fma(exponent, 0.693_359_4, m + y)
}

/// `ln(1 + x)` for `x` in `0..=1`, accurate for small `x` too.
#[inline(always)]
pub(super) fn ln_1p<A: Arch>(x: f32) -> f32 {
    let u = 1.0 + x;
    ln::<A>(u) + (x - (u - 1.0)) / u
}

/// Cephes' `tanhf`.
#[inline(always)]
pub(super) fn tanh<A: Arch>(x: f32) -> f32 {
    let z = x * x;
    let p = -5.704_988_7e-3;
    let p = A::fma(p, z, 2.063_909e-2);
    let p = A::fma(p, z, -5.373_971_6e-2);
    let p = A::fma(p, z, 1.333_144_2e-1);
    let p = A::fma(p, z, -3.333_328e-1);
    let small = A::fma(p * z, x, x);
    let a = x.abs();
    let large = (1.0 - 2.0 / (exp::<A>(2.0 * a) + 1.0)).copysign(x);
    if a < 0.625 { small } else { large }
}

/// `1 / (1 + e^-x)`.
#[inline(always)]
pub(super) fn sigmoid<A: Arch>(x: f32) -> f32 {
    1.0 / (1.0 + exp::<A>(-x))
}

/// The error function: a rational approximation on ±4 (Eigen's), 1 beyond.
#[inline(always)]
pub(super) fn erf<A: Arch>(x: f32) -> f32 {
    let c = if x > 4.0 { 4.0 } else { x };
    let c = if c < -4.0 { -4.0 } else { c };
    let z = c * c;
    let p = -2.726_142_3e-10;
    let p = A::fma(p, z, 2.770_681_4e-8);
    let p = A::fma(p, z, -2.101_024e-6);
    let p = A::fma(p, z, -5.692_506_4e-5);
    let p = A::fma(p, z, -7.349_906e-4);
    let p = A::fma(p, z, -2.954_6e-3);
    let p = A::fma(p, z, -1.609_603_3e-2);
    let q = -1.456_607_2e-5;
    let q = A::fma(q, z, -2.133_740_6e-4);
    let q = A::fma(q, z, -1.682_827e-3);
    let q = A::fma(q, z, -7.373_329e-3);
    let q = A::fma(q, z, -1.426_473_9e-2);
    c * p / q
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Portable;
    #[cfg(not(target_arch = "x86_64"))]
    use crate::simd::Portable as V3;
    #[cfg(target_arch = "x86_64")]
    use crate::simd::V3;

    /// Greatest relative error over a grid, where the true value is at least `floor`.
    fn worst(from: f64, to: f64, floor: f64, ours: impl Fn(f32) -> f32, truth: impl Fn(f64) -> f64) -> f64 {
        (0..=200_000)
            .map(|i| (from + (to - from) * f64::from(i) / 200_000.0) as f32)
            .filter(|&x| truth(f64::from(x)).abs() >= floor)
            .map(|x| {
                let t = truth(f64::from(x));
                ((f64::from(ours(x)) - t) / t).abs()
            })
            .fold(0.0, f64::max)
    }

    /// Maclaurin series, good to 1e-12 for |x| < 4.
    fn erf64(x: f64) -> f64 {
        let (mut term, mut sum) = (x, x);
        for n in 1..120 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * 2.0 / std::f64::consts::PI.sqrt()
    }

    #[test]
    fn functions_are_accurate() {
        for (name, error) in [
            ("exp", worst(-87.0, 88.5, 0.0, exp::<V3>, f64::exp)),
            ("exp portable", worst(-87.0, 88.5, 0.0, exp::<Portable>, f64::exp)),
            ("exp below 0", worst(-87.3, 0.0, 0.0, exp_below::<V3>, f64::exp)),
            ("ln", worst(1e-6, 50.0, 1e-3, ln::<V3>, f64::ln)),
            ("ln near 1", worst(0.8, 1.2, 1e-6, ln::<V3>, f64::ln)),
            ("ln_1p", worst(0.0, 1.0, 1e-9, ln_1p::<V3>, f64::ln_1p)),
            ("ln_1p small", worst(0.0, 1e-4, 1e-12, ln_1p::<V3>, f64::ln_1p)),
            ("tanh", worst(-12.0, 12.0, 1e-9, tanh::<V3>, f64::tanh)),
            ("sigmoid", worst(-80.0, 30.0, 0.0, sigmoid::<V3>, |x| 1.0 / (1.0 + (-x).exp()))),
            ("erf", worst(-3.9, 3.9, 1e-9, erf::<V3>, erf64)),
        ] {
            assert!(error < 4e-7, "{name}: {error:e}");
        }
    }

    #[test]
    fn ends_of_the_range_behave() {
        assert_eq!(exp::<V3>(-1000.0), 0.0);
        assert_eq!(exp::<V3>(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp::<V3>(1000.0), f32::INFINITY);
        assert!(exp::<V3>(f32::NAN).is_nan());
        assert_eq!(exp::<V3>(0.0), 1.0);
        assert_eq!(tanh::<V3>(100.0), 1.0);
        assert_eq!(sigmoid::<V3>(-1000.0), 0.0);
        assert!((erf::<V3>(50.0) - 1.0).abs() < 1e-6);
    }
}
