//! Numbers as people read and write them. Owns digits and prefixes; statistics and their decimals are the report's.

use std::fmt::{Display, LowerExp};

/// The shortest text that is read back as this number, of 32 or 64 bits: `0.003`, `2`, `2.2e-23`, `1e7`.
pub fn number<T: Display + LowerExp + Into<f64> + Copy>(x: T) -> String {
    let size = x.into().abs();
    if size != 0.0 && size.is_finite() && !(1e-3..1e7).contains(&size) { format!("{x:e}") } else { format!("{x}") }
}

/// The number of at most 12 digits that a computed one differs from by the rounding of its last bits alone, else itself:
/// `3 * 3e-3` is 0.009, a third stays a third.
pub fn decimal(x: f64) -> f64 {
    let near = format!("{x:.11e}").parse().unwrap_or(x);
    if (near - x).abs() <= 2.0 * f64::EPSILON * x.abs() { near } else { x }
}

/// `12,345`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1.2 G`.
pub fn scaled(value: f64, unit: &str) -> String {
    let steps = [(1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    match steps.iter().find(|(size, _)| value >= *size) {
        Some((size, letter)) => format!("{:.3} {letter}{unit}", value / size),
        None => format!("{value} {unit}"),
    }
    .trim_end()
    .to_string()
}

/// `1 h 20 min`, `3.4 s`, `12 ms`.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s >= 3600.0 => format!("{:.0} h {:02.0} min", (s / 3600.0).floor(), (s % 3600.0) / 60.0),
        s if s >= 60.0 => format!("{:.0} min {:02.0} s", (s / 60.0).floor(), s % 60.0),
        s if s >= 1.0 => format!("{s:.1} s"),
        s => format!("{:.1} ms", s * 1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_read_back() {
        for (x, text) in [(0.003, "0.003"), (-2.0, "-2"), (2.196372e-23, "2.196372e-23"), (0.0, "0"), (1e7, "1e7")] {
            assert_eq!(number(x), text);
            assert_eq!(number(x).parse(), Ok(x));
        }
        assert_eq!(
            (number(0.1f32), number(4.5e-5f32), number(f64::INFINITY)),
            ("0.1".into(), "4.5e-5".into(), "inf".into())
        );
    }

    #[test]
    fn rounding_of_the_last_bits_is_undone() {
        for (computed, meant) in [(3.0 * 3e-3, 0.009), (0.1 + 0.2, 0.3), (1.0 - 0.9, 0.1), (-0.7 * 1.1, -0.77)] {
            assert_eq!(decimal(computed), meant);
        }
        for exact in [1.0 / 3.0, 0.0, 1e300 / 7.0, 5e-324, f64::INFINITY, std::f64::consts::PI] {
            assert_eq!(decimal(exact), exact);
        }
        assert!(decimal(f64::NAN).is_nan());
    }

    #[test]
    fn figures_read_well() {
        assert_eq!(count(26_262_529), "26,262,529");
        assert_eq!(count(999), "999");
        assert_eq!(scaled(1_234_567.0, "B"), "1.235 MB");
        assert_eq!(scaled(12.0, ""), "12");
        assert_eq!(duration(4800.0), "1 h 20 min");
        assert_eq!(duration(0.0123), "12.3 ms");
    }
}
