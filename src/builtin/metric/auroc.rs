//! `auroc`: how well chances order yes and no.

use super::{Counts, NO_LABEL, all_there, chances_of, counts, each_class, labels, listed};
use crate::builtin::{Metric, OfClass, Predictions, ShapeError, TargetKind};
use crate::measured::{Absent, Measured, mean};
use crate::shape::Shape;

crate::row! {
    /// Area under the receiver operating characteristic: how often a sample of a class is given a higher chance of it than
    /// one of no such class (equal chances count one half).
    ///
    /// Of two classes that of class 1, else the mean over classes, each against the rest, as
    /// `sklearn.metrics.roc_auc_score(multi_class="ovr")`. Where a class has no yes, or no no, there is no value. `auroc[2]` is that
    /// of class 2 against the rest.
    pub struct Auroc = "auroc" as Metric(dyn Metric) {}
    example "auroc" on [[3]]
}

impl Metric for Auroc {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        labels("auroc", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        let there: Vec<usize> = counts(predictions).iter().map(Counts::there).collect();
        all_there(predictions.target, &there)?;
        let full: Vec<usize> = (0..there.len()).filter(|class| there[*class] == predictions.samples).collect();
        match (predictions.target, full.as_slice()) {
            (TargetKind::Multi { .. }, [_, ..]) => {
                Err(Absent::because(format!("no negative of {}", listed(predictions.target, &full))))
            }
            _ => mean(each_class(predictions).into_iter().map(area).map(Ok), NO_LABEL),
        }
    }

    fn of_class(&self) -> Option<OfClass> {
        Some(|predictions, class| {
            let chances = chances_of(predictions, class);
            let lacks = |yes: bool| chances.iter().all(|(_, there)| *there != yes);
            let of = |what: &str| Err(Absent::because(format!("no {what} of class {class}")));
            match (lacks(true), lacks(false)) {
                (true, _) => of("sample"),
                (_, true) => of("negative"),
                (false, false) => Ok(area(chances)),
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

/// The share of pairs of a yes and a no in which the yes has the greater chance (Mann & Whitney 1947); there are both.
fn area(mut class: Vec<(f32, bool)>) -> f64 {
    class.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut yes, mut no, mut pairs) = (0.0, 0.0, 0.0);
    for equal in class.chunk_by(|a, b| a.0 == b.0) {
        let more = equal.iter().filter(|(_, there)| *there).count() as f64;
        let less = equal.len() as f64 - more;
        pairs += more * (no + less / 2.0);
        (yes, no) = (yes + more, no + less);
    }
    pairs / (yes * no)
}
