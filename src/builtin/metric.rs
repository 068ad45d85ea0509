//! The metric rows, one file each.

use super::Builtin;

/// In the order of the manual.
pub const ROWS: &[&Builtin] = &[];
