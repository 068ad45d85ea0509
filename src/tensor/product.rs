//! Products of matrices. Owns how an operand is laid out for the `gemm` crate.

use super::raw;
pub(super) use super::raw::Layout;
use std::cell::RefCell;

/// `c = beta c + a b`, `c` row-major; `beta` of zero overwrites.
pub(super) fn product(c: &mut [f32], beta: f32, a: &[f32], at: Layout, b: &[f32], bt: Layout) {
    if !turns(bt) {
        return raw::gemm(c, beta, a, at, b, bt);
    }
    thread_local! {
        /// `b` turned. Grows to the largest weight there is and stays.
        static SCRATCH: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
    }
    SCRATCH.with_borrow_mut(|scratch| {
        let dense = Layout::dense(bt.rows, bt.columns);
        if scratch.len() < bt.rows * bt.columns {
            scratch.resize(bt.rows * bt.columns, 0.0);
        }
        turn(b, bt.columns, bt.rows, scratch);
        raw::gemm(c, beta, a, at, scratch, dense);
    });
}

/// Whether `b`, whose columns are rows in memory, is better turned first. `gemm` reads it a few numbers from many rows at once,
/// which meet in one set of the cache where the row length is a multiple of 1024 bytes: 1.5 to 3 times slower (measured
/// for 512, 768, 1024, 1536 and 2048 inputs; 640, 1000 and 1500 are better left alone).
fn turns(bt: Layout) -> bool {
    bt.row == 1 && bt.column == bt.rows && bt.column.is_multiple_of(256)
}

/// Side of the square blocks of [`turn`]: a cache line.
const SIDE: usize = 16;

/// `to[c, r] = from[r, c]`
fn turn(from: &[f32], rows: usize, columns: usize, to: &mut [f32]) {
    for first in (0..rows).step_by(SIDE) {
        for start in (0..columns).step_by(SIDE) {
            let (last, end) = ((first + SIDE).min(rows), (start + SIDE).min(columns));
            let mut block = [[0.0; SIDE]; SIDE];
            for row in first..last {
                for (line, &value) in block.iter_mut().zip(&from[row * columns + start..row * columns + end]) {
                    line[row - first] = value;
                }
            }
            for (column, line) in (start..end).zip(&block) {
                to[column * rows + first..column * rows + last].copy_from_slice(&line[..last - first]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::check::{close, normal};

    #[test]
    fn a_turned_operand_gives_the_same_product() {
        let (m, k, n) = (5, 512, 19);
        let (a, b) = (normal("a", m * k), normal("b", n * k));
        let bt = Layout::dense(n, k).turned();
        assert!(turns(bt));
        let (mut c, mut d) = (vec![1.0; m * n], vec![1.0; m * n]);
        product(&mut c, 1.0, &a, Layout::dense(m, k), &b, bt);
        raw::gemm(&mut d, 1.0, &a, Layout::dense(m, k), &b, bt);
        close("product", &c, &d, 1e-5);
    }
}
