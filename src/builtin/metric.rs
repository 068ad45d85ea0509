//! The metric rows, one file each. Owns what they share: how predictions become answers, and how answers are counted.

use super::loss::{logits_shape, mismatch, wrong_kind};
use super::{Builtin, Predictions, ShapeError, TargetKind};
use crate::measured::{Absent, Measured};
use crate::shape::{Dim, Shape};

mod acc2;
mod acc5;
mod acc7;
mod accuracy;
mod auroc;
mod average;
mod average_precision;
mod balanced_accuracy;
mod calibration_error;
mod cohen_kappa;
mod correlation;
mod error;
mod f1;
mod f1_sentiment;
mod mae;
mod mcc;
mod mean_ap;
mod of_class;
mod precision;
mod recall;
mod rmse;
mod specificity;
mod table;
mod top_k;

pub use of_class::ClassMetric;

/// In the order of the manual.
pub const ROWS: &[&Builtin] = &[
    error::Error::ROW,
    accuracy::Accuracy::ROW,
    balanced_accuracy::BalancedAccuracy::ROW,
    f1::F1::ROW,
    precision::Precision::ROW,
    recall::Recall::ROW,
    specificity::Specificity::ROW,
    cohen_kappa::CohenKappa::ROW,
    mcc::Mcc::ROW,
    top_k::TopK::ROW,
    auroc::Auroc::ROW,
    average_precision::AveragePrecision::ROW,
    calibration_error::CalibrationError::ROW,
    mae::Mae::ROW,
    rmse::Rmse::ROW,
    correlation::Correlation::ROW,
    acc7::Acc7::ROW,
    acc5::Acc5::ROW,
    acc2::Acc2::ROW,
    f1_sentiment::F1Sentiment::ROW,
    mean_ap::MeanAp::ROW,
];

/// What a prediction says, beside what is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// One of several classes.
    Class { said: usize, truth: usize },
    /// Whether one of several classes is there.
    YesNo { class: usize, said: bool, truth: bool },
}

/// Visits the answers of every sample and step.
fn each_answer(predictions: &Predictions<'_>, mut visit: impl FnMut(Answer)) {
    match predictions.target {
        TargetKind::Class { .. } => {
            rows(predictions).for_each(|(chances, truth)| visit(Answer::Class { said: said(chances), truth }));
        }
        TargetKind::Multi { classes } => {
            for (i, (&chance, &truth)) in predictions.values.iter().zip(predictions.targets).enumerate() {
                visit(Answer::YesNo { class: i % classes, said: chance > 0.5, truth: truth > 0.5 });
            }
        }
        TargetKind::Real { .. } | TargetKind::Events { .. } => unreachable!("the checker has refused them as classes"),
    }
}

/// Of a `class` target, the chances of every sample and step beside the true class; steps that have none are left out. One
/// number for two classes is the chance of class 1.
fn rows<'a>(predictions: &Predictions<'a>) -> impl Iterator<Item = (&'a [f32], usize)> {
    let steps = predictions.target.shape().iter().product::<usize>().max(1);
    let width = predictions.width / steps;
    debug_assert!(width == class_count(predictions.target) || width == 1);
    let all = predictions.values.chunks_exact(width).zip(predictions.targets);
    all.filter(|(_, truth)| **truth >= 0.0).map(|(chances, &truth)| (chances, truth as usize))
}

/// The class that chances speak for: the first of the greatest; of a single one, class 1 where it is above one half.
pub fn said(chances: &[f32]) -> usize {
    if let [one] = chances { usize::from(*one > 0.5) } else { greatest(chances) }
}

/// For every class, the chance it is given beside whether it is there, over all samples and steps. Of two classes, class 1
/// is what is looked for.
fn each_class(predictions: &Predictions<'_>) -> Vec<Vec<(f32, bool)>> {
    match predictions.target {
        TargetKind::Class { classes: 2, .. } => vec![chances_of(predictions, 1)],
        target => (0..class_count(target)).map(|class| chances_of(predictions, class)).collect(),
    }
}

/// The chance a class is given beside whether it is there, over all samples and steps.
fn chances_of(predictions: &Predictions<'_>, class: usize) -> Vec<(f32, bool)> {
    // One number for two classes is the chance of class 1; what is little of it is much of class 0.
    let chance = |chances: &[f32]| match chances {
        [one] if class == 0 => -one,
        [one] => *one,
        several => several[class],
    };
    match predictions.target {
        TargetKind::Class { .. } => {
            rows(predictions).map(|(chances, truth)| (chance(chances), truth == class)).collect()
        }
        TargetKind::Multi { classes } => {
            let all = predictions.values.iter().zip(predictions.targets);
            all.skip(class).step_by(*classes).map(|(&chance, &truth)| (chance, truth > 0.5)).collect()
        }
        TargetKind::Real { .. } | TargetKind::Events { .. } => unreachable!("the checker has refused them as classes"),
    }
}

/// How often one class was right, wrongly named and missed, among so many answers.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    right: usize,
    wrongly: usize,
    missed: usize,
    answers: usize,
}

impl Counts {
    fn said(&self) -> usize {
        self.right + self.wrongly
    }

    fn there(&self) -> usize {
        self.right + self.missed
    }

    /// How often it was not there.
    fn absent(&self) -> usize {
        self.answers - self.there()
    }

    /// Harmonic mean of precision and recall, of a class that is there.
    fn f1(&self) -> f64 {
        2.0 * self.right as f64 / (self.said() + self.there()).max(1) as f64
    }

    fn plus(self, other: &Counts) -> Counts {
        let [right, wrongly, missed] =
            [self.right + other.right, self.wrongly + other.wrongly, self.missed + other.missed];
        Counts { right, wrongly, missed, answers: self.answers + other.answers }
    }
}

/// The counts of every class.
fn counts(predictions: &Predictions<'_>) -> Vec<Counts> {
    let mut counts = vec![Counts::default(); class_count(predictions.target)];
    let mut answers = 0;
    each_answer(predictions, |answer| match answer {
        Answer::Class { said, truth } => {
            answers += 1;
            if said == truth {
                counts[said].right += 1;
            } else {
                counts[said].wrongly += 1;
                counts[truth].missed += 1;
            }
        }
        Answer::YesNo { class, said, truth } => match (said, truth) {
            (true, true) => counts[class].right += 1,
            (true, false) => counts[class].wrongly += 1,
            (false, true) => counts[class].missed += 1,
            (false, false) => {}
        },
    });
    let answers = if let TargetKind::Multi { .. } = predictions.target { predictions.samples } else { answers };
    counts.iter_mut().for_each(|count| count.answers = answers);
    counts
}

/// Whether every class is there, so often each: what is measured of each by itself needs a sample of each, whatever is
/// answered. So one and the same split has a value for every network, or for none.
fn all_there(target: &TargetKind, there: &[usize]) -> Result<(), Absent> {
    let missing: Vec<usize> = (0..there.len()).filter(|class| there[*class] == 0).collect();
    let named = |what: &str| Absent::because(format!("no {what} of {}", listed(&missing, there.len())));
    if missing.is_empty() {
        return Ok(());
    }
    Err(match target {
        TargetKind::Multi { .. } => named("positive"),
        TargetKind::Class { .. } if missing.len() == there.len() => Absent::because(NO_LABEL),
        TargetKind::Class { classes: 2, .. } if missing == [1] => Absent::because("no positive"),
        TargetKind::Class { classes: 2, .. } => Absent::because("no negative"),
        TargetKind::Class { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => named("sample"),
    })
}

/// Samples, or steps of them, that have a class.
const NO_LABEL: &str = "no labelled sample";

/// "class 3", "classes 3, 5 and 7", "12 of 20 classes".
fn listed(classes: &[usize], of: usize) -> String {
    match classes {
        [one] => format!("class {one}"),
        [first @ .., last] if classes.len() < 4 => {
            let first: Vec<String> = first.iter().map(usize::to_string).collect();
            format!("classes {} and {last}", first.join(", "))
        }
        many => format!("{} of {of} classes", many.len()),
    }
}

/// The mean F1 of classes, each as often as `weight` says.
fn weighted_f1(counts: &[Counts], weight: fn(&Counts) -> usize, none: &'static str) -> Measured {
    let sum: f64 = counts.iter().map(|c| c.f1() * weight(c) as f64).sum();
    share(sum, counts.iter().map(weight).sum(), none)
}

/// `sum / count`, where something was counted.
fn share(sum: f64, count: usize, none: &'static str) -> Measured {
    if count > 0 { Ok(sum / count as f64) } else { Err(Absent::because(none)) }
}

/// The first of the greatest.
fn greatest(values: &[f32]) -> usize {
    (1..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best })
}

fn class_count(target: &TargetKind) -> usize {
    match target {
        TargetKind::Class { classes, .. } | TargetKind::Multi { classes } | TargetKind::Events { classes, .. } => {
            *classes
        }
        TargetKind::Real { .. } => 0,
    }
}

fn share_right(predictions: &Predictions<'_>) -> Measured {
    let (mut right, mut all) = (0usize, 0usize);
    each_answer(predictions, |answer| {
        all += 1;
        right += usize::from(match answer {
            Answer::Class { said, truth } => said == truth,
            Answer::YesNo { said, truth, .. } => said == truth,
        });
    });
    share(right as f64, all, NO_LABEL)
}

/// Mean of `f(predicted, true)` over all numbers.
fn mean(predictions: &Predictions<'_>, f: impl Fn(f64, f64) -> f64) -> f64 {
    let pairs = predictions.values.iter().zip(predictions.targets);
    let sum: f64 = pairs.map(|(&x, &t)| f(f64::from(x), f64::from(t))).sum();
    sum / predictions.values.len().max(1) as f64
}

/// Chances of classes, as `error` needs them.
fn labels(word: &str, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
    let needed = match target {
        TargetKind::Class { classes: 2, axes, .. } if *prediction == logits_shape(1, axes) => return Ok(()),
        TargetKind::Class { classes, axes, .. } => logits_shape(*classes, axes),
        TargetKind::Multi { classes } => Shape::of(&[*classes]),
        TargetKind::Real { .. } => {
            return Err(wrong_kind(word, target, "classes").help("use `mae`, `rmse` or `correlation` for numbers"));
        }
        TargetKind::Events { .. } => return Err(of_events(word, target, "classes")),
    };
    if *prediction == needed { Ok(()) } else { Err(mismatch(word, target, prediction, &needed)) }
}

/// Chances of classes of which one is true, as `calibration_error` needs them.
fn one_class(word: &str, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
    match target {
        TargetKind::Class { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => {
            labels(word, prediction, target)
        }
        TargetKind::Multi { .. } => Err(wrong_kind(word, target, "one class a sample").help("`f1` is for several")),
    }
}

crate::words! {
    /// What a score of sentiment of exactly 0 is.
    pub enum Zeros {
        /// Negative against positive: samples whose truth is 0 are left out.
        LeftOut = "left_out",
        /// Negative against not negative: `x >= 0`.
        NonNegative = "non_negative",
        /// Positive against not positive: `x > 0`.
        NonPositive = "non_positive",
    }
}

/// Where truths of 0 are left out.
const NO_SIGN: &str = "no sample whose truth is not 0";

/// Whether scores of sentiment, numbers from -3 to 3, and their truths are on the upper side; of the samples that count.
fn signs(predictions: &Predictions<'_>, zeros: Zeros) -> Vec<(bool, bool)> {
    let pairs = predictions.values.iter().zip(predictions.targets);
    let upper = |score: f32| match zeros {
        Zeros::NonNegative => score >= 0.0,
        Zeros::LeftOut | Zeros::NonPositive => score > 0.0,
    };
    let counts = |truth: f32| zeros != Zeros::LeftOut || truth != 0.0;
    pairs.filter(|(_, truth)| counts(**truth)).map(|(&said, &truth)| (upper(said), upper(truth))).collect()
}

/// Share of numbers that agree with the truth once both are held to ±`limit` and rounded, halves to even.
fn share_of_levels(predictions: &Predictions<'_>, limit: f64) -> f64 {
    let level = |x: f64| x.clamp(-limit, limit).round_ties_even();
    mean(predictions, |said, truth| f64::from(u8::from(level(said) == level(truth))))
}

/// A number for each number, as `mae` needs them.
fn numbers(word: &str, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
    let needed = match target {
        TargetKind::Real { shape } => Shape::of(shape),
        TargetKind::Class { .. } | TargetKind::Multi { .. } => {
            return Err(wrong_kind(word, target, "numbers").help("use `error` or `f1` for classes"));
        }
        TargetKind::Events { .. } => return Err(of_events(word, target, "numbers")),
    };
    let single = |shape: &Shape| shape.elements() == Dim::constant(1);
    if *prediction == needed || (single(prediction) && single(&needed)) {
        return Ok(());
    }
    Err(mismatch(word, target, prediction, &needed))
}

fn of_events(word: &str, target: &TargetKind, needs: &str) -> ShapeError {
    wrong_kind(word, target, needs).help("`mean_ap` is for events")
}

#[cfg(test)]
mod tests;
