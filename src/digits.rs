//! Large numbers as people read them. Owns digits and prefixes; statistics and their decimals are the report's.

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
    fn figures_read_well() {
        assert_eq!(count(26_262_529), "26,262,529");
        assert_eq!(count(999), "999");
        assert_eq!(scaled(1_234_567.0, "B"), "1.235 MB");
        assert_eq!(scaled(12.0, ""), "12");
        assert_eq!(duration(4800.0), "1 h 20 min");
        assert_eq!(duration(0.0123), "12.3 ms");
    }
}
