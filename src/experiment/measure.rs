//! From a trained run to named numbers: loss and metrics of every split, and the generalization gap.

use crate::builtin::MetricUnit;
use crate::data::{Dataset, TRAIN};
use crate::graph::Graph;
use crate::record::{MeasureInfo, Unit};
use crate::train::{Trained, evaluate};
use std::collections::BTreeMap;

/// Test minus training value of the first metric, turned so that more is worse ("gap of the training and testing errors",
/// section 3); the same as `test_gap`. Every split but `train` has its gap.
const GAP: &str = "generalization_gap";

/// `train_loss`, `train_error`, `test_loss`, … of the deployed network.
pub fn measures(trained: &mut Trained<'_>, data: &Dataset, graph: &Graph) -> BTreeMap<String, f64> {
    let mut measures = BTreeMap::new();
    let routes = trained.deployed.clone();
    for (split, ids) in &data.splits {
        let evaluation = evaluate(&mut trained.trainer, &routes, ids);
        measures.insert(format!("{split}_loss"), evaluation.loss);
        for (measure, value) in graph.metrics.iter().zip(&evaluation.metrics) {
            measures.insert(format!("{split}_{}", measure.word), *value);
        }
    }
    if let Some(first) = graph.metrics.first() {
        let of = |split: &str| measures.get(&format!("{split}_{}", first.word)).copied();
        let sign = if first.metric.lower_is_better() { 1.0 } else { -1.0 };
        let gaps: Vec<(String, f64)> = data
            .splits
            .keys()
            .filter(|split| *split != TRAIN)
            .filter_map(|split| Some((format!("{split}_gap"), sign * (of(split)? - of(TRAIN)?))))
            .collect();
        measures.extend(gaps);
        if let Some(gap) = measures.get("test_gap").copied() {
            measures.insert(GAP.into(), gap);
        }
    }
    measures
}

/// How measures of these names are shown.
pub fn infos(names: &[String], graph: &Graph) -> Vec<MeasureInfo> {
    let info = |name: &String| {
        let metric = if is_gap(name) {
            graph.metrics.first()
        } else {
            graph.metrics.iter().find(|m| name.ends_with(&format!("_{}", m.word)))
        };
        let unit = match metric.map(|m| m.metric.unit()) {
            Some(MetricUnit::Percent) => Unit::Percent,
            Some(MetricUnit::Plain) | None => Unit::Plain,
        };
        let lower_is_better = is_gap(name) || metric.is_none_or(|m| m.metric.lower_is_better());
        MeasureInfo { name: name.clone(), unit, lower_is_better }
    };
    names.iter().map(info).collect()
}

fn is_gap(name: &str) -> bool {
    name.ends_with("_gap")
}
