//! Which classes are taken for which, counted from stored predictions over the seeds and repeats of an arm.

use crate::record::manifest::Classified;
use crate::record::{ArmId, Array, Evaluated, Evaluee, Kept};

/// The deployed networks of one arm on one split.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    pub arm: ArmId,
    pub split: String,
    pub target: String,
    /// By actual class, then by predicted class.
    pub counts: Vec<Vec<u64>>,
}

/// A matrix with more classes is no longer read.
pub const CLASSES: usize = 30;

impl Confusion {
    pub fn row(&self, actual: usize) -> u64 {
        self.counts[actual].iter().sum()
    }

    pub fn total(&self) -> u64 {
        self.counts.iter().flatten().sum()
    }

    /// Of the samples of one class, the share that is taken for another; none where there are no samples.
    pub fn share(&self, actual: usize, predicted: usize) -> f64 {
        self.counts[actual][predicted] as f64 / self.row(actual).max(1) as f64
    }
}

/// Adds one run to the matrices of its arm.
pub fn count(into: &mut Vec<Confusion>, arm: &ArmId, kept: &Kept, classified: &[Classified]) {
    let final_ones =
        kept.evaluated.iter().filter(|e| e.epoch.is_none() && e.change.is_none() && e.network == Evaluee::Deployed);
    for evaluated in final_ones {
        for of in classified.iter().filter(|c| c.classes <= CLASSES) {
            add(into, arm, kept, evaluated, of);
        }
    }
}

fn add(into: &mut Vec<Confusion>, arm: &ArmId, kept: &Kept, evaluated: &Evaluated, of: &Classified) {
    let truth = kept.truths.iter().find(|t| t.split == evaluated.split && t.target == of.target);
    let (Some(truth), Some(output)) = (truth, evaluated.outputs.get(&of.output)) else { return };
    let known = into.iter().position(|c| c.arm == *arm && c.split == evaluated.split && c.target == of.target);
    let at = known.unwrap_or_else(|| {
        into.push(Confusion {
            arm: arm.clone(),
            split: evaluated.split.clone(),
            target: of.target.clone(),
            counts: vec![vec![0; of.classes]; of.classes],
        });
        into.len() - 1
    });
    for (actual, predicted) in pairs(&truth.values, output, of.classes) {
        into[at].counts[actual][predicted] += 1;
    }
}

/// Actual and predicted class of every sample, or of every step of every sample; what is no class is passed over.
fn pairs<'a>(truth: &'a Array, output: &'a Array, classes: usize) -> impl Iterator<Item = (usize, usize)> + 'a {
    let likeliest = |row: &[f32]| {
        let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        best.map_or(0, |(i, _)| i)
    };
    let rows = output.values.chunks_exact(classes.max(1));
    let is_class = move |actual: f32| actual >= 0.0 && (actual as usize) < classes && actual.fract() == 0.0;
    truth
        .values
        .iter()
        .zip(rows)
        .filter(move |(actual, _)| is_class(**actual))
        .map(move |(a, row)| (*a as usize, likeliest(row)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Truth;

    #[test]
    fn samples_are_counted_by_actual_and_predicted_class() {
        let array = |axes: &[usize], values: &[f32]| Array { axes: axes.to_vec(), values: values.to_vec() };
        let evaluated = |epoch| Evaluated {
            epoch,
            network: Evaluee::Deployed,
            split: "test".into(),
            change: None,
            loss: 0.5,
            outputs: [("out".to_string(), array(&[4, 2], &[0.9, 0.1, 0.5, 0.5, 0.2, 0.8, 0.3, 0.7]))].into(),
        };
        let kept = Kept {
            evaluated: vec![evaluated(Some(1)), evaluated(None)],
            truths: vec![Truth {
                target: "moon".into(),
                split: "test".into(),
                values: array(&[4, 1], &[0.0, 1.0, 1.0, -1.0]),
            }],
            ..Kept::default()
        };
        let classified = [Classified { output: "out".into(), target: "moon".into(), classes: 2 }];
        let mut confusion = vec![];
        // Two seeds; of equal outputs the first class is taken.
        count(&mut confusion, &ArmId::default(), &kept, &classified);
        count(&mut confusion, &ArmId::default(), &kept, &classified);
        assert_eq!(confusion.len(), 1);
        assert_eq!(confusion[0].counts, [[2, 0], [2, 2]]);
        assert_eq!((confusion[0].row(1), confusion[0].total(), confusion[0].share(1, 0)), (4, 6, 0.5));
        count(&mut confusion, &ArmId::default(), &kept, &[Classified { classes: 31, ..classified[0].clone() }]);
        assert_eq!(confusion[0].total(), 6);
    }
}
