//! How many digits of a measure are shown. Owns the writing of every number of a report.

use super::statistics::{Interval, Paired, Summary};
use crate::record::Unit;

/// Stands where there is no number.
pub const NOTHING: &str = "–";

/// The digits that one group of numbers shares.
#[derive(Clone, Copy, Debug)]
struct Digits {
    scale: f64,
    decimals: usize,
    notation: Notation,
}

#[derive(Clone, Copy, Debug)]
enum Notation {
    Fixed,
    Scientific,
}

impl Digits {
    /// One decimal for percent, three significant digits of `largest` otherwise.
    fn of(unit: Unit, largest: f64) -> Self {
        match unit {
            Unit::Percent => Digits { scale: 100.0, decimals: 1, notation: Notation::Fixed },
            Unit::Plain => {
                // "9.99e-3": the exponent after rounding to three digits.
                let rounded = format!("{largest:.2e}");
                let exponent: i32 = rounded.split('e').nth(1).and_then(|e| e.parse().ok()).unwrap_or(0);
                match exponent {
                    -4..=5 => {
                        Digits { scale: 1.0, decimals: (2 - exponent).max(0) as usize, notation: Notation::Fixed }
                    }
                    _ => Digits { scale: 1.0, decimals: 2, notation: Notation::Scientific },
                }
            }
        }
    }

    /// Adds decimals until an end of an interval that excludes zero is not shown as zero.
    fn telling(mut self, interval: Interval) -> Self {
        let end = interval.low.abs().min(interval.high.abs());
        while interval.excludes_zero() && self.decimals < 4 && self.is_zero(end) {
            self.decimals += 1;
        }
        self
    }

    fn is_zero(self, value: f64) -> bool {
        self.text(value).chars().all(|c| matches!(c, '0' | '.'))
    }

    fn text(self, value: f64) -> String {
        let (value, decimals) = (value * self.scale, self.decimals);
        let text = match self.notation {
            Notation::Fixed => format!("{value:.decimals$}"),
            Notation::Scientific => format!("{value:.decimals$e}"),
        };
        // No "-0.0".
        match text.strip_prefix('-') {
            Some(zero) if zero.chars().all(|c| matches!(c, '0' | '.')) => zero.to_string(),
            _ => text,
        }
    }
}

/// "15.3 ± 0.8"; of one run "15.3"; of none "–".
pub fn mean(summary: &Summary, unit: Unit) -> String {
    let Some(mean) = summary.mean else { return NOTHING.to_string() };
    let digits = Digits::of(unit, mean);
    match summary.interval {
        Some(interval) => format!("{} ± {}", digits.text(mean), digits.text(interval.half_width())),
        None => digits.text(mean),
    }
}

/// One number: "15.3", "0.0831".
pub fn alone(value: f64, unit: Unit) -> String {
    Digits::of(unit, value).text(value)
}

/// An amount that is not zero, with decimals until it is not shown as zero.
pub fn amount(value: f64, unit: Unit) -> String {
    let mut digits = Digits::of(unit, value);
    while digits.decimals < 4 && digits.is_zero(value) {
        digits.decimals += 1;
    }
    if value == 0.0 { alone(value, unit) } else { digits.text(value) }
}

/// A difference and the ends of its interval, in the same digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DifferenceText {
    pub difference: String,
    pub ends: Option<(String, String)>,
}

/// The difference as it is.
pub fn difference(paired: &Paired, unit: Unit) -> Option<DifferenceText> {
    written(paired.difference?, paired.interval(), unit)
}

/// The difference without its sign: "2.1", "1.6", "2.6" of −2.1, −2.6 to −1.6. Only for an interval that excludes zero.
pub fn size(paired: &Paired, unit: Unit) -> Option<DifferenceText> {
    let flipped = |i: Interval| if i.high < 0.0 { Interval { low: -i.high, high: -i.low } } else { i };
    written(paired.difference?.abs(), paired.interval().map(flipped), unit)
}

fn written(difference: f64, interval: Option<Interval>, unit: Unit) -> Option<DifferenceText> {
    let largest = interval.map_or(0.0, |i| i.low.abs().max(i.high.abs())).max(difference.abs());
    let digits = Digits::of(unit, largest);
    let digits = interval.map_or(digits, |i| digits.telling(i));
    Some(DifferenceText {
        difference: digits.text(difference),
        ends: interval.map(|i| (digits.text(i.low), digits.text(i.high))),
    })
}

/// "< 0.001", "= 0.034", "= 0.41".
pub fn p(p: f64) -> String {
    match p {
        p if p < 0.001 => "< 0.001".to_string(),
        p if p < 0.1 => format!("= {p:.3}"),
        p => format!("= {p:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(mean: f64, half: f64, unit: Unit) -> String {
        let interval = Some(Interval { low: mean - half, high: mean + half });
        super::mean(&Summary { n: 5, mean: Some(mean), interval, ..Summary::default() }, unit)
    }

    #[test]
    fn percent_has_one_decimal_and_plain_three_digits() {
        assert_eq!(shown(0.153, 0.008, Unit::Percent), "15.3 ± 0.8");
        assert_eq!(shown(-0.0001, 0.008, Unit::Percent), "0.0 ± 0.8");
        assert_eq!(shown(0.08312, 0.0042, Unit::Plain), "0.0831 ± 0.0042");
        assert_eq!(shown(9.996, 0.5, Unit::Plain), "10.0 ± 0.5");
        assert_eq!(shown(12345.6, 7.0, Unit::Plain), "12346 ± 7");
        assert_eq!(shown(0.0, 0.5, Unit::Plain), "0.00 ± 0.50");
        assert_eq!(shown(1.234e-7, 1e-8, Unit::Plain), "1.23e-7 ± 1.00e-8");
        assert_eq!(super::mean(&Summary { n: 1, mean: Some(0.5), ..Summary::default() }, Unit::Percent), "50.0");
        assert_eq!(super::mean(&Summary::default(), Unit::Plain), NOTHING);
    }

    #[test]
    fn an_end_that_is_not_zero_is_not_shown_as_zero() {
        let interval = Interval { low: -0.02, high: -0.0003 };
        let paired = Paired { n: 5, difference: Some(-0.01), student: Some(interval), ..Paired::default() };
        let text = size(&paired, Unit::Percent).unwrap();
        assert_eq!(text.ends, Some(("0.03".into(), "2.00".into())));
        let text = difference(&paired, Unit::Percent).unwrap();
        assert_eq!((text.difference.as_str(), text.ends), ("-1.00", Some(("-2.00".into(), "-0.03".into()))));
    }

    #[test]
    fn p_is_never_zero() {
        assert_eq!([p(0.0), p(0.0341), p(0.4142), p(1.0)], ["< 0.001", "= 0.034", "= 0.41", "= 1.00"]);
    }
}
