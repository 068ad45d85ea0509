//! `mean_ap`: how well found events meet the true ones.

use crate::builtin::events::{Event, Stored, by_class, mean_over_classes};
use crate::builtin::{Metric, MetricInput, Predictions, ShapeError, TargetKind};
use crate::measured::{Absent, Measured, mean};
use crate::shape::Shape;

crate::row! {
    /// Mean average precision of found events (mAP), of what a `detect` statement finds against a target of `events`.
    ///
    /// As the ActivityNet detection evaluation (`eval_detection.py`): events are taken in the order of their scores, each takes the
    /// true event that it overlaps most and that is free; the area is that under the interpolated precision; the mean is over the
    /// classes that have true events, then over the overlaps; without any true event there is no value. Name a metric to show one overlap beside the mean:
    /// `metrics map = mean_ap(actions), map_05 = mean_ap(actions, iou: [0.5])`.
    pub struct MeanAp = "mean_ap" as Metric(dyn Metric) {
        /// Temporal intersections over union that count as found.
        iou: Vec<f64> = vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
    }
    example "mean_ap(iou: [0.5])" on [[8, 4], [4]]
}

impl Metric for MeanAp {
    fn input(&self) -> MetricInput {
        MetricInput::Detections
    }

    fn check(&self, prediction: &Shape, target: &TargetKind) -> Result<(), ShapeError> {
        if self.iou.is_empty() || self.iou.iter().any(|iou| !(*iou > 0.0 && *iou <= 1.0)) {
            return Err(ShapeError::new("`mean_ap` needs overlaps above 0 and up to 1").help("write `iou: [0.5]`"));
        }
        match target {
            TargetKind::Events { classes, .. } if *prediction == Shape::of(&[*classes]) => Ok(()),
            TargetKind::Events { classes, .. } => {
                Err(ShapeError::new(format!("`mean_ap` against `{target}` needs detections of {classes} classes"))
                    .help("`detections(…, background: true)` leaves out the last class, `background: false` keeps it"))
            }
            TargetKind::Class { .. } | TargetKind::Multi { .. } | TargetKind::Real { .. } => {
                Err(super::wrong_kind("mean_ap", target, "events")
                    .help("declare a target `events(20) = annotations(\"gt.json\")`"))
            }
        }
    }

    fn value(&self, predictions: &Predictions<'_>) -> Measured {
        let width = predictions.target.shape().iter().product::<usize>();
        let truths: Vec<Vec<Event>> =
            predictions.targets.chunks_exact(width.max(1)).map(|row| Stored::read(row).events).collect();
        let classes = super::class_count(predictions.target);
        let each = by_class(&truths, predictions.found, classes, &self.iou);
        let means = mean_over_classes(&each, self.iou.len()).ok_or(Absent::because("no true event"))?;
        mean(means.into_iter().map(Ok), "no overlap")
    }

    fn lower_is_better(&self) -> bool {
        false
    }
}
