//! Convolution with three taps by two thirds of the multiplications: Winograd's F(2, 3), as Lavin & Gray (*Fast algorithms for convolutional
//! neural networks*, CVPR 2016, section 4.1) have it for images. Owns the way there and back, and when it pays.
//!
//! Two outputs `y`, a *tile*, see four inputs `d`; with the taps `g`
//!
//! ```text
//! v₀ = d₀ - d₂      u₀ = g₀                    y₀ = v₀u₀ + v₁u₁ + v₂u₂
//! v₁ = d₁ + d₂      u₁ = (g₀ + g₁ + g₂) / 2    y₁ = v₁u₁ - v₂u₂ + v₃u₃
//! v₂ = d₂ - d₁      u₂ = (g₀ - g₁ + g₂) / 2
//! v₃ = d₃ - d₁      u₃ = g₂
//! ```
//!
//! so that a convolution of many channels is four products of matrices with half as many rows. Gradients go the same way back.

use super::axes::Axes;
use super::crew;
use super::product::{Layout, products};
use super::raw::simd;
use super::sums::add_piece;
use super::window::{BLOCK, Window, scratch};
use std::ops::Range;

/// Channels of each side and rows of the output from which on it is faster than gathering.
const CHANNELS: usize = 128;
const ROWS: usize = 512;
/// Output channels at a time, so that their taps and products stay in the second cache.
const AT_ONCE: usize = 256;

/// A convolution that pays: its window, the axes of its input, and output channels.
#[derive(Clone, Copy)]
pub(super) struct Winograd {
    window: Window,
    axes: Axes,
    width: usize,
}

impl Winograd {
    /// None where gathering is faster, or the window is another.
    pub fn of(window: Window, axes: Axes, width: usize) -> Option<Self> {
        let is_three = window.kernel == 3 && window.stride == 1 && window.dilation == 1;
        let pays = axes[2].min(width) >= CHANNELS && axes[0] * window.steps >= ROWS;
        (is_three && pays).then_some(Self { window, axes, width })
    }

    /// Every number of `y = conv(x)`.
    pub fn forward(self, y: &mut [f32], x: &[f32], weight: &[f32]) {
        let (depth, across) = (self.axes[2], AT_ONCE.min(self.width));
        for samples in self.samples() {
            let tiles = samples.len() * self.tiles();
            room([tiles * depth, across * depth, tiles * across], |[v, u, m]| {
                self.inputs(v, &x[self.steps(&samples)]);
                for outs in self.outs() {
                    let (u, m) = (&mut u[..4 * outs.len() * depth], &mut m[..4 * tiles * outs.len()]);
                    taps(u, &weight[self.of_taps(&outs)]);
                    let turned = Layout::dense(outs.len(), depth).turned();
                    products(4, m, 0.0, v, Layout::dense(tiles, depth), u, turned);
                    self.outputs(&mut y[self.rows(&samples)], m, &outs);
                }
            });
        }
    }

    /// Adds what the output's gradient comes to to that of the weight.
    pub fn to_weight(self, of_weight: &mut [f32], gradient: &[f32], x: &[f32]) {
        let (depth, across) = (self.axes[2], AT_ONCE.min(self.width));
        for samples in self.samples() {
            let tiles = samples.len() * self.tiles();
            room([tiles * depth, across * depth, tiles * across], |[v, of_u, of_m]| {
                self.inputs(v, &x[self.steps(&samples)]);
                for outs in self.outs() {
                    let (of_u, of_m) = (&mut of_u[..4 * outs.len() * depth], &mut of_m[..4 * tiles * outs.len()]);
                    self.of_outputs(of_m, &gradient[self.rows(&samples)], &outs);
                    let turned = Layout::dense(tiles, outs.len()).turned();
                    products(4, of_u, 0.0, of_m, turned, v, Layout::dense(tiles, depth));
                    of_taps(&mut of_weight[self.of_taps(&outs)], of_u);
                }
            });
        }
    }

    /// Adds what the output's gradient comes to to that of the input.
    pub fn to_input(self, of_input: &mut [f32], gradient: &[f32], weight: &[f32]) {
        let (depth, across) = (self.axes[2], AT_ONCE.min(self.width));
        for samples in self.samples() {
            let tiles = samples.len() * self.tiles();
            room([tiles * depth, across * depth, tiles * across], |[of_v, u, of_m]| {
                let mut beta = 0.0;
                for outs in self.outs() {
                    let (u, of_m) = (&mut u[..4 * outs.len() * depth], &mut of_m[..4 * tiles * outs.len()]);
                    self.of_outputs(of_m, &gradient[self.rows(&samples)], &outs);
                    taps(u, &weight[self.of_taps(&outs)]);
                    let (at, bt) = (Layout::dense(tiles, outs.len()), Layout::dense(outs.len(), depth));
                    products(4, of_v, beta, of_m, at, u, bt);
                    beta = 1.0;
                }
                self.of_inputs(&mut of_input[self.steps(&samples)], of_v);
            });
        }
    }

    /// Tiles of a sample.
    fn tiles(self) -> usize {
        self.window.steps.div_ceil(2)
    }

    /// Samples that are taken at a time: one, or what 32 MiB of `v` hold.
    fn samples(self) -> impl Iterator<Item = Range<usize>> {
        let (all, most) = (self.axes[0], (BLOCK / (4 * self.tiles() * self.axes[2])).max(1));
        (0..all).step_by(most).map(move |start| start..all.min(start + most))
    }

    /// Output channels that are taken at a time.
    fn outs(self) -> impl Iterator<Item = Range<usize>> {
        (0..self.width).step_by(AT_ONCE).map(move |start| start..self.width.min(start + AT_ONCE))
    }

    fn of_taps(self, outs: &Range<usize>) -> Range<usize> {
        let of_one = 3 * self.axes[2];
        outs.start * of_one..outs.end * of_one
    }

    /// Where samples lie in the input.
    fn steps(self, samples: &Range<usize>) -> Range<usize> {
        let of_one = self.axes[1] * self.axes[2];
        samples.start * of_one..samples.end * of_one
    }

    /// Where samples lie in the output.
    fn rows(self, samples: &Range<usize>) -> Range<usize> {
        let of_one = self.window.steps * self.width;
        samples.start * of_one..samples.end * of_one
    }

    /// `v`, a row a tile.
    fn inputs(self, v: &mut [f32], x: &[f32]) {
        let (steps, depth) = (self.axes[1], self.axes[2]);
        let nothing = vec![0.0; depth];
        each(four(v), depth, |tile, to| {
            let (sample, first) = (tile / self.tiles(), tile % self.tiles() * 2);
            let step = |k: usize| match (first + k).checked_sub(self.window.before).filter(|step| *step < steps) {
                Some(step) => &x[(sample * steps + step) * depth..][..depth],
                None => &nothing,
            };
            transform_inputs(to, [step(0), step(1), step(2), step(3)]);
        });
    }

    /// Adds to every step of the input what its tiles hand back, of which it has two.
    fn of_inputs(self, to: &mut [f32], of_v: &[f32]) {
        let (steps, depth, tiles) = (self.axes[1], self.axes[2], self.tiles());
        let all = of_v.len() / 4;
        each([to], depth, |at, [to]| {
            let (sample, from) = (at / steps, at % steps + self.window.before);
            let row = |number: usize, tile: usize| &of_v[number * all + (sample * tiles + tile) * depth..][..depth];
            let (tile, is_second) = (from / 2, from % 2 == 1);
            if tile < tiles {
                match is_second {
                    false => add_piece(to, row(0, tile)),
                    true => add_middle(to, [row(1, tile), row(2, tile), row(3, tile)]),
                }
            }
            if let Some(tile) = tile.checked_sub(1).filter(|tile| *tile < tiles) {
                match is_second {
                    false => add_third(to, [row(0, tile), row(1, tile), row(2, tile)]),
                    true => add_piece(to, row(3, tile)),
                }
            }
        });
    }

    /// `y` of some channels.
    fn outputs(self, y: &mut [f32], m: &[f32], outs: &Range<usize>) {
        let (steps, all) = (self.window.steps, m.len() / 4);
        each([y], self.width, |row, [y]| {
            let tile = row / steps * self.tiles() + row % steps / 2;
            let of = |number: usize| &m[number * all + tile * outs.len()..][..outs.len()];
            let y = &mut y[outs.clone()];
            match row % steps % 2 {
                0 => first_output(y, [of(0), of(1), of(2)]),
                _ => second_output(y, [of(1), of(2), of(3)]),
            }
        });
    }

    /// Gradients of the products from those of some channels.
    fn of_outputs(self, of_m: &mut [f32], gradient: &[f32], outs: &Range<usize>) {
        let (steps, width) = (self.window.steps, outs.len());
        let nothing = vec![0.0; width];
        each(four(of_m), width, |tile, to| {
            let (sample, first) = (tile / self.tiles(), tile % self.tiles() * 2);
            let row = |step: usize| match step < steps {
                true => &gradient[(sample * steps + step) * self.width..][outs.clone()],
                false => &nothing,
            };
            transform_gradients(to, [row(first), row(first + 1)]);
        });
    }
}

/// `u` of some output channels.
fn taps(u: &mut [f32], weight: &[f32]) {
    let size = weight.len() / 3;
    let pieces = crew::NUMBERS.min(size).max(1);
    let work = |piece: usize, to: [&mut [f32]; 4]| transform_taps(to, &weight[3 * pieces * piece..]);
    each(four(u), pieces, work);
}

/// Adds the gradients of `u` to those of the weight.
fn of_taps(weight: &mut [f32], of_u: &[f32]) {
    let size = of_u.len() / 4;
    let pieces = crew::NUMBERS.min(size).max(1);
    each([weight], 3 * pieces, |piece, [weight]| {
        let from = |number: usize| &of_u[number * size + piece * pieces..][..weight.len() / 3];
        transform_of_taps(weight, [from(0), from(1), from(2), from(3)]);
    });
}

/// Gives `work` each line of `size` numbers of matrices of equal size, with its number. Threads without work take some.
fn each<const COUNT: usize>(
    matrices: [&mut [f32]; COUNT],
    size: usize,
    work: impl Fn(usize, [&mut [f32]; COUNT]) + Sync,
) {
    let (lines, at_once) = (matrices[0].len().div_ceil(size), crew::lines(size));
    let mut rest = matrices;
    let pieces: Vec<_> = (0..lines.div_ceil(at_once))
        .map(|_| {
            rest.each_mut().map(|rest| {
                let cut = rest.len().min(at_once * size);
                rest.split_off_mut(..cut).expect("there are so many")
            })
        })
        .collect();
    crew::share(pieces.into_iter().enumerate(), |(piece, mut matrices)| {
        for line in piece * at_once..lines.min((piece + 1) * at_once) {
            let these = matrices.each_mut().map(|matrix| {
                let cut = matrix.len().min(size);
                matrix.split_off_mut(..cut).expect("there are so many")
            });
            work(line, these);
        }
    });
}

/// Four matrices that lie one after another.
fn four(matrices: &mut [f32]) -> [&mut [f32]; 4] {
    let (low, high) = matrices.split_at_mut(matrices.len() / 2);
    let ((a, b), (c, d)) = (low.split_at_mut(low.len() / 2), high.split_at_mut(high.len() / 2));
    [a, b, c, d]
}

/// Room for four matrices of each of these sizes.
fn room(sizes: [usize; 3], work: impl FnOnce([&mut [f32]; 3])) {
    scratch(4 * sizes.iter().sum::<usize>(), |mut rest| {
        work(sizes.map(|size| rest.split_off_mut(..4 * size).expect("there is so much")));
    });
}

simd! {
    fn transform_inputs(to: [&mut [f32]; 4], steps: [&[f32]; 4]) {
        let size = steps[0].len();
        let ([v0, v1, v2, v3], [d0, d1, d2, d3]) = (to.map(|to| &mut to[..size]), steps.map(|step| &step[..size]));
        for i in 0..size {
            v0[i] = d0[i] - d2[i];
            v1[i] = d1[i] + d2[i];
            v2[i] = d2[i] - d1[i];
            v3[i] = d3[i] - d1[i];
        }
    }
}

simd! {
    fn transform_taps(to: [&mut [f32]; 4], weight: &[f32]) {
        let [u0, u1, u2, u3] = to;
        let size = u0.len();
        let (u1, u2, u3) = (&mut u1[..size], &mut u2[..size], &mut u3[..size]);
        let weight = weight.as_chunks::<3>().0;
        for (i, &[g0, g1, g2]) in weight[..size].iter().enumerate() {
            let (ends, middle) = (0.5 * (g0 + g2), 0.5 * g1);
            u0[i] = g0;
            u1[i] = ends + middle;
            u2[i] = ends - middle;
            u3[i] = g2;
        }
    }
}

simd! {
    fn transform_of_taps(to: &mut [f32], from: [&[f32]; 4]) {
        let to = to.as_chunks_mut::<3>().0;
        let [u0, u1, u2, u3] = from.map(|from| &from[..to.len()]);
        for (i, [g0, g1, g2]) in to.iter_mut().enumerate() {
            let (sum, difference) = (0.5 * (u1[i] + u2[i]), 0.5 * (u1[i] - u2[i]));
            *g0 += u0[i] + sum;
            *g1 += difference;
            *g2 += sum + u3[i];
        }
    }
}

simd! {
    fn first_output(y: &mut [f32], m: [&[f32]; 3]) {
        let [m0, m1, m2] = m.map(|m| &m[..y.len()]);
        for (i, y) in y.iter_mut().enumerate() {
            *y = m0[i] + m1[i] + m2[i];
        }
    }
}

simd! {
    fn second_output(y: &mut [f32], m: [&[f32]; 3]) {
        let [m1, m2, m3] = m.map(|m| &m[..y.len()]);
        for (i, y) in y.iter_mut().enumerate() {
            *y = m1[i] - m2[i] + m3[i];
        }
    }
}

simd! {
    fn transform_gradients(to: [&mut [f32]; 4], rows: [&[f32]; 2]) {
        let [first, second] = rows;
        let (size, second) = (first.len(), &second[..first.len()]);
        let [m0, m1, m2, m3] = to.map(|to| &mut to[..size]);
        for i in 0..size {
            m0[i] = first[i];
            m1[i] = first[i] + second[i];
            m2[i] = first[i] - second[i];
            m3[i] = second[i];
        }
    }
}

simd! {
    /// To the second input of a tile.
    fn add_middle(to: &mut [f32], of_v: [&[f32]; 3]) {
        let [v1, v2, v3] = of_v.map(|v| &v[..to.len()]);
        for (i, to) in to.iter_mut().enumerate() {
            *to += v1[i] - v2[i] - v3[i];
        }
    }
}

simd! {
    /// To the third input of a tile.
    fn add_third(to: &mut [f32], of_v: [&[f32]; 3]) {
        let [v0, v1, v2] = of_v.map(|v| &v[..to.len()]);
        for (i, to) in to.iter_mut().enumerate() {
            *to += v1[i] + v2[i] - v0[i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::window::View;
    use super::*;
    use crate::check::{close, normal};

    /// Short and long inputs, odd ends, more output channels than are taken at once.
    #[test]
    fn it_is_the_convolution() {
        for (batch, steps, depth, width) in
            [(1, 1, 1, 1), (2, 2, 5, 3), (3, 7, 20, 300), (2, 40, 17, 9), (1, 3, 2, 513)]
        {
            for (before, less) in [(0, 2), (1, 0), (2, 0), (0, 0), (2, 1), (1, 1)] {
                let Some(longer) = usize::checked_sub(steps, less).filter(|steps| *steps > 0) else { continue };
                let window = Window { kernel: 3, stride: 1, dilation: 1, before, steps: longer };
                let axes = Axes::of(&[batch, steps, depth]);
                let (fast, view) = (Winograd { window, axes, width }, View { window, axes });
                let (x, weight) = (normal("x", axes.elements()), normal("w", width * depth * 3));
                let gradient = normal("g", batch * longer * width);
                let pair = |length: usize| (vec![0.5; length], vec![0.5; length]);
                let (mut ours, mut theirs) = pair(gradient.len());
                fast.forward(&mut ours, &x, &weight);
                view.forward(&mut theirs, &x, &weight, width);
                close("y", &ours, &theirs, 1e-5);
                let (mut ours, mut theirs) = pair(weight.len());
                fast.to_weight(&mut ours, &gradient, &x);
                view.to_weight(&mut theirs, &gradient, &x, width);
                close("of the weight", &ours, &theirs, 1e-5);
                let (mut ours, mut theirs) = pair(x.len());
                fast.to_input(&mut ours, &gradient, &weight);
                view.to_input(&mut theirs, &gradient, &weight, width);
                close("of the input", &ours, &theirs, 1e-5);
            }
        }
    }

    /// Both lose about as much against sums of double precision.
    #[test]
    fn it_is_as_exact_as_the_convolution() {
        let window = Window { kernel: 3, stride: 1, dilation: 1, before: 1, steps: 64 };
        let (depth, width) = (512, 8);
        let axes = Axes::of(&[1, 64, depth]);
        let (x, weight) = (normal("x", axes.elements()), normal("w", width * depth * 3));
        let of = |row: usize, out: usize| {
            let taps = (0..3).filter_map(|k| window.source(row, k, 64).map(|step| (k, step)));
            let each = taps.flat_map(|(k, step)| (0..depth).map(move |i| (out * depth + i, k, step * depth + i)));
            each.map(|(w, k, i)| f64::from(weight[3 * w + k]) * f64::from(x[i])).sum::<f64>()
        };
        let exact: Vec<f64> = (0..64).flat_map(|row| (0..width).map(move |out| of(row, out))).collect();
        let off = |y: &[f32]| {
            let squares: f64 = y.iter().zip(&exact).map(|(y, exact)| (f64::from(*y) - exact).powi(2)).sum();
            (squares / y.len() as f64).sqrt()
        };
        let (mut ours, mut theirs) = (vec![0.0; 64 * width], vec![0.0; 64 * width]);
        Winograd { window, axes, width }.forward(&mut ours, &x, &weight);
        View { window, axes }.forward(&mut theirs, &x, &weight, width);
        assert!(off(&ours) < 3.0 * off(&theirs) && off(&ours) < 2e-5, "{} and {}", off(&ours), off(&theirs));
    }
}
