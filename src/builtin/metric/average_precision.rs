//! `average_precision`: the area under precision over recall.

use super::{Counts, NO_LABEL, all_there, chances_of, counts, each_class, labels};
use crate::builtin::{Metric, OfClass, Predictions, ShapeError, TargetKind};
use crate::measured::{Absent, Measured, mean};
use crate::shape::Shape;

crate::row! {
    /// Average precision: the precision of the samples with the highest chances of a class, averaged over its samples;
    /// over several classes its mean, mAP.
    ///
    /// `Σ (recall_i - recall_{i-1}) precision_i` down the chances, as `sklearn.metrics.average_precision_score`, without
    /// interpolation. Of two classes that of class 1. Where a class has no sample, there is no value.
    /// `average_precision[2]` is that of class 2 against the rest.
    pub struct AveragePrecision = "average_precision" as Metric(dyn Metric) {}
    example "average_precision" on [[3]]
}

impl Metric for AveragePrecision {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        labels("average_precision", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        let mut there: Vec<usize> = counts(predictions).iter().map(Counts::there).collect();
        if let ([others, sought], TargetKind::Class { .. }) = (there.as_mut_slice(), predictions.target) {
            // Without a no every order is right: 1.
            *others = (*others).max(usize::from(*sought > 0));
        }
        all_there(predictions.target, &there)?;
        mean(each_class(predictions).into_iter().map(precision).map(Ok), NO_LABEL)
    }

    fn of_class(&self) -> Option<OfClass> {
        Some(|predictions, class| {
            let chances = chances_of(predictions, class);
            match chances.iter().any(|(_, there)| *there) {
                true => Ok(precision(chances)),
                false => Err(Absent::because(format!("no sample of class {class}"))),
            }
        })
    }

    fn minds_classes(&self) -> bool {
        true
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}

/// Of a class that is there.
fn precision(mut class: Vec<(f32, bool)>) -> f64 {
    class.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut yes, mut named, mut sum) = (0.0, 0.0, 0.0);
    for equal in class.chunk_by(|a, b| a.0 == b.0) {
        let more = equal.iter().filter(|(_, there)| *there).count() as f64;
        (yes, named) = (yes + more, named + equal.len() as f64);
        sum += more * yes / named;
    }
    sum / yes
}
