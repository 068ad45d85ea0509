//! How large samples may be, whether data, inputs or what an operation makes of them.

use crate::builtin::MOST_AXES;
use crate::diagnostic::Diagnostic;
use crate::shape::Shape;
use crate::span::Span;

/// Numbers of one weight, and of one sample: 8 GiB of them.
pub const MAX_NUMBERS: i64 = 1 << 31;

/// Parts of one size that hangs on symbols, such as `2 * T + T / 4`.
pub const MAX_PARTS: usize = 1000;

/// What is wrong where samples are of this shape, as `message` says it; what cannot be known yet is not wrong.
pub fn unfit(shape: &Shape, message: String, span: Span) -> Option<Diagnostic> {
    let sizes: Option<Vec<i64>> = shape.0.iter().map(|size| size.value()).collect();
    let numbers = sizes.as_ref().map(|sizes| sizes.iter().fold(1i64, |n, size| n.saturating_mul(*size)));
    let too_large =
        |help: String| Some(Diagnostic::value_error("too-large", message.clone()).label(span, "here").help(help));
    if let Some(size) = shape.0.iter().find(|size| size.value().is_some_and(|size| size < 1)) {
        let message = format!("a size must be a whole number from 1, is {size}");
        return Some(Diagnostic::value_error("out-of-range", message).label(span, format!("{shape}")));
    }
    if shape.rank() > MOST_AXES {
        return too_large(format!("a sample can have {MOST_AXES} axes at most, the batch not counted"));
    }
    if shape.0.iter().any(|size| size.parts() > MAX_PARTS) {
        let found = Diagnostic::value_error("too-large", format!("a size has more than {MAX_PARTS} parts"));
        return Some(found.label(span, "here").help("declare sizes as numbers"));
    }
    if numbers.is_some_and(|n| n >= MAX_NUMBERS) {
        return too_large(format!("a sample can have fewer than {MAX_NUMBERS} numbers"));
    }
    None
}
