//! The metric rows, one file each. Owns what they share: how predictions become answers.

use super::loss::{logits_shape, mismatch, wrong_kind};
use super::{Builtin, Predictions, ShapeError, TargetKind};
use crate::shape::{Dim, Shape};

mod accuracy;
mod correlation;
mod error;
mod f1;
mod mae;
mod rmse;

/// In the order of the manual.
pub const ROWS: &[&Builtin] = &[
    error::Error::ROW,
    accuracy::Accuracy::ROW,
    f1::F1::ROW,
    mae::Mae::ROW,
    rmse::Rmse::ROW,
    correlation::Correlation::ROW,
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
        TargetKind::Class { classes, axes } => {
            let steps = axes.iter().product::<usize>().max(1);
            // One number for one class of two is the chance of class 1.
            let width = predictions.width / steps;
            debug_assert!(width == *classes || width == 1);
            for (chances, &truth) in predictions.values.chunks_exact(width).zip(predictions.targets) {
                visit(Answer::Class { said: said(chances), truth: truth as usize });
            }
        }
        TargetKind::Multi { classes } => {
            for (i, (&chance, &truth)) in predictions.values.iter().zip(predictions.targets).enumerate() {
                visit(Answer::YesNo { class: i % classes, said: chance > 0.5, truth: truth > 0.5 });
            }
        }
        TargetKind::Real { .. } => unreachable!("the checker has refused numbers as classes"),
    }
}

/// The class that these chances speak for: the first of the greatest; of a single one, class 1 where it is above one half.
pub fn said(chances: &[f32]) -> usize {
    match chances {
        [chance] => usize::from(*chance > 0.5),
        _ => (1..chances.len()).fold(0, |best, i| if chances[i] > chances[best] { i } else { best }),
    }
}

fn class_count(target: &TargetKind) -> usize {
    match target {
        TargetKind::Class { classes, .. } | TargetKind::Multi { classes } => *classes,
        TargetKind::Real { .. } => 0,
    }
}

fn share_right(predictions: &Predictions<'_>) -> f64 {
    let (mut right, mut all) = (0usize, 0usize);
    each_answer(predictions, |answer| {
        all += 1;
        right += usize::from(match answer {
            Answer::Class { said, truth } => said == truth,
            Answer::YesNo { said, truth, .. } => said == truth,
        });
    });
    right as f64 / all.max(1) as f64
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
        TargetKind::Class { classes: 2, axes } if *prediction == logits_shape(1, axes) => return Ok(()),
        TargetKind::Class { classes, axes } => logits_shape(*classes, axes),
        TargetKind::Multi { classes } => Shape::of(&[*classes]),
        TargetKind::Real { .. } => {
            return Err(wrong_kind(word, target, "classes").help("use `mae`, `rmse` or `correlation` for numbers"));
        }
    };
    if *prediction == needed { Ok(()) } else { Err(mismatch(word, target, prediction, &needed)) }
}

/// A number for each number, as `mae` needs them.
fn numbers(word: &str, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
    let needed = match target {
        TargetKind::Real { shape } => Shape::of(shape),
        TargetKind::Class { .. } | TargetKind::Multi { .. } => {
            return Err(wrong_kind(word, target, "numbers").help("use `error` or `f1` for classes"));
        }
    };
    let single = |shape: &Shape| shape.elements() == Dim::constant(1);
    if *prediction == needed || (single(prediction) && single(&needed)) {
        return Ok(());
    }
    Err(mismatch(word, target, prediction, &needed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::{Kind, Metric, find};

    fn measure(word: &str, values: &[f32], targets: &[f32], target: &TargetKind) -> f64 {
        let samples = targets.len() / target.shape().iter().product::<usize>();
        let predictions = Predictions { values, width: values.len() / samples, targets, target, samples };
        let row = find(word).find(|row| matches!(row.kind, Kind::Metric(_))).unwrap();
        let Kind::Metric(make) = row.kind else { unreachable!() };
        let metric: std::sync::Arc<dyn Metric> = make(&[]).unwrap();
        metric.measure(&predictions)
    }

    #[test]
    fn classes_are_counted() {
        let target = TargetKind::Class { classes: 3, axes: vec![] };
        let values = [0.1, 0.2, 0.7, 0.5, 0.4, 0.1, 0.3, 0.4, 0.3, 0.2, 0.5, 0.3];
        let targets = [2.0, 0.0, 2.0, 1.0];
        assert_eq!(measure("accuracy", &values, &targets, &target), 0.75);
        assert_eq!(measure("error", &values, &targets, &target), 0.25);
        // sklearn.metrics.f1_score([2, 0, 2, 1], [2, 0, 1, 1], average="macro")
        assert!((measure("f1", &values, &targets, &target) - 0.777_777_777_777_777_7).abs() < 1e-12);
    }

    #[test]
    fn several_classes_at_once_are_counted() {
        let target = TargetKind::Multi { classes: 2 };
        let (values, targets) = ([0.9, 0.2, 0.6, 0.7], [1.0, 0.0, 0.0, 1.0]);
        assert_eq!(measure("error", &values, &targets, &target), 0.25);
        // sklearn.metrics.f1_score([[1, 0], [0, 1]], [[1, 0], [1, 1]], average="macro")
        assert!((measure("f1", &values, &targets, &target) - 0.833_333_333_333_333_3).abs() < 1e-12);
    }

    #[test]
    fn numbers_are_compared() {
        let target = TargetKind::Real { shape: vec![] };
        let (values, targets) = ([1.0, 2.0, 4.0], [1.0, 3.0, 2.0]);
        assert_eq!(measure("mae", &values, &targets, &target), 1.0);
        assert!((measure("rmse", &values, &targets, &target) - (5.0f64 / 3.0).sqrt()).abs() < 1e-12);
        // numpy.corrcoef([1, 2, 4], [1, 3, 2])[0, 1]
        assert!((measure("correlation", &values, &targets, &target) - 0.327_326_835_353_988_55).abs() < 1e-12);
        assert_eq!(measure("correlation", &[1.0, 1.0, 1.0], &targets, &target), 0.0);
    }
}
