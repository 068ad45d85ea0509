//! A number that was measured, or why there is none: from a metric through records and statistics to every table. Owns the unit
//! that it is shown in, and what was done to the inputs it was measured of.

pub mod spelt;

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// The value of a measure; where it is not defined, why.
pub type Measured = Result<f64, Absent>;

/// Why there is no number: "no positive in `test`".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Absent(Cow<'static, str>);

impl Absent {
    /// "no positive": what is missing, without a full stop.
    pub fn because(why: impl Into<Cow<'static, str>>) -> Self {
        Absent(why.into())
    }

    /// The run did not come to its end.
    pub fn failed() -> Self {
        Self::because("failed")
    }

    /// Nobody has looked.
    pub fn not_measured() -> Self {
        Self::because("not measured")
    }

    /// "no positive in `test`".
    pub fn of_split(self, split: &str) -> Self {
        Absent(format!("{self} in `{split}`").into())
    }
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is computed of finite numbers may be none itself.
pub fn finite(value: f64) -> Measured {
    match value {
        value if value.is_finite() => Ok(value),
        value if value.is_nan() => Err(Absent::because("not a number (NaN)")),
        _ => Err(Absent::because("infinite")),
    }
}

/// The mean; of nothing there is none, and of what is absent somewhere neither.
pub fn mean(values: impl IntoIterator<Item = Measured>, none: &'static str) -> Measured {
    let (mut sum, mut count) = (0.0, 0u32);
    for value in values {
        sum += value?;
        count += 1;
    }
    if count > 0 { finite(sum / f64::from(count)) } else { Err(Absent::because(none)) }
}

/// A modality made worse, to see how much a network leans on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Perturbation {
    /// Every value replaced by its mean over the training samples.
    Without(String),
    /// Gaussian noise added, of the experiment's `noise` times each value's standard deviation over the training samples.
    Noisy(String),
}

impl Perturbation {
    /// How a measure of such inputs is called: `test_error_without_audio`.
    pub fn suffix(&self) -> String {
        match self {
            Perturbation::Without(modality) => format!("_without_{modality}"),
            Perturbation::Noisy(modality) => format!("_noisy_{modality}"),
        }
    }
}

impl fmt::Display for Perturbation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Perturbation::Without(modality) => write!(f, "without {modality}"),
            Perturbation::Noisy(modality) => write!(f, "with noisy {modality}"),
        }
    }
}

/// How a measure's value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// The value is a fraction: 0.153 is shown as 15.3.
    Percent,
    Plain,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_stays_absent() {
        let no = || Err(Absent::because("no positive"));
        assert_eq!(mean([Ok(1.0), Ok(2.0)], "no class"), Ok(1.5));
        assert_eq!(mean([Ok(1.0), no()], "no class"), no());
        assert_eq!(mean([], "no class"), Err(Absent::because("no class")));
        assert_eq!(mean([Ok(f64::MAX), Ok(f64::MAX)], "no class"), Err(Absent::because("infinite")));
        assert_eq!(Absent::because("no positive").of_split("test").to_string(), "no positive in `test`");
    }
}
