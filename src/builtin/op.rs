//! The op rows: functions without weights, one file each. Owns what they share: how axes are counted.

use super::{Builtin, ShapeError};
use crate::shape::Shape;

mod concat;
mod relu;

/// In the order of the manual.
pub const ROWS: &[&Builtin] = &[concat::Concat::ROW, relu::Relu::ROW];

/// The axis a person means, from the end where negative; the batch is not counted.
fn resolve(word: &str, axis: i64, shape: &Shape) -> Result<usize, ShapeError> {
    let rank = shape.rank() as i64;
    let resolved = if axis < 0 { rank + axis } else { axis };
    if (0..rank).contains(&resolved) {
        return Ok(resolved as usize);
    }
    let error = ShapeError::new(format!("`{word}` has no axis {axis} in {shape}"));
    Err(match rank {
        0 => error.help("its input is one number a sample and has no axes; the batch is not counted"),
        1 => error.help("the only axis is 0 (or -1); the batch is not counted"),
        _ => {
            error.help(format!("axes are counted without the batch, 0 to {}, or from the end, -1 to -{rank}", rank - 1))
        }
    })
}

/// The position of an axis in tensors, which carry the batch in front, of samples of `rank` axes.
/// The checker has seen that it exists.
fn batched(axis: i64, rank: usize) -> usize {
    (if axis < 0 { rank as i64 + axis } else { axis }) as usize + 1
}
