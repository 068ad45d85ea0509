//! Products of matrices. Owns how an operand is laid out for the `gemm` crate.
//!
//! A kernel of our own for small matrices was written and measured: at 32 × 16 × 64 and its like it took 1.5 µs where `gemm` 0.19
//! takes 0.9, so there is none.

pub(super) use super::raw::Layout;
use super::raw::{self, simd};
use std::cell::RefCell;

/// `c = beta c + a b`, `c` row-major; `beta` of zero overwrites.
pub(super) fn product(c: &mut [f32], beta: f32, a: &[f32], at: Layout, b: &[f32], bt: Layout) {
    if !turns(bt) {
        return raw::gemm(c, beta, a, at, b, bt);
    }
    thread_local! {
        /// A part of `b`, turned. Grows to the largest there is and stays.
        static SCRATCH: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
    }
    SCRATCH.with_borrow_mut(|scratch| {
        let mut beta = beta;
        for start in (0..bt.rows).step_by(PART) {
            let depth = PART.min(bt.rows - start);
            if scratch.len() < depth * bt.columns {
                scratch.resize(depth * bt.columns, 0.0);
            }
            turn(&b[start..], bt.column, bt.columns, depth, scratch);
            let a = &a[start * at.column..];
            raw::gemm(c, beta, a, Layout { columns: depth, ..at }, scratch, Layout::dense(depth, bt.columns));
            beta = 1.0;
        }
    });
}

/// Rows of `b` that are turned at a time, so that they stay in the second cache until they are used.
const PART: usize = 256;

/// Whether `b`, whose columns are rows in memory, is better turned first. `gemm` reads it a few numbers from many rows at once,
/// which meet in one set of the cache where the row length is a multiple of 1024 bytes: 1.5 to 3 times slower (measured
/// for 512, 768, 1024, 1536 and 2048 inputs; 640, 1000 and 1500 are better left alone).
fn turns(bt: Layout) -> bool {
    bt.row == 1 && bt.column == bt.rows && bt.column.is_multiple_of(256)
}

/// Side of the square blocks of [`turn`]: a cache line.
const SIDE: usize = 16;

simd! {
    /// `to[c, r] = from[r, c]`, where the rows of `from` begin `step` apart.
    fn turn(from: &[f32], step: usize, rows: usize, columns: usize, to: &mut [f32]) {
        for first in (0..rows).step_by(SIDE) {
            for start in (0..columns).step_by(SIDE) {
                if first + SIDE <= rows && start + SIDE <= columns {
                    turn_block(&from[first * step + start..], step, &mut to[start * rows + first..], rows);
                    continue;
                }
                for row in first..rows.min(first + SIDE) {
                    for column in start..columns.min(start + SIDE) {
                        to[column * rows + row] = from[row * step + column];
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn turn_block(from: &[f32], step: usize, to: &mut [f32], rows: usize) {
    let mut block = [[0.0; SIDE]; SIDE];
    for row in 0..SIDE {
        let line = &from[row * step..][..SIDE];
        for column in 0..SIDE {
            block[column][row] = line[column];
        }
    }
    for (column, line) in block.iter().enumerate() {
        to[column * rows..][..SIDE].copy_from_slice(line);
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
