//! The loss rows, one file each. Owns what they share: which outputs fit which targets.

use super::{Builtin, ShapeError, TargetKind};
use crate::shape::{Dim, Shape};

mod bce;
mod bce_with_logits;
mod cross_entropy;
mod focal;
mod l1;
mod mse;
mod multilabel_soft_margin;
mod smooth_l1;

/// In the order of the manual.
pub const ROWS: &[&Builtin] = &[
    cross_entropy::CrossEntropy::ROW,
    focal::Focal::ROW,
    bce::Bce::ROW,
    bce_with_logits::BceWithLogits::ROW,
    multilabel_soft_margin::MultilabelSoftMargin::ROW,
    mse::Mse::ROW,
    l1::L1::ROW,
    smooth_l1::SmoothL1::ROW,
];

/// A prediction of another shape than the loss or metric needs.
pub(super) fn mismatch(word: &str, target: &TargetKind, prediction: &Shape, needed: &Shape) -> ShapeError {
    ShapeError::new(format!("`{word}` against `{target}` needs an output of shape {needed}, has {prediction}"))
}

/// A target of a kind that the loss or metric cannot be computed against.
pub(super) fn wrong_kind(word: &str, target: &TargetKind, needs: &str) -> ShapeError {
    ShapeError::new(format!("`{word}` needs {needs}, the target is `{target}`"))
}

/// `classes` numbers at every step of a class target.
pub(super) fn logits_shape(classes: usize, axes: &[usize]) -> Shape {
    let mut shape = Shape::of(axes);
    shape.0.push(Dim::from(classes));
    shape
}

/// Weak supervision learns from which events there are, not from where they are.
fn of_events(word: &str, target: &TargetKind, needs: &str) -> ShapeError {
    wrong_kind(word, target, needs).help("declare a second target, `multi(20) = annotations(…)`, and learn from that")
}

fn no_target(word: &str) -> ShapeError {
    ShapeError::new(format!("`{word}` needs a target")).help("write `against` and the name of a target")
}

/// A logit for each class, at every step of a class target.
fn class_logits(word: &str, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError> {
    match target {
        Some(target @ TargetKind::Class { classes, axes, .. }) => {
            let needed = logits_shape(*classes, axes);
            if *prediction == needed {
                return Ok(());
            }
            Err(mismatch(word, target, prediction, &needed)
                .help(format!("end the head with `linear({classes})` and no softmax: the loss has it")))
        }
        Some(target @ TargetKind::Multi { .. }) => {
            Err(wrong_kind(word, target, "one class a sample").help("use `bce_with_logits`"))
        }
        Some(target @ TargetKind::Real { .. }) => {
            Err(wrong_kind(word, target, "one class a sample").help("use `mse` or `l1` for numbers"))
        }
        Some(target @ TargetKind::Events { .. }) => Err(of_events(word, target, "one class a sample")),
        None => Err(ShapeError::new(format!("`{word}` needs a target"))
            .help(format!("name it after the output: `{word}(out, label)`"))),
    }
}

/// A number for each yes or no: several of `n` classes, or one number for one class of two.
fn yes_or_no(word: &str, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError> {
    let target = target.ok_or_else(|| no_target(word))?;
    let needed = match target {
        TargetKind::Multi { classes } => Shape::of(&[*classes]),
        TargetKind::Class { classes: 2, axes, ignore: None, .. } => logits_shape(1, axes),
        TargetKind::Class { .. } => {
            return Err(wrong_kind(word, target, "yes or no").help("use `cross_entropy` for one class of several"));
        }
        TargetKind::Real { shape } => Shape::of(shape),
        TargetKind::Events { .. } => return Err(of_events(word, target, "yes or no")),
    };
    fits(word, prediction, target, &needed)
}

/// A number for each number of the target.
fn numbers(word: &str, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError> {
    let target = target.ok_or_else(|| no_target(word))?;
    let needed = match target {
        TargetKind::Multi { classes } => Shape::of(&[*classes]),
        TargetKind::Class { .. } => {
            return Err(wrong_kind(word, target, "numbers").help("use `cross_entropy` for class ids"));
        }
        TargetKind::Real { shape } => Shape::of(shape),
        TargetKind::Events { .. } => return Err(of_events(word, target, "numbers")),
    };
    fits(word, prediction, target, &needed)
}

/// Equal shapes, where one number may have an axis of size 1 or none.
fn fits(word: &str, prediction: &Shape, target: &TargetKind, needed: &Shape) -> Result<(), ShapeError> {
    let single = |shape: &Shape| shape.elements() == Dim::constant(1);
    if prediction == needed || (single(prediction) && single(needed)) {
        return Ok(());
    }
    Err(mismatch(word, target, prediction, needed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_said_with_shapes() {
        let target = TargetKind::Multi { classes: 6 };
        let error = yes_or_no("bce", &Shape::of(&[7]), Some(&target)).unwrap_err();
        assert_eq!(error.message, "`bce` against `multi(6)` needs an output of shape [6], has [7]");
        assert_eq!(numbers("mse", &Shape::of(&[1]), Some(&TargetKind::Real { shape: vec![] })), Ok(()));
        assert!(
            numbers(
                "mse",
                &Shape::of(&[3]),
                Some(&TargetKind::Class { classes: 3, axes: vec![], ignore: None, labels: None })
            )
            .is_err()
        );
    }
}
