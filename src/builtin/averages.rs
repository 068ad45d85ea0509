//! Shares of each class, such as its recall, and how those of the classes come together.

use super::answers::{Counts, NO_LABEL, counts, listed, share};
use super::metric::labels;
use super::{Metric, OfClass, Predictions, ShapeError, TargetKind, Written};
use crate::measured::{Absent, Measured, mean};
use crate::shape::Shape;
use std::fmt::Debug;

crate::words! {
    /// How the classes come together.
    pub enum Average {
        /// Every class counts the same.
        Macro = "macro",
        /// Every class counts as often as it is true.
        Weighted = "weighted",
        /// One share of all answers together; for one class a sample, of precision and recall it is the accuracy.
        Micro = "micro",
    }
}

/// A share of the answers about a class.
#[derive(Clone, Copy)]
pub struct Share {
    /// Those that count, and of how many.
    pub of: fn(&Counts) -> [usize; 2],
    /// What there is none of where it is of nothing: "answer", as in "no answer of class 2".
    pub lacks: &'static str,
}

/// A metric that is a share of the answers about each class.
pub trait ShareMetric: Written + Debug + Send + Sync {
    const SHARE: Share;
    /// What it is of one class by itself.
    const OF_CLASS: OfClass = |predictions, class| Self::SHARE.of_class(predictions, class);

    fn average(&self) -> Average;

    /// Why there is no mean of all classes; shares that are not defined are told by themselves.
    fn lacks(_target: &TargetKind, _counts: &[Counts]) -> Result<(), Absent> {
        Ok(())
    }
}

impl<M: ShareMetric> Metric for M {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        labels(self.word(), prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        let counts = counts(predictions);
        if self.average() == Average::Macro {
            M::lacks(predictions.target, &counts)?;
        }
        M::SHARE.averaged(predictions.target, &counts, self.average())
    }

    fn of_class(&self) -> Option<OfClass> {
        Some(M::OF_CLASS)
    }

    fn minds_classes(&self) -> bool {
        self.average() == Average::Macro
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}

impl Share {
    fn averaged(self, target: &TargetKind, counts: &[Counts], average: Average) -> Measured {
        match average {
            Average::Macro => self.mean(
                target,
                counts,
                |_| true,
                |shares| mean(shares.into_iter().map(|(share, _)| Ok(share)), NO_LABEL),
            ),
            Average::Weighted => self.mean(
                target,
                counts,
                |c| c.there() > 0,
                |shares| {
                    let all: usize = shares.iter().map(|(_, there)| there).sum();
                    let sum: f64 = shares.iter().map(|(share, there)| share * *there as f64).sum();
                    share(sum, all, nothing(target))
                },
            ),
            Average::Micro => {
                let [part, whole] = counts.iter().map(self.of).fold([0, 0], |[a, b], [c, d]| [a + c, b + d]);
                if whole > 0 {
                    Ok(part as f64 / whole as f64)
                } else {
                    Err(Absent::because(format!("no {}", self.lacks)))
                }
            }
        }
    }

    /// What becomes of the shares of the classes that matter, each with how often its class is true; all must be defined.
    fn mean(
        self,
        target: &TargetKind,
        counts: &[Counts],
        matters: fn(&Counts) -> bool,
        together: impl Fn(Vec<(f64, usize)>) -> Measured,
    ) -> Measured {
        let of: Vec<(usize, &Counts)> = counts.iter().enumerate().filter(|(_, c)| matters(c)).collect();
        let undefined: Vec<usize> = of.iter().filter(|(_, c)| (self.of)(c)[1] == 0).map(|(class, _)| *class).collect();
        if !undefined.is_empty() {
            return Err(self.none_of(target, &undefined));
        }
        together(of.iter().map(|(_, c)| ((self.of)(c)[0] as f64 / (self.of)(c)[1] as f64, c.there())).collect())
    }

    pub fn of_class(self, predictions: &Predictions<'_>, class: usize) -> Measured {
        let counts = counts(predictions);
        match (self.of)(&counts[class]) {
            [_, 0] => Err(self.none_of(predictions.target, &[class])),
            [part, whole] => Ok(part as f64 / whole as f64),
        }
    }

    fn none_of(self, target: &TargetKind, classes: &[usize]) -> Absent {
        Absent::because(format!("no {} of {}", self.lacks, listed(target, classes)))
    }
}

/// Where nothing is true at all.
pub fn nothing(target: &TargetKind) -> &'static str {
    match target {
        TargetKind::Multi { .. } => "no positive",
        TargetKind::Class { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => NO_LABEL,
    }
}
