//! Which classes are taken for which, over the seeds and repeats of an arm. Counts no predictions: `measure` does.

use super::csv::{Csv, optional};
use crate::record::ArmId;
use crate::record::manifest::Axis;

/// The deployed networks of one arm on one split.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    pub arm: ArmId,
    pub split: String,
    pub target: String,
    /// By actual class, then by predicted class.
    pub counts: Vec<Vec<u64>>,
    /// What classes are called; empty where they are numbers.
    pub names: Vec<String>,
}

/// A matrix with more classes is no longer read.
pub const CLASSES: usize = 30;

impl Confusion {
    /// Adds another run of the arm.
    pub fn add(&mut self, counts: &[Vec<u64>]) {
        for (sums, row) in self.counts.iter_mut().zip(counts) {
            sums.iter_mut().zip(row).for_each(|(sum, n)| *sum += n);
        }
    }

    /// What a class is called.
    pub fn name(&self, class: usize) -> String {
        self.names.get(class).cloned().unwrap_or_else(|| class.to_string())
    }

    pub fn row(&self, actual: usize) -> u64 {
        self.counts[actual].iter().sum()
    }

    pub fn total(&self) -> u64 {
        self.counts.iter().flatten().sum()
    }

    /// Of the samples of one class, the share that is taken for another; `None` where there are no samples.
    pub fn share(&self, actual: usize, predicted: usize) -> Option<f64> {
        let all = self.row(actual);
        (all > 0).then(|| self.counts[actual][predicted] as f64 / all as f64)
    }
}

/// A line for every pair of classes, for other programs; nothing of none.
pub fn csv(all: &[Confusion], axes: &[Axis]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let names = axes.iter().map(|axis| axis.name.as_str());
    let mut csv = Csv::new(names.chain(["target", "split", "actual", "predicted", "samples", "share"]));
    for confusion in all {
        let classes = 0..confusion.counts.len();
        for (actual, predicted) in classes.clone().flat_map(|actual| classes.clone().map(move |other| (actual, other)))
        {
            let values = axes.iter().map(|axis| confusion.arm.value(&axis.name).unwrap_or_default().to_string());
            csv.row(values.chain([
                confusion.target.clone(),
                confusion.split.clone(),
                confusion.name(actual),
                confusion.name(predicted),
                confusion.counts[actual][predicted].to_string(),
                optional(confusion.share(actual, predicted)),
            ]));
        }
    }
    csv.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_add_up() {
        let mut confusion = Confusion { counts: vec![vec![3, 1], vec![0, 0]], ..Confusion::default() };
        confusion.add(&[vec![1, 3], vec![0, 0]]);
        assert_eq!(
            (confusion.row(0), confusion.total(), confusion.share(0, 1), confusion.share(1, 0)),
            (8, 8, Some(0.5), None)
        );
        let named = Confusion { names: vec!["sit".into(), "walk".into()], split: "test".into(), ..confusion };
        let text = csv(&[named], &[]);
        assert_eq!(text.lines().nth(2), Some(",test,sit,walk,4,0.5"), "{text}");
        assert_eq!((text.lines().count(), csv(&[], &[]).as_str()), (5, ""));
    }
}
