//! Products of matrices. Owns how an operand is laid out for the `gemm` crate.
//!
//! A kernel of our own for small matrices was written and measured: at 32 × 16 × 64 and its like it took 1.5 µs where `gemm` 0.19
//! takes 0.9, so there is none.

use super::crew;
pub(super) use super::raw::Layout;
use super::raw::{self, simd};
use std::cell::RefCell;

/// Operations that are worth handing to another thread: some twenty microseconds.
const WORK: usize = if cfg!(debug_assertions) { 1 << 10 } else { 1 << 21 };
/// Rows of a piece, at least, and numbers that it makes beyond these: fewer would be taken another way, to other sums.
const ROWS: usize = 64;
const ACROSS: usize = 256;

/// `c = beta c + a b`, `c` row-major; `beta` of zero overwrites. Threads without work take some of the rows.
pub(super) fn product(c: &mut [f32], beta: f32, a: &[f32], at: Layout, b: &[f32], bt: Layout) {
    products(1, c, beta, a, at, b, bt);
}

/// So many products of equal sizes: each operand holds its matrices one after another.
pub(super) fn products(count: usize, c: &mut [f32], beta: f32, a: &[f32], at: Layout, b: &[f32], bt: Layout) {
    let (size, width) = (at.rows * bt.columns, bt.columns);
    let rows = if at.rows < 2 * ROWS || width < 2 || crew::alone() { at.rows } else { rows(at, width) };
    let each = |number: usize, c: &mut [f32], first: usize| {
        let a = &a[number * (a.len() / count) + first * at.row..];
        let rows = c.len().checked_div(width).unwrap_or(0);
        piece(c, beta, a, Layout { rows, ..at }, &b[number * (b.len() / count)..], bt);
    };
    if rows == at.rows || size == 0 {
        return c[..count * size].chunks_mut(size.max(1)).enumerate().for_each(|(number, c)| each(number, c, 0));
    }
    let pieces = c[..count * size].chunks_mut(size).enumerate().flat_map(|(number, c)| {
        c.chunks_mut(rows * width).enumerate().map(move |(piece, c)| (number, c, piece * rows))
    });
    let pieces: Vec<_> = pieces.collect();
    crew::share(pieces.into_iter(), |(number, c, first)| each(number, c, first));
}

/// Rows of a piece that is worth handing over.
fn rows(at: Layout, width: usize) -> usize {
    let of_row = 2 * at.columns * width;
    let least = WORK.div_ceil(of_row.max(1)).next_multiple_of(16).max(ROWS).max(ACROSS / width.max(1) + 1);
    cut(at.rows, least)
}

/// Rows of pieces of which each, the last too, has at least so many.
fn cut(rows: usize, least: usize) -> usize {
    let last = |count: usize| rows.checked_sub(rows.div_ceil(count) * (count - 1));
    let counts = (2..=rows / least.max(1)).rev();
    counts.into_iter().find(|count| last(*count) >= Some(least)).map_or(rows, |count| rows.div_ceil(count))
}

/// Rows of a product, by one thread.
fn piece(c: &mut [f32], beta: f32, a: &[f32], at: Layout, b: &[f32], bt: Layout) {
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
    use crate::Instructions;
    use crate::check::{close, normal};

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

    /// What a product comes to by the order of its sums: parts of the inner axis of equal size, at most 512, each on its own.
    fn in_order(a: &[f32], b: &[f32], k: usize, add: impl Fn(f32, f32, f32) -> f32) -> f32 {
        let part = k.div_ceil(k.div_ceil(512));
        let sums =
            a.chunks(part).zip(b.chunks(part)).map(|(a, b)| a.iter().zip(b).fold(0.0, |sum, (a, b)| add(*a, *b, sum)));
        sums.reduce(|all, sum| all + sum).expect("there is one")
    }

    #[test]
    fn sums_do_not_hang_on_the_size_of_a_cache() {
        for k in [513, 1000, 1025, 1537] {
            let (m, n) = (70, 9);
            let (a, b) = (normal("a", m * k), normal("b", n * k));
            for used in Instructions::here() {
                let _used = used.begin();
                let mut c = vec![7.0; m * n];
                raw::gemm(&mut c, 0.0, &a, Layout::dense(m, k), &b, Layout::dense(n, k).turned());
                let add = |a: f32, b: f32, sum: f32| match used {
                    Instructions::Portable => a * b + sum,
                    Instructions::Neon | Instructions::Avx2 | Instructions::Avx512 => a.mul_add(b, sum),
                };
                let of = |i: usize| in_order(&a[i / n * k..][..k], &b[i % n * k..][..k], k, add);
                let same = (0..m * n).all(|i| c[i].to_bits() == of(i).to_bits());
                assert!(same, "{used}, {k} numbers");
            }
        }
    }

    #[test]
    fn no_piece_is_short() {
        for rows in 1..3000 {
            let size = cut(rows, 128);
            let last = rows % size;
            assert!(size == rows || last == 0 || last >= 128, "{rows} in pieces of {size}");
            assert!(rows < 512 || size <= 256, "{rows} in pieces of {size}");
        }
    }

    /// Whoever takes which rows, the sums are those of the whole.
    #[test]
    fn pieces_are_equal_to_the_whole_by_bits() {
        for used in Instructions::here() {
            let _used = used.begin();
            for (m, k, n) in [
                (256, 700, 2),
                (300, 513, 64),
                (515, 64, 21),
                (400, 1024, 300),
                (1500, 1536, 40),
                (257, 3, 900),
                (128, 1536, 256),
                (131, 240, 250),
            ] {
                let (a, b) = (normal("a", m * k), normal("b", k * n));
                for (at, bt) in [
                    (Layout::dense(m, k), Layout::dense(k, n)),
                    (Layout::dense(m, k), Layout::dense(n, k).turned()),
                    (Layout::dense(k, m).turned(), Layout::dense(k, n)),
                ] {
                    let (mut whole, mut pieces, mut alone) = (vec![0.5; m * n], vec![0.5; m * n], vec![0.5; m * n]);
                    piece(&mut whole, 1.0, &a, at, &b, bt);
                    product(&mut alone, 1.0, &a, at, &b, bt);
                    let shared = std::sync::Mutex::new(&mut pieces);
                    crew::map(3, &[()], |()| {
                        let _used = used.begin();
                        product(&mut shared.lock().unwrap(), 1.0, &a, at, &b, bt);
                    })
                    .unwrap();
                    assert!(whole == pieces && whole == alone, "{used}: {m} × {k} × {n}, {at:?} {bt:?}");
                }
            }
        }
    }

    /// A product is one whatever its neighbours are: rows and columns that are taken at a time are a matter of speed.
    #[test]
    fn equal_instructions_give_equal_bits_of_every_size() {
        for used in Instructions::here() {
            let _used = used.begin();
            for (m, k, n) in [(1, 5, 1), (3, 2, 4), (17, 33, 5), (64, 100, 64), (65, 700, 10), (130, 16, 30)] {
                let (a, b) = (normal("a", m * k), normal("b", k * n));
                let mut all = vec![0.0; m * n];
                raw::gemm(&mut all, 0.0, &a, Layout::dense(m, k), &b, Layout::dense(k, n));
                let mut moved = vec![0.0; 3 + m * k];
                moved[3..].copy_from_slice(&a);
                let mut again = vec![0.0; m * n];
                raw::gemm(&mut again, 0.0, &moved[3..], Layout::dense(m, k), &b, Layout::dense(k, n));
                assert_eq!(all, again, "{used}: where numbers lie in memory changes nothing");
            }
        }
    }
}
