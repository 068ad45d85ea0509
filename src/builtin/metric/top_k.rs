//! `top_k`: how often the true class is among the likeliest.

use super::{NO_LABEL, one_class, rows, share};
use crate::builtin::{Count, Metric, Predictions, ShapeError, TargetKind};
use crate::measured::Measured;
use crate::shape::Shape;

crate::row! {
    /// Share of samples whose true class is among the k with the greatest chances; of equal chances the first class counts as the
    /// greater one.
    ///
    /// As `sklearn.metrics.top_k_accuracy_score`, to which the last of equals is the greater one. `top_k(1)` is `accuracy`.
    pub struct TopK = "top_k" as Metric(dyn Metric) {
        /// How many classes: from 1 to one less than there are.
        k: Count,
    }
    example "top_k(2)" on [[3]]
}

impl Metric for TopK {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        one_class("top_k", prediction, target)?;
        match target {
            TargetKind::Class { classes, .. } if self.k.0 >= *classes => {
                let message = format!("the true class is always among {} of `{target}`", self.k.0);
                Err(ShapeError::new(message).help("`top_k` needs fewer than there are classes"))
            }
            _ => Ok(()),
        }
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        let (mut right, mut all) = (0usize, 0);
        for (chances, truth) in rows(predictions) {
            all += 1;
            right += usize::from(before(chances, truth) < self.k.0);
        }
        share(right as f64, all, NO_LABEL)
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}

/// Classes that are likelier than this one. One number for two classes is the chance of class 1.
fn before(chances: &[f32], class: usize) -> usize {
    if chances.len() == 1 {
        return usize::from(super::said(chances) != class);
    }
    let than = chances[class];
    chances.iter().enumerate().filter(|(other, chance)| **chance > than || (**chance == than && *other < class)).count()
}
