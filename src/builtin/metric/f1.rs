//! `f1`: the mean F1 of the classes.

use super::{Answer, class_count, each_answer, labels};
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::shape::Shape;

crate::row! {
    /// Mean over classes of `2 right / (2 right + wrongly named + missed)`: macro F1.
    ///
    /// As `sklearn.metrics.f1_score(average="macro")`: of a `class` target, classes that are neither true nor answered
    /// anywhere do not count; of a `multi` target all count, and one without any yes has 0.
    pub struct F1 = "f1" as Metric(dyn Metric) {}
    example "f1" on [[3]]
}

impl Metric for F1 {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        labels("f1", prediction, target)
    }

    fn measure(&self, predictions: &Predictions<'_>) -> f64 {
        let classes = class_count(predictions.target);
        let mut counts = vec![Counts::default(); classes];
        each_answer(predictions, |answer| match answer {
            Answer::Class { said, truth } if said == truth => counts[said].right += 1,
            Answer::Class { said, truth } => {
                counts[said].wrongly += 1;
                counts[truth].missed += 1;
            }
            Answer::YesNo { class, said, truth } => match (said, truth) {
                (true, true) => counts[class].right += 1,
                (true, false) => counts[class].wrongly += 1,
                (false, true) => counts[class].missed += 1,
                (false, false) => {}
            },
        });
        let all = matches!(predictions.target, TargetKind::Multi { .. });
        let scores: Vec<f64> = counts.iter().filter(|c| all || c.any() > 0).map(Counts::score).collect();
        scores.iter().sum::<f64>() / scores.len().max(1) as f64
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}

/// How often one class was right, wrongly named and missed.
#[derive(Clone, Debug, Default)]
struct Counts {
    right: usize,
    wrongly: usize,
    missed: usize,
}

impl Counts {
    fn any(&self) -> usize {
        self.right + self.wrongly + self.missed
    }

    fn score(&self) -> f64 {
        2.0 * self.right as f64 / (2 * self.right + self.wrongly + self.missed).max(1) as f64
    }
}
