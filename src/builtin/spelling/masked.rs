//! What is said of elements that a mask keeps: as `tensor::masked` and `tensor::pool` compute it.

use super::{Binary, Numbers, Reduced, Spelling, Term, Test};
use crate::tensor::Pooling;

/// Far below every number, and finite.
pub const NOWHERE: f32 = -1e30;

impl Spelling {
    /// A mask of these axes of `x`, with axes of size 1 for the others.
    fn spread(&mut self, x: &Term, mask: &Term, axes: &[usize]) -> Term {
        let sizes: Vec<usize> = (0..x.axes.len()).map(|i| if axes.contains(&i) { x.axes[i] } else { 1 }).collect();
        let there = self.test(Test::NotZero, mask);
        self.reshape(&there, &sizes)
    }

    pub fn masked_mean(&mut self, x: &Term, mask: &Term, axes: &[usize]) -> Term {
        let there = self.spread(x, mask, axes);
        let all: Vec<usize> = (0..x.axes.len()).collect();
        let (count, one) = (self.reduce(Reduced::Sum, &there, &all), self.number(1.0));
        let count = self.binary(Binary::Max, &count, &one);
        let share = self.div(&there, &count);
        let shares = self.mul(x, &share);
        self.drop(Reduced::Sum, &shares, axes)
    }

    /// With what is masked far below all else, and whether anything is left, of size 1.
    fn beyond(&mut self, x: &Term, mask: &Term, axes: &[usize]) -> (Term, Term) {
        let there = self.spread(x, mask, axes);
        let (zero, nowhere) = (self.number(0.0), self.number(NOWHERE));
        let below = self.choose(&there, &zero, &nowhere);
        let all: Vec<usize> = (0..x.axes.len()).collect();
        (self.add(x, &below), self.reduce(Reduced::Max, &there, &all))
    }

    pub fn masked_max(&mut self, x: &Term, mask: &Term, axes: &[usize]) -> Term {
        let (kept, alive) = self.beyond(x, mask, axes);
        let greatest = self.reduce(Reduced::Max, &kept, axes);
        let greatest = self.mul(&greatest, &alive);
        let left: Vec<usize> = (0..x.axes.len()).filter(|axis| !axes.contains(axis)).map(|axis| x.axes[axis]).collect();
        self.reshape(&greatest, &left)
    }

    pub fn masked_softmax(&mut self, x: &Term, mask: &Term, axis: usize) -> Term {
        let (kept, alive) = self.beyond(x, mask, &[axis]);
        let chances = self.softmax(&kept, axis);
        self.mul(&chances, &alive)
    }

    /// The greatest or the mean along axis 1 of what is there; 0 where nothing is.
    pub fn window(&mut self, x: &Term, there: &Term, pooling: Pooling) -> Term {
        let (zero, there) = (self.number(0.0), self.test(Test::NotZero, there));
        if pooling == Pooling::Max {
            let nowhere = self.number(NOWHERE);
            let kept = self.choose(&there, x, &nowhere);
            let (most, alive) = (self.reduce(Reduced::Max, &kept, &[1]), self.reduce(Reduced::Max, &there, &[1]));
            return self.choose(&alive, &most, &zero);
        }
        let (kept, one) = (self.choose(&there, x, &zero), self.number(1.0));
        let (sum, count) = (self.reduce(Reduced::Sum, &kept, &[1]), self.reduce(Reduced::Sum, &there, &[1]));
        let count = self.binary(Binary::Max, &count, &one);
        self.div(&sum, &count)
    }

    /// Of the greatest along an axis that `mask` keeps, the mean: of so many as `count` says of how many there are.
    pub fn masked_top(&mut self, x: &Term, mask: &Term, axis: usize, count: impl Fn(&mut Self, &Term) -> Term) -> Term {
        let size = x.axes[axis];
        let there = self.spread(x, mask, &[axis]);
        let (zero, nowhere) = (self.number(0.0), self.number(NOWHERE));
        let kept = self.choose(&there, x, &nowhere);
        let sorted = self.greatest(&kept, axis, size);
        let all: Vec<usize> = (0..x.axes.len()).collect();
        let left = self.reduce(Reduced::Sum, &there, &all);
        let count = count(self, &left);
        let line: Vec<usize> = (0..x.axes.len()).map(|i| if i == axis { size } else { 1 }).collect();
        let place = self.numbers(Numbers::Counted, &line);
        let beyond = self.sub(&place, &count);
        let taken = self.test(Test::Below(0.0), &beyond);
        let (one, taken) = (self.number(1.0), self.choose(&taken, &sorted, &zero));
        let sum = self.drop(Reduced::Sum, &taken, &[axis]);
        let least = self.binary(Binary::Max, &count, &one);
        let least = self.reshape(&least, &vec![1; sum.axes.len()]);
        self.div(&sum, &least)
    }
}
