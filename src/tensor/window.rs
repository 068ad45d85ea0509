//! What a filter sees of steps: the window, and the matrix that is gathered through it. Owns no op.

use super::axes::Axes;
use super::product::{Layout, product};
use super::sums::add_piece;
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
/// step of the filter the features, as they lie in the input.
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
        self.blocks(width * depth, |turned, blocks| {
            self.turn(turned, weight);
            blocks(&mut |block, scratch| {
                self.gather(scratch, x, block.clone());
                let to = &mut y[block.start * width..block.end * width];
                let bt = Layout::dense(width, depth).turned();
                product(to, 0.0, scratch, Layout::dense(block.len(), depth), turned, bt);
            });
        });
    }

    pub fn to_weight(self, of_weight: &mut [f32], gradient: &[f32], x: &[f32], width: usize) {
        self.blocks(width * self.depth(), |turned, blocks| {
            turned.fill(0.0);
            blocks(&mut |block, scratch| {
                self.gather(scratch, x, block.clone());
                let (g, rows) = (&gradient[block.start * width..block.end * width], block.len());
                let of_y = Layout::dense(rows, width).turned();
                product(turned, 1.0, g, of_y, scratch, Layout::dense(rows, self.depth()));
            });
            self.turn_back(of_weight, turned);
        });
    }

    pub fn to_input(self, of_input: &mut [f32], gradient: &[f32], weight: &[f32], width: usize) {
        self.blocks(width * self.depth(), |turned, blocks| {
            self.turn(turned, weight);
            blocks(&mut |block, scratch| {
                let (g, rows) = (&gradient[block.start * width..block.end * width], block.len());
                product(scratch, 0.0, g, Layout::dense(rows, width), turned, Layout::dense(width, self.depth()));
                self.scatter(of_input, scratch, block);
            });
        });
    }

    /// Numbers that an output channel sees of a row.
    fn depth(&self) -> usize {
        self.axes[2] * self.window.kernel
    }

    /// Hands out room for so many numbers of any value, and what visits ranges of rows, each with a scratch matrix for them.
    fn blocks(&self, room: usize, work: impl FnOnce(&mut [f32], &mut Blocks<'_>)) {
        let (rows, depth) = (self.axes[0] * self.window.steps, self.depth());
        let parts = (rows * depth).div_ceil(BLOCK).max(1);
        let most = rows.div_ceil(parts).max(1);
        scratch(room + most * depth, |scratch| {
            let (room, scratch) = scratch.split_at_mut(room);
            work(room, &mut |visit| {
                for start in (0..rows).step_by(most) {
                    let block = start..rows.min(start + most);
                    let length = block.len() * depth;
                    visit(block, &mut scratch[..length]);
                }
            });
        });
    }

    /// A weight `[out, in, kernel]` as rows see it: `[out, kernel, in]`.
    fn turn(&self, to: &mut [f32], weight: &[f32]) {
        let (features, kernel) = (self.axes[2], self.window.kernel);
        for (to, from) in to.chunks_exact_mut(self.depth().max(1)).zip(weight.chunks_exact(self.depth().max(1))) {
            for (k, to) in to.chunks_exact_mut(features.max(1)).enumerate() {
                to.iter_mut().zip(from[k..].iter().step_by(kernel)).for_each(|(to, from)| *to = *from);
            }
        }
    }

    /// Adds what is as rows see it to a weight.
    fn turn_back(&self, weight: &mut [f32], from: &[f32]) {
        let (features, kernel) = (self.axes[2], self.window.kernel);
        for (to, from) in weight.chunks_exact_mut(self.depth().max(1)).zip(from.chunks_exact(self.depth().max(1))) {
            for (k, from) in from.chunks_exact(features.max(1)).enumerate() {
                to[k..].iter_mut().step_by(kernel).zip(from).for_each(|(to, from)| *to += *from);
            }
        }
    }

    /// Visits every row with the runs of its numbers that lie side by side in the input: where they begin in the row, where in the input,
    /// and how many they are. The rest of a row lies before the first step or after the last.
    fn each(&self, block: std::ops::Range<usize>, mut visit: impl FnMut(usize, usize, usize, usize)) {
        let (steps, features, window) = (self.axes[1], self.axes[2], self.window);
        for (row, at) in block.enumerate() {
            let (sample, t) = (at / window.steps, at % window.steps);
            let first = sample * steps;
            if window.dilation == 1 {
                let begin = window.before.saturating_sub(t * window.stride).min(window.kernel);
                let end = (steps + window.before).saturating_sub(t * window.stride).clamp(begin, window.kernel);
                if begin < end {
                    let source = t * window.stride + begin - window.before;
                    visit(row, begin * features, (first + source) * features, (end - begin) * features);
                }
                continue;
            }
            for k in 0..window.kernel {
                if let Some(source) = window.source(t, k, steps) {
                    visit(row, k * features, (first + source) * features, features);
                }
            }
        }
    }

    fn gather(&self, to: &mut [f32], x: &[f32], block: std::ops::Range<usize>) {
        let depth = self.depth();
        // Rows before this one are written, those that nothing was copied into with zeros.
        let mut next = 0;
        self.each(block, |row, begin, source, length| {
            let whole = if length == depth { row } else { row + 1 };
            if next < whole {
                to[next * depth..whole * depth].fill(0.0);
            }
            next = row + 1;
            to[row * depth + begin..][..length].copy_from_slice(&x[source..][..length]);
        });
        to[next * depth..].fill(0.0);
    }

    /// Adds each number to the input step it was gathered from.
    fn scatter(&self, to: &mut [f32], from: &[f32], block: std::ops::Range<usize>) {
        let depth = self.depth();
        self.each(block, |row, begin, source, length| {
            add_piece(&mut to[source..][..length], &from[row * depth + begin..][..length]);
        });
    }
}

/// Visits blocks of rows.
type Blocks<'b> = dyn FnMut(&mut dyn FnMut(std::ops::Range<usize>, &mut [f32])) + 'b;
