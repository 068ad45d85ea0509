//! Sizes of axes at run time. Owns row-major arithmetic over at most six axes; knows nothing of values.

use std::fmt;
use std::ops::Deref;

/// Sizes of a tensor's axes, first to last, the batch in front where there is one. At most six.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Axes {
    rank: usize,
    sizes: [usize; Axes::MOST],
}

impl Axes {
    /// dfdx knows shapes up to this rank.
    pub const MOST: usize = 6;

    pub fn of(sizes: &[usize]) -> Self {
        assert!(sizes.len() <= Self::MOST, "a tensor has at most {} axes, not {sizes:?}", Self::MOST);
        let mut axes = Self { rank: sizes.len(), sizes: [0; Self::MOST] };
        axes.sizes[..sizes.len()].copy_from_slice(sizes);
        axes
    }

    /// The axes with `size` in front: a batch of such samples.
    pub fn batch(size: usize, sample: &[usize]) -> Self {
        let mut sizes = [0; Self::MOST];
        assert!(sample.len() < Self::MOST, "a sample has at most {} axes, not {sample:?}", Self::MOST - 1);
        sizes[0] = size;
        sizes[1..=sample.len()].copy_from_slice(sample);
        Self::of(&sizes[..=sample.len()])
    }

    /// Elements in all; 1 where there are no axes.
    pub fn elements(&self) -> usize {
        self.iter().product()
    }

    /// Size of the last axis; 1 where there is none.
    pub fn last_size(&self) -> usize {
        self.last().copied().unwrap_or(1)
    }

    /// Elements before, along and after one axis: `[outer, size, inner]`.
    pub fn around(&self, axis: usize) -> [usize; 3] {
        [self[..axis].iter().product(), self[axis], self[axis + 1..].iter().product()]
    }

    /// The same axes with another size along one.
    pub fn with(mut self, axis: usize, size: usize) -> Self {
        assert!(axis < self.rank, "no axis {axis} in {self:?}");
        self.sizes[axis] = size;
        self
    }

    /// The same axes without one.
    pub fn without(self, axis: usize) -> Self {
        let mut rest = self;
        rest.sizes.copy_within(axis + 1.., axis);
        rest.sizes[Self::MOST - 1] = 0;
        rest.rank -= 1;
        rest
    }
}

impl Deref for Axes {
    type Target = [usize];
    fn deref(&self) -> &[usize] {
        &self.sizes[..self.rank]
    }
}

impl fmt::Debug for Axes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.deref().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_split_around_one() {
        let axes = Axes::batch(2, &[3, 4, 5]);
        assert_eq!(axes.around(1), [2, 3, 20]);
        assert_eq!(axes.around(3), [24, 5, 1]);
        assert_eq!(&*axes.without(1), &[2, 4, 5]);
        assert_eq!(axes.with(0, 7).elements(), 420);
        assert_eq!(Axes::of(&[]).elements(), 1);
    }
}
