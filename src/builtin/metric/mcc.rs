//! `mcc`: the correlation of answers and truths.

use super::one_class;
use crate::builtin::answers::Table;
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::measured::{Absent, Measured, Unit};
use crate::shape::Shape;

crate::row! {
    /// Matthews' correlation coefficient of answers and truths, from 1 (all right) over 0 (as by chance) down.
    ///
    /// Of several classes that of Gorodkin (2004): `(c s - Σ p t) / √((s² - Σ p²) (s² - Σ t²))`, with s answers, c of them right,
    /// and each class p times answered and t times true. As `sklearn.metrics.matthews_corrcoef`, which has 0 where all answers
    /// are one class. Where all truths are one class, there is no value.
    pub struct Mcc = "mcc" as Metric(dyn Metric) {}
    example "mcc" on [[3]]
}

impl Metric for Mcc {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        one_class("mcc", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        let table = Table::of(predictions)?;
        let (truths, answers, all) = (table.truths(), table.answers(), table.all());
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let right: f64 = table.cells().filter(|(i, j, _)| i == j).map(|(.., count)| count).sum();
        let of_truths = all * all - dot(&truths, &truths);
        let of_answers = all * all - dot(&answers, &answers);
        match (of_truths > 0.0, of_answers > 0.0) {
            (false, _) => Err(Absent::because("no two different true classes")),
            (true, false) => Ok(0.0),
            (true, true) => Ok((right * all - dot(&answers, &truths)) / (of_truths.sqrt() * of_answers.sqrt())),
        }
    }

    fn unit(&self) -> Unit {
        Unit::Plain
    }

    fn minds_classes(&self) -> bool {
        true
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
