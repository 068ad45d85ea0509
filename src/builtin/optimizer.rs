//! The optimizer and learning-rate rows, one file each.

use super::Builtin;

mod adam;

/// In the order of the manual.
pub const ROWS: &[&Builtin] = &[adam::Adam::ROW];
