//! The metric rows, one file each. Owns what they share: which outputs fit which targets, and what is missing for a value.

pub use super::answers::said;
use super::answers::{
    Answer, Counts, NO_LABEL, chances_of, class_count, counts, each_answer, each_class, listed, rows, share,
};
use super::loss::{logits_shape, mismatch, wrong_kind};
use super::{Builtin, Predictions, ShapeError, TargetKind};
use crate::measured::{Absent, Measured};
use crate::shape::{Dim, Shape};

mod acc2;
mod acc5;
mod acc7;
mod accuracy;
mod auroc;
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
mod precision;
mod recall;
mod rmse;
mod specificity;
mod top_k;

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

/// Whether every class is there, so often each: what is measured of each by itself needs a sample of each, whatever is
/// answered. So one and the same split has a value for every network, or for none.
fn all_there(target: &TargetKind, there: &[usize]) -> Result<(), Absent> {
    let missing: Vec<usize> = (0..there.len()).filter(|class| there[*class] == 0).collect();
    let named = |what: &str| Absent::because(format!("no {what} of {}", listed(target, &missing)));
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

/// The mean F1 of classes, each as often as `weight` says.
fn weighted_f1(counts: &[Counts], weight: fn(&Counts) -> usize, none: &'static str) -> Measured {
    let sum: f64 = counts.iter().map(|c| c.f1() * weight(c) as f64).sum();
    share(sum, counts.iter().map(weight).sum(), none)
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
pub(super) fn labels(word: &str, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
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
