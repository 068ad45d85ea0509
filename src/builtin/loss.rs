//! The loss rows, one file each. Owns what they share: words for what does not fit.

use super::{Builtin, ShapeError, TargetKind};
use crate::shape::{Dim, Shape};

mod cross_entropy;

/// In the order of the manual.
pub const ROWS: &[&Builtin] = &[cross_entropy::CrossEntropy::ROW];

/// The sizes as a shape.
fn shape_of(sizes: &[usize]) -> Shape {
    Shape::of(sizes)
}

/// A prediction of another shape than the loss or metric needs.
fn mismatch(word: &str, target: &TargetKind, prediction: &Shape, needed: &Shape) -> ShapeError {
    ShapeError::new(format!("`{word}` against `{target}` needs an output of shape {needed}, has {prediction}"))
}

/// A target of a kind that the loss cannot be computed against.
fn wrong_kind(word: &str, target: &TargetKind, needs: &str) -> ShapeError {
    ShapeError::new(format!("`{word}` needs {needs}, the target is `{target}`"))
}

/// `classes` logits at every step of a class target.
fn logits_shape(classes: usize, axes: &[usize]) -> Shape {
    let mut shape = shape_of(axes);
    shape.0.push(Dim::from(classes));
    shape
}
