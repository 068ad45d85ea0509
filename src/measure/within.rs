//! Measures of one run alone: loss and metrics of every split, gaps, changed inputs, and how far its replicas differ.

use super::answers::Chances;
use super::divergence::sensitivity;
use super::events::found;
use super::fits::fitting;
use crate::builtin::events::Detection;
use crate::builtin::{Metric, Predictions};
use crate::graph::{Graph, Measure, Operand};
use crate::measured::{Measured, finite};
use crate::record::{Artifacts, EpochRecord, Evaluated, Evaluee, Perturbation};
use crate::split::SplitName;
use std::collections::{BTreeMap, BTreeSet};

/// The paper's word for the gap of the split `test` ("gap of the training and testing errors", section 3).
const GENERALIZATION_GAP: &str = "generalization_gap";

/// Numbers by name, after training and after every epoch that was looked at. What does not fit the graph has none.
pub fn within(artifacts: &Artifacts, graph: &Graph) -> (BTreeMap<String, Measured>, Vec<EpochRecord>) {
    let epochs: BTreeSet<u32> = artifacts.evaluated.iter().filter_map(|e| e.epoch).collect();
    let seen = fitting(artifacts, graph);
    let at = |epoch| at(artifacts, graph, &seen, epoch);
    let record = |epoch| EpochRecord { epoch, measures: at(Some(epoch)) };
    (at(None), epochs.into_iter().map(record).collect())
}

fn at(artifacts: &Artifacts, graph: &Graph, seen: &[&Evaluated], epoch: Option<u32>) -> BTreeMap<String, Measured> {
    let mut measures = BTreeMap::new();
    let now = || seen.iter().filter(|e| e.epoch == epoch);
    for evaluated in now().filter(|e| e.network == Evaluee::Deployed) {
        let (split, change) = (&evaluated.split, evaluated.change.as_ref().map_or(String::new(), Perturbation::suffix));
        measures.insert(format!("{split}_loss{change}"), of_split(split, finite(evaluated.loss)));
        let found: Vec<Option<Vec<Vec<Detection>>>> =
            graph.detections.iter().map(|detect| found(artifacts, graph, detect, evaluated)).collect();
        for measure in &graph.metrics {
            if let Some(value) = metric(artifacts, graph, measure, evaluated, &found) {
                measures.insert(format!("{split}_{}{change}", measure.name), of_split(split, value));
            }
        }
    }
    let splits: BTreeSet<&str> = now().map(|e| e.split.as_str()).collect();
    let harnessed =
        splits.iter().filter_map(|split| Some((format!("{split}_gs_harnessed"), harnessed(artifacts, epoch, split)?)));
    measures.extend(harnessed);
    let gaps = gaps(graph, &splits, &measures);
    measures.extend(gaps);
    measures
}

/// A metric of stored predictions. `found`: what each `detect` of the pipeline finds.
fn metric(
    artifacts: &Artifacts,
    graph: &Graph,
    measure: &Measure,
    evaluated: &Evaluated,
    found: &[Option<Vec<Vec<Detection>>>],
) -> Option<Measured> {
    let target = &graph.targets[measure.target];
    let kind = artifacts.names.get(&target.name).map_or(target.kind.clone(), |names| target.kind.named(names));
    let truth = artifacts.truths.iter().find(|t| t.target == target.name && t.split == evaluated.split)?;
    let of = |values: &[f32], width: usize, samples: usize, found: &[Vec<Detection>]| {
        let (targets, target) = (truth.values.values.as_slice(), &kind);
        measure.metric.measure(&Predictions { values, width, targets, target, samples, found })
    };
    match measure.operand {
        Operand::Output(output) => {
            let values = evaluated.outputs.get(&graph.outputs[output].name)?;
            Some(of(&values.values, values.axes[1], values.axes[0], &[]))
        }
        Operand::Detections(detect) => {
            let found = found[detect].as_ref()?;
            Some(of(&[], 0, found.len(), found))
        }
    }
}

/// The first metric of a split against that of the training split, turned so that more is worse. Section 3.
fn gaps(graph: &Graph, splits: &BTreeSet<&str>, measures: &BTreeMap<String, Measured>) -> Vec<(String, Measured)> {
    let Some(first) = graph.metrics.first() else { return vec![] };
    let of = |split: &str| measures.get(&format!("{split}_{}", first.name)).cloned();
    let names = |split: &str| {
        let paper = (SplitName::TEST == *split).then(|| GENERALIZATION_GAP.to_string());
        std::iter::once(format!("{split}_gap")).chain(paper).collect::<Vec<_>>()
    };
    let others = splits.iter().filter(|split| SplitName::TRAIN != ***split);
    others
        .filter_map(|split| Some((names(split), gap(first.metric.as_ref(), of(split)?, of(&SplitName::TRAIN)?))))
        .flat_map(|(names, value)| names.into_iter().map(move |name| (name, value.clone())))
        .collect()
}

/// How much worse a metric is on a split than on the training split; absent where either is.
pub fn gap(metric: &dyn Metric, split: Measured, train: Measured) -> Measured {
    let (split, train) = (split?, train?);
    finite(if metric.lower_is_better() { split - train } else { train - split })
}

/// What is missing is missing in this split.
fn of_split(split: &str, value: Measured) -> Measured {
    value.map_err(|absent| absent.of_split(split))
}

/// GS-harnessed (section 5.2): the sensitivity among the replicas of one run, each as a network of its own.
fn harnessed(artifacts: &Artifacts, epoch: Option<u32>, split: &str) -> Option<Measured> {
    let replica = |e: &&Evaluated| {
        e.epoch == epoch && e.change.is_none() && e.split == split && matches!(e.network, Evaluee::Replica(_))
    };
    let each: Option<Vec<Chances<'_>>> =
        artifacts.evaluated.iter().filter(replica).map(|e| Chances::of(artifacts, e)).collect();
    sensitivity(&each?).map(|gs| of_split(split, gs))
}
