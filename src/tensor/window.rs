//! What a filter sees of steps: the window, and the matrix that is gathered through it. Owns no op.

use super::axes::Axes;
use super::product::{Layout, product};
use super::raw::simd;
use std::cell::RefCell;

/// Which steps a filter sees: output step `t` sees input steps `t · stride + k · dilation - before`, zeros where there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub kernel: usize,
    pub stride: usize,
    pub dilation: usize,
    /// Zeros before the first step.
    pub before: usize,
    /// Steps of the output.
    pub steps: usize,
}

impl Window {
    /// The input step that element `k` of the filter sees at output step `t`, of `steps` in all.
    pub(super) fn source(&self, t: usize, k: usize, steps: usize) -> Option<usize> {
        (t * self.stride + k * self.dilation).checked_sub(self.before).filter(|&source| source < steps)
    }

    /// Every output step sees just the input step of its number.
    pub(super) fn is_single(&self) -> bool {
        self.kernel == 1 && self.stride == 1 && self.before == 0
    }
}

/// What a window sees of an input of these axes, as a matrix: a row for every output step of every sample, in it for every
/// feature the steps of the filter, as the weight has them.
#[derive(Clone, Copy)]
pub(super) struct View {
    pub window: Window,
    pub axes: Axes,
}

/// Numbers that are gathered at a time: 32 MiB.
pub(super) const BLOCK: usize = 1 << 23;

/// Room for so many numbers of any value.
pub(super) fn scratch(length: usize, work: impl FnOnce(&mut [f32])) {
    thread_local! {
        /// Grows to the largest there is and stays.
        static SCRATCH: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
    }
    SCRATCH.with_borrow_mut(|scratch| {
        if scratch.len() < length {
            scratch.resize(length, 0.0);
        }
        work(&mut scratch[..length]);
    });
}

impl View {
    /// Every number of the output, of so many channels.
    pub fn forward(self, y: &mut [f32], x: &[f32], weight: &[f32], width: usize) {
        let depth = self.depth();
        self.blocks(|block, scratch| {
            self.gather(scratch, x, block.clone());
            let to = &mut y[block.start * width..block.end * width];
            let bt = Layout::dense(width, depth).turned();
            product(to, 0.0, scratch, Layout::dense(block.len(), depth), weight, bt);
        });
    }

    pub fn to_weight(self, of_weight: &mut [f32], gradient: &[f32], x: &[f32], width: usize) {
        self.blocks(|block, scratch| {
            self.gather(scratch, x, block.clone());
            let (g, rows) = (&gradient[block.start * width..block.end * width], block.len());
            let of_y = Layout::dense(rows, width).turned();
            product(of_weight, 1.0, g, of_y, scratch, Layout::dense(rows, self.depth()));
        });
    }

    pub fn to_input(self, of_input: &mut [f32], gradient: &[f32], weight: &[f32], width: usize) {
        self.blocks(|block, scratch| {
            let (g, rows) = (&gradient[block.start * width..block.end * width], block.len());
            product(scratch, 0.0, g, Layout::dense(rows, width), weight, Layout::dense(width, self.depth()));
            self.scatter(of_input, scratch, block);
        });
    }

    /// Numbers that an output channel sees of a row.
    fn depth(&self) -> usize {
        self.axes[2] * self.window.kernel
    }

    /// Visits ranges of rows, each with a scratch matrix for them.
    fn blocks(&self, mut visit: impl FnMut(std::ops::Range<usize>, &mut [f32])) {
        let (rows, depth) = (self.axes[0] * self.window.steps, self.depth());
        let parts = (rows * depth).div_ceil(BLOCK).max(1);
        let most = rows.div_ceil(parts).max(1);
        scratch(most * depth, |scratch| {
            for start in (0..rows).step_by(most) {
                let block = start..rows.min(start + most);
                let length = block.len() * depth;
                visit(block, &mut scratch[..length]);
            }
        });
    }

    /// Visits every row and element of the filter: the row in the block, the element, and the input step it sees.
    fn each(&self, block: std::ops::Range<usize>, mut visit: impl FnMut(usize, usize, Option<usize>)) {
        let steps = self.axes[1];
        for (row, at) in block.enumerate() {
            let (sample, t) = (at / self.window.steps, at % self.window.steps);
            for k in 0..self.window.kernel {
                visit(row, k, self.window.source(t, k, steps).map(|source| sample * steps + source));
            }
        }
    }

    fn gather(&self, to: &mut [f32], x: &[f32], block: std::ops::Range<usize>) {
        let (features, kernel) = (self.axes[2], self.window.kernel);
        self.each(block, |row, k, source| {
            let to = &mut to[row * features * kernel..][..features * kernel];
            match source {
                Some(source) => spread(&mut to[k..], &x[source * features..][..features], kernel),
                None => to[k..].iter_mut().step_by(kernel).for_each(|to| *to = 0.0),
            }
        });
    }

    /// Adds each number to the input step it was gathered from.
    fn scatter(&self, to: &mut [f32], from: &[f32], block: std::ops::Range<usize>) {
        let (features, kernel) = (self.axes[2], self.window.kernel);
        self.each(block, |row, k, source| {
            let Some(source) = source else { return };
            let from = &from[row * features * kernel..][..features * kernel];
            collect(&mut to[source * features..][..features], &from[k..], kernel);
        });
    }
}

simd! {
    /// `to[i · step] = from[i]`
    fn spread(to: &mut [f32], from: &[f32], step: usize) {
        for (to, &from) in to.iter_mut().step_by(step).zip(from) {
            *to = from;
        }
    }
}

simd! {
    /// `to[i] += from[i · step]`
    fn collect(to: &mut [f32], from: &[f32], step: usize) {
        for (to, &from) in to.iter_mut().zip(from.iter().step_by(step)) {
            *to += from;
        }
    }
}
