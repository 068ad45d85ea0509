//! `cohen_kappa`: agreement beyond chance.

use super::one_class;
use crate::builtin::answers::Table;
use crate::builtin::{Metric, Predictions, ShapeError, TargetKind};
use crate::measured::{Absent, Measured, Unit};
use crate::shape::Shape;

crate::words! {
    /// How far apart two classes are.
    pub enum KappaWeights {
        /// All as far.
        None = "none",
        /// As far as their ids: `|i - j|`.
        Linear = "linear",
        /// As their square: `(i - j)²`.
        Quadratic = "quadratic",
    }
}

crate::row! {
    /// Cohen's kappa: how much less answers differ from the truth than by chance, from 1 (never) over 0 (as by chance) down.
    ///
    /// `1 - Σ w o / Σ w e`, with o how often class i is answered class j, e how often that would be so if answers and truths had
    /// nothing to do with each other, and w how far i and j are apart (Cohen 1960; 1968 with weights, which mean something where
    /// classes have an order). As `sklearn.metrics.cohen_kappa_score`. Where all truths and all answers are one and the same
    /// class, there is no value.
    pub struct CohenKappa = "cohen_kappa" as Metric(dyn Metric) {
        /// How far classes are apart: `none` where all are as far, or by their ids, `linear` or `quadratic`.
        weights: KappaWeights = KappaWeights::None,
    }
    example "cohen_kappa(weights: quadratic)" on [[3]]
}

impl CohenKappa {
    fn distance(&self, i: usize, j: usize) -> f64 {
        let apart = i.abs_diff(j) as f64;
        match self.weights {
            KappaWeights::None => f64::from(u8::from(i != j)),
            KappaWeights::Linear => apart,
            KappaWeights::Quadratic => apart * apart,
        }
    }
}

impl Metric for CohenKappa {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        one_class("cohen_kappa", prediction, target)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        let table = Table::of(predictions)?;
        let (truths, answers, all) = (table.truths(), table.answers(), table.all());
        let observed: f64 = table.cells().map(|(i, j, count)| self.distance(i, j) * count).sum();
        let expected: f64 = table.cells().map(|(i, j, _)| self.distance(i, j) * truths[i] * answers[j] / all).sum();
        if expected > 0.0 { Ok(1.0 - observed / expected) } else { Err(Absent::because("no two different classes")) }
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
