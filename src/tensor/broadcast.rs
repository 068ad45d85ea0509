//! The walk over two tensors of which either may be repeated along some axes. Owns offsets; not what is done there.

use super::axes::Axes;
use super::op::Plain;
use dfdx::shapes::Axis;
use dfdx::tensor::Tape;
use dfdx::tensor_ops::{BroadcastTo, Device, ReshapeTo};
use std::ops::Range;

/// Runs of consecutive output elements, and where the two inputs are along each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    axes: Axes,
    /// Merged axes, outermost first; the last is the run itself. Steps are 0 where an input is repeated.
    rank: usize,
    sizes: [usize; Axes::MOST],
    left: [usize; Axes::MOST],
    right: [usize; Axes::MOST],
}

/// One run of the walk.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    out: usize,
    left: usize,
    right: usize,
    length: usize,
    left_length: usize,
    right_length: usize,
}

/// Part of an input along a run: as many numbers, or one repeated.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lane<'a> {
    Each(&'a [f32]),
    One(f32),
}

impl Walk {
    /// For inputs with equally many axes, of equal size or of size 1.
    pub fn new(a: Axes, b: Axes) -> Self {
        assert_eq!(a.len(), b.len(), "axes {a:?} and {b:?}");
        let mut walk = Self { axes: a, rank: 0, sizes: [1; 6], left: [0; 6], right: [0; 6] };
        let (mut merged, mut kinds) = ([1; Axes::MOST], [(true, true); Axes::MOST]);
        for axis in 0..a.len() {
            let size = if a[axis] == 1 { b[axis] } else { a[axis] };
            assert!([1, size].contains(&a[axis]) && [1, size].contains(&b[axis]), "cannot broadcast {a:?} and {b:?}");
            walk.axes = walk.axes.with(axis, size);
            if size == 1 {
                continue;
            }
            let kind = (a[axis] == size, b[axis] == size);
            if walk.rank > 0 && kinds[walk.rank - 1] == kind {
                merged[walk.rank - 1] *= size;
            } else {
                (merged[walk.rank], kinds[walk.rank]) = (size, kind);
                walk.rank += 1;
            }
        }
        walk.rank = walk.rank.max(1);
        walk.sizes = merged;
        let (mut left, mut right) = (1, 1);
        for axis in (0..walk.rank).rev() {
            if kinds[axis].0 {
                walk.left[axis] = left;
                left *= merged[axis];
            }
            if kinds[axis].1 {
                walk.right[axis] = right;
                right *= merged[axis];
            }
        }
        walk
    }

    /// Axes of the output.
    pub fn axes(&self) -> Axes {
        self.axes
    }

    /// Visits every run in the order of the output.
    #[inline(always)]
    pub fn each(&self, mut visit: impl FnMut(At)) {
        let inner = self.rank - 1;
        let length = self.sizes[inner];
        let runs: usize = self.sizes[..inner].iter().product();
        let lane = |step: usize| if step == 0 { 1 } else { length };
        let (left_length, right_length) = (lane(self.left[inner]), lane(self.right[inner]));
        let mut index = [0; Axes::MOST];
        let (mut left, mut right) = (0, 0);
        for run in 0..runs {
            visit(At { out: run * length, left, right, length, left_length, right_length });
            for axis in (0..inner).rev() {
                index[axis] += 1;
                left += self.left[axis];
                right += self.right[axis];
                if index[axis] < self.sizes[axis] {
                    break;
                }
                left -= self.left[axis] * self.sizes[axis];
                right -= self.right[axis] * self.sizes[axis];
                index[axis] = 0;
            }
        }
    }
}

impl At {
    #[inline(always)]
    pub fn out(&self) -> Range<usize> {
        self.out..self.out + self.length
    }

    #[inline(always)]
    pub fn left_range(&self) -> Range<usize> {
        self.left..self.left + self.left_length
    }

    #[inline(always)]
    pub fn right_range(&self) -> Range<usize> {
        self.right..self.right + self.right_length
    }

    #[inline(always)]
    pub fn left<'a>(&self, values: &'a [f32]) -> Lane<'a> {
        Lane::of(&values[self.left_range()], self.length)
    }

    #[inline(always)]
    pub fn right<'a>(&self, values: &'a [f32]) -> Lane<'a> {
        Lane::of(&values[self.right_range()], self.length)
    }
}

impl<'a> Lane<'a> {
    #[inline(always)]
    fn of(values: &'a [f32], length: usize) -> Self {
        if values.len() == length { Lane::Each(values) } else { Lane::One(values[0]) }
    }

    #[inline(always)]
    pub fn at(self, i: usize) -> f32 {
        match self {
            Lane::Each(values) => values[i],
            Lane::One(value) => value,
        }
    }
}

/// Repeats a tensor along its axes of size 1 until it has these axes, in dfdx's ops.
pub(super) fn stretch<D: Device<f32>, T: Tape<f32, D>>(x: Plain<D, T>, axes: Axes) -> Plain<D, T> {
    (0..axes.len()).fold(x, |x, axis| {
        if x.axes[axis] == axes[axis] {
            return x;
        }
        let to = x.axes.with(axis, axes[axis]);
        let [outer, size, inner] = to.around(axis);
        let wide = x.flat.reshape_like(&(outer, inner)).broadcast_like::<_, Axis<1>>(&(outer, size, inner));
        Plain { flat: wide.reshape_like(&(to.elements(),)), axes: to }
    })
}
