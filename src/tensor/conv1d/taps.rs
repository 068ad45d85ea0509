//! A convolution as one product a tap of the filter: steps that follow one another lie so in memory, so that what a tap sees of a
//! sample is a matrix that is there. Owns the order of the products and the weights of each tap.

use super::Window;
use crate::axes::Axes;
use crate::crew;
use crate::product::{Layout, product};
use crate::raw::simd;
use std::cell::RefCell;
use std::ops::Range;

/// Sizes of a convolution that moves on by one step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taps {
    window: Window,
    batch: usize,
    /// Steps of the input.
    steps: usize,
    features: usize,
    width: usize,
}

/// Multiplications of one tap and sample from which on a product of its own costs less than gathering.
const WORTHWHILE: usize = 1 << 20;

impl Taps {
    pub fn worthwhile(window: Window, x: Axes, width: usize) -> Option<Self> {
        let taps = Self { window, batch: x[0], steps: x[1], features: x[2], width };
        (window.stride == 1 && window.steps * taps.features * width >= WORTHWHILE).then_some(taps)
    }

    pub fn output(&self) -> Axes {
        Axes::of(&[self.batch, self.window.steps, self.width])
    }

    /// Output steps that see something through a tap, and the input step that the first of them sees.
    fn rows(&self, tap: usize) -> (Range<usize>, usize) {
        let ahead = tap * self.window.dilation;
        let start = self.window.before.saturating_sub(ahead).min(self.window.steps);
        let end = (self.steps + self.window.before).saturating_sub(ahead).min(self.window.steps).max(start);
        (start..end, (start + ahead).saturating_sub(self.window.before))
    }

    /// Visits what every tap sees of every sample: the tap, the first output row, the first input row, how many.
    fn each(&self, mut visit: impl FnMut(usize, usize, usize, usize)) {
        for tap in 0..self.window.kernel {
            let (rows, source) = self.rows(tap);
            for sample in (0..self.batch).filter(|_| !rows.is_empty()) {
                visit(tap, sample * self.window.steps + rows.start, sample * self.steps + source, rows.len());
            }
        }
    }

    /// Numbers of one tap's weights.
    fn size(&self) -> usize {
        self.width * self.features
    }

    /// Adds to zeros.
    pub fn forward(&self, y: &mut [f32], x: &[f32], weight: &[f32]) {
        with_scratch(self.window.kernel * self.size(), |weights| {
            self.take_apart(weights, weight);
            self.each(|tap, to, from, count| {
                let w = &weights[tap * self.size()..][..self.size()];
                let (y, x) = (&mut y[to * self.width..][..count * self.width], &x[from * self.features..]);
                let by = Layout::dense(self.width, self.features).turned();
                product(y, 1.0, x, Layout::dense(count, self.features), w, by);
            });
        });
    }

    pub fn slopes_of_input(&self, of_x: &mut [f32], gradient: &[f32], weight: &[f32]) {
        with_scratch(self.window.kernel * self.size(), |weights| {
            self.take_apart(weights, weight);
            self.each(|tap, from, to, count| {
                let w = &weights[tap * self.size()..][..self.size()];
                let to = &mut of_x[to * self.features..][..count * self.features];
                let by = Layout::dense(self.width, self.features);
                product(to, 1.0, &gradient[from * self.width..], Layout::dense(count, self.width), w, by);
            });
        });
    }

    pub fn slopes_of_weight(&self, of_weight: &mut [f32], gradient: &[f32], x: &[f32]) {
        with_scratch(self.window.kernel * self.size(), |weights| {
            weights.fill(0.0);
            self.each(|tap, of_y, of_x, count| {
                let to = &mut weights[tap * self.size()..][..self.size()];
                let g = Layout::dense(count, self.width).turned();
                let by = Layout::dense(count, self.features);
                product(to, 1.0, &gradient[of_y * self.width..], g, &x[of_x * self.features..], by);
            });
            self.put_together(of_weight, weights);
        });
    }

    /// `[out, in, tap]` to `[tap, out, in]`.
    fn take_apart(&self, to: &mut [f32], weight: &[f32]) {
        let kernel = self.window.kernel;
        crew::share(to.chunks_mut(self.size()).enumerate(), |(tap, to)| collect(to, &weight[tap..], kernel));
    }

    /// Adds `[tap, out, in]` to `[out, in, tap]`.
    fn put_together(&self, to: &mut [f32], from: &[f32]) {
        let kernel = self.window.kernel;
        let lines = crew::lines(kernel);
        crew::share(to.chunks_mut(lines * kernel).enumerate(), |(number, to)| {
            for (tap, from) in from.chunks_exact(self.size()).enumerate() {
                let count = to.len() / kernel;
                spread(&mut to[tap..], &from[number * lines..][..count], kernel);
            }
        });
    }
}

fn with_scratch(length: usize, use_it: impl FnOnce(&mut [f32])) {
    thread_local! {
        /// Grows to the largest there is and stays.
        static SCRATCH: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
    }
    SCRATCH.with_borrow_mut(|scratch| {
        if scratch.len() < length {
            scratch.resize(length, 0.0);
        }
        use_it(&mut scratch[..length]);
    });
}

simd! {
    /// `to[i] = from[i · step]`
    fn collect(to: &mut [f32], from: &[f32], step: usize) {
        for (to, &from) in to.iter_mut().zip(from.iter().step_by(step)) {
            *to = from;
        }
    }
}

simd! {
    /// `to[i · step] += from[i]`
    fn spread(to: &mut [f32], from: &[f32], step: usize) {
        for (to, &from) in to.iter_mut().step_by(step).zip(from) {
            *to += from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{close, normal};

    /// The sum that a convolution is, term by term.
    fn slow(window: Window, [batch, steps, features, width]: [usize; 4], x: &[f32], w: &[f32]) -> Vec<f32> {
        let mut y = vec![0.0; batch * window.steps * width];
        for (row, y) in y.chunks_exact_mut(width).enumerate() {
            let (sample, t) = (row / window.steps, row % window.steps);
            for (out, y) in y.iter_mut().enumerate() {
                for tap in 0..window.kernel {
                    let Some(source) = window.source(t, tap, steps) else { continue };
                    let x = &x[(sample * steps + source) * features..][..features];
                    let w = w[out * features * window.kernel + tap..].iter().step_by(window.kernel);
                    *y += x.iter().zip(w).map(|(x, w)| x * w).sum::<f32>();
                }
            }
        }
        y
    }

    #[test]
    fn taps_are_the_sum_and_its_slopes() {
        for (kernel, dilation, before, steps, out) in
            [(3, 1, 1, 7, 7), (3, 2, 2, 9, 9), (5, 1, 0, 9, 5), (2, 3, 4, 6, 8), (4, 1, 9, 5, 3), (3, 1, 0, 2, 1)]
        {
            let window = Window { kernel, stride: 1, dilation, before, steps: out };
            let [batch, features, width] = [2, 3, 4];
            let taps = Taps { window, batch, steps, features, width };
            let (x, w) = (normal("x", batch * steps * features), normal("w", width * features * kernel));
            let sizes = [batch, steps, features, width];
            let expected = slow(window, sizes, &x, &w);
            let mut y = vec![0.0; expected.len()];
            taps.forward(&mut y, &x, &w);
            close("forward", &y, &expected, 1e-5);
            // The convolution is linear in both: its slope along a direction is its value there.
            let g = normal("g", y.len());
            let (mut of_x, mut of_w) = (vec![0.0; x.len()], vec![0.0; w.len()]);
            taps.slopes_of_input(&mut of_x, &g, &w);
            taps.slopes_of_weight(&mut of_w, &g, &x);
            let (dx, dw) = (normal("dx", x.len()), normal("dw", w.len()));
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            let along = [dot(&slow(window, sizes, &dx, &w), &g), dot(&slow(window, sizes, &x, &dw), &g)];
            close("slopes", &[dot(&of_x, &dx), dot(&of_w, &dw)], &along, 1e-4);
        }
    }
}
