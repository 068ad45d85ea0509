//! A metric of one class by itself: `f1[2]`, `f1[walk]`.

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
    /// What it is called by: the class's name, or its number.
    label: String,
    of_class: OfClass,
}

impl ClassMetric {
    /// Nothing where the metric is not of classes. `label`: the class as the program calls it.
    pub fn new(metric: Arc<dyn Metric>, class: usize, label: impl Into<String>) -> Option<Self> {
        let of_class = metric.of_class()?;
        Some(Self { metric, class, label: label.into(), of_class })
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
        format!("{}[{}]", self.metric.written(front), index(&self.label))
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
        format!("{}[{}]", self.metric.word(), self.label)
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

/// As it stands between brackets: what is no word is a text.
fn index(label: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if label.chars().all(is_word) { label.into() } else { format!("{label:?}") }
}
