//! How often each class is answered where each is true.

use super::{Answer, each_answer};
use crate::builtin::Predictions;

/// Counts of answers to one class a sample: a row a true class, a column an answered one.
pub(super) struct Table {
    classes: usize,
    counts: Vec<f64>,
}

impl Table {
    pub fn of(predictions: &Predictions<'_>) -> Self {
        let classes = super::class_count(predictions.target);
        let mut counts = vec![0.0; classes * classes];
        each_answer(predictions, |answer| {
            if let Answer::Class { said, truth } = answer {
                counts[truth * classes + said] += 1.0;
            }
        });
        Self { classes, counts }
    }

    pub fn all(&self) -> f64 {
        self.counts.iter().sum()
    }

    /// (true, answered, how often)
    pub fn cells(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        self.counts.iter().enumerate().map(|(at, count)| (at / self.classes, at % self.classes, *count))
    }

    /// How often each class is true.
    pub fn truths(&self) -> Vec<f64> {
        self.counts.chunks(self.classes).map(|row| row.iter().sum()).collect()
    }

    /// How often each class is answered.
    pub fn answers(&self) -> Vec<f64> {
        (0..self.classes).map(|class| self.counts.iter().skip(class).step_by(self.classes).sum()).collect()
    }
}
