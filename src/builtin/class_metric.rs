//! A metric of one class by itself: `f1[2]`.

use super::answers::class_count;
use super::{Metric, OfClass, Predictions, ShapeError, TargetKind, Written};
use crate::measured::{Measured, Unit};
use crate::shape::Shape;
use std::sync::Arc;

/// `recall[1]`: what a metric of classes comes to of one of them.
#[derive(Clone, Debug)]
pub struct ClassMetric {
    metric: Arc<dyn Metric>,
    class: usize,
    of_class: OfClass,
}

impl ClassMetric {
    /// Nothing where the metric is not of classes.
    pub fn new(metric: Arc<dyn Metric>, class: usize) -> Option<Self> {
        let of_class = metric.of_class()?;
        Some(Self { metric, class, of_class })
    }
}

impl Written for ClassMetric {
    fn word(&self) -> &'static str {
        self.metric.word()
    }

    fn all_arguments(&self) -> Vec<(&'static str, String, Option<String>)> {
        self.metric.all_arguments()
    }

    fn written(&self, front: &[&str]) -> String {
        format!("{}[{}]", self.metric.written(front), self.class)
    }
}

impl Metric for ClassMetric {
    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        self.metric.check(prediction, target)?;
        let classes = class_count(target);
        if self.class < classes {
            return Ok(());
        }
        Err(ShapeError::new(format!("`{target}` has no class {}", self.class))
            .help(format!("classes are counted from 0 to {}", classes - 1)))
    }

    fn called(&self) -> String {
        format!("{}[{}]", self.metric.word(), self.class)
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        (self.of_class)(predictions, self.class)
    }

    fn unit(&self) -> Unit {
        self.metric.unit()
    }

    fn minds_classes(&self) -> bool {
        true
    }

    fn lower_is_better(&self) -> bool {
        self.metric.lower_is_better()
    }
}
