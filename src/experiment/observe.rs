//! What to look at while an experiment trains: every measure that a table or a figure names is a function of stored
//! predictions, and this says which. Owns the way from names to what is watched.

use crate::graph::{self, Graph};
use crate::hir::{self, Experiment, MeasureName, Pipeline, Stage, What};
use crate::measure;
use crate::split::SplitName;
use crate::train::{EvaluationPlan, Networks, Watch};
use std::collections::BTreeSet;

/// What is watched of a run of this pipeline: at the end, every split, and every replica on all but the training split; more
/// inputs, and more moments, where a measure asks. Of a trial of a search, what it is judged by and nothing else.
pub fn watch(experiment: &Experiment, pipeline: &Pipeline) -> Watch {
    let mut watch = Watch { noise: experiment.noise, ..Watch::default() };
    if let Stage::Search(measure) = &experiment.stage {
        ask(&mut watch.end, measure);
        return watch;
    }
    for split in &pipeline.data.splits {
        let networks = if split.name == SplitName::TRAIN { Networks::Deployed } else { Networks::Each };
        watch.end.add((split.name.to_string(), None), networks);
    }
    let read = |name: &str| MeasureName::of(name, pipeline);
    for name in experiment.shown().into_iter().filter_map(read) {
        ask(&mut watch.end, &name);
    }
    for figure in &experiment.figures {
        for name in figure.measures.iter().filter_map(|name| read(name)) {
            ask(watch.epochs.entry(figure.every).or_default(), &name);
        }
    }
    watch
}

/// What a measure is computed of.
fn ask(plan: &mut EvaluationPlan, name: &MeasureName) {
    let networks = match name.what {
        What::SensitivityHarnessed => Networks::Each,
        What::Metric(_)
        | What::Worst { .. }
        | What::Loss
        | What::Gap
        | What::Sensitivity
        | What::Missing
        | What::Hitting => Networks::Deployed,
    };
    plan.add((name.split.to_string(), name.change.clone()), networks);
    if name.what == What::Gap {
        plan.add((SplitName::TRAIN.to_string(), None), Networks::Deployed);
    }
}

/// Everything that decides which measures a run of this pipeline has in this experiment, and what they come to, beside what the
/// runs kept: as a hash.
pub fn measured(experiment: &Experiment, pipeline: &Pipeline, graph: &Graph) -> String {
    let watch = ron::to_string(&watch(experiment, pipeline)).unwrap_or_default();
    let references: Vec<&str> = experiment.references.iter().map(|reference| reference.name.as_str()).collect();
    let outputs: Vec<&str> = graph.outputs.iter().map(|output| output.name.as_str()).collect();
    let metric = |m: &graph::Measure| {
        let of = match m.operand {
            hir::Operand::Output(i) => outputs[i],
            hir::Operand::Detections(i) => &graph.detections[i].name,
        };
        format!("{} = {} of {of}, {}\n", m.name, m.metric.written(&[]), graph.targets[m.target].name)
    };
    let detect = |d: &graph::Detect| {
        let of = std::iter::once(d.activations).chain(d.scores).map(|i| outputs[i]);
        let steps = d.steps.iter().map(|step| step.written(&[]));
        format!("{} = {} |> {}\n", d.name, of.collect::<Vec<_>>().join(", "), steps.collect::<Vec<_>>().join(" |> "))
    };
    let measures = graph.metrics.iter().map(metric).chain(graph.detections.iter().map(detect)).collect::<String>();
    // What tables show of groups.
    let axes: Vec<&String> = experiment.axes.iter().map(|axis| &axis.name).collect();
    let placed = experiment.tables.iter().flat_map(|t| [&t.rows, &t.columns, &t.cells]).flatten();
    let groups: BTreeSet<&String> = placed.filter(|name| !axes.contains(name)).collect();
    let groups: String = groups.into_iter().map(|name| format!("\nof each {name}")).collect();
    let read = |name: &str| MeasureName::of(name, pipeline);
    let is_worst = |name: &MeasureName| matches!(name.what, What::Worst { .. });
    let worst = experiment.shown().into_iter().filter_map(read).filter(is_worst);
    let worst: String = worst.map(|name| format!("\n{name}")).collect();
    let text = format!("{}\n{measures}{}\n{watch}{groups}{worst}", measure::FORMULAS, references.join("\n"));
    blake3::hash(text.as_bytes()).to_hex()[..16].to_string()
}
