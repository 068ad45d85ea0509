//! Scales and their ticks: round numbers at even steps. Owns which numbers stand at an axis.

/// From values to places.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
    /// Where `low` and `high` stand.
    pub from: f64,
    pub to: f64,
}

impl Scale {
    pub fn at(self, value: f64) -> f64 {
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// The ticks within the scale, with their labels.
    pub fn ticks(self, about: usize) -> Vec<(f64, String)> {
        let step = step(self.low, self.high, about);
        let decimals = (0..8).find(|d| is_whole(step * 10f64.powi(*d))).unwrap_or(8) as usize;
        let (first, last) = ((self.low / step - 1e-9).ceil() as i64, (self.high / step + 1e-9).floor() as i64);
        // There are about so many; never more, whatever the numbers do at their ends.
        (first..=last).take(8 * about.max(1)).map(|i| (i as f64 * step, signed(i as f64 * step, decimals))).collect()
    }
}

/// 1, 2, 2.5 or 5 times a power of ten that gives about so many ticks.
pub fn step(low: f64, high: f64, about: usize) -> f64 {
    let raw = (high - low) / about.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let round = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|round| round * power >= raw * 0.999);
    round.unwrap_or(10.0) * power
}

/// The ends of a scale that holds all values: one finite number alone stands in the middle of a scale of one.
pub fn range(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .into_iter()
        .filter(|x| x.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    match high - low {
        span if span > 1e-12 * high.abs().max(low.abs()) => (low, high),
        span if span >= 0.0 => (low - 0.5, low + 0.5),
        _ => (0.0, 1.0),
    }
}

/// With the sign of mathematics, and no "−0".
pub fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.chars().all(|c| matches!(c, '0' | '.')) => zero.to_string(),
        Some(positive) => format!("−{positive}"),
        None => text,
    }
}

fn is_whole(x: f64) -> bool {
    (x - x.round()).abs() < 1e-6 * x.abs().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn ticks(low: f64, high: f64, expected: &[&str]) {
        let found: Vec<String> =
            Scale { low, high, from: 0.0, to: 100.0 }.ticks(4).into_iter().map(|(_, label)| label).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn ticks_are_round_numbers() {
        ticks(0.0, 100.0, &["0", "25", "50", "75", "100"]);
        ticks(-2.2, 3.1, &["−2", "0", "2"]);
        ticks(0.0123, 0.0167, &["0.014", "0.016"]);
        ticks(1200.0, 1210.0, &["1200.0", "1202.5", "1205.0", "1207.5", "1210.0"]);
    }

    #[test]
    fn a_scale_is_never_empty() {
        assert_eq!(range([f64::NAN, 2.0]), (1.5, 2.5));
        assert_eq!(range([]), (0.0, 1.0));
        assert_eq!(range([3.0, -1.0, f64::INFINITY]), (-1.0, 3.0));
        let scale = Scale { low: -1.0, high: 3.0, from: 100.0, to: 0.0 };
        assert_eq!([scale.at(-1.0), scale.at(1.0)], [100.0, 50.0]);
    }
}
