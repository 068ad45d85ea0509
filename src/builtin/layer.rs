//! The layer rows: functions with weights or state, one file each.

use super::Builtin;

mod linear;

/// In the order of the manual.
pub const ROWS: &[&Builtin] = &[linear::Linear::ROW];
