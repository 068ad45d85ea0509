//! An output that nobody reads.

use super::unread::{Part, unread};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Operand, Pipeline};
use crate::span::Span;
use std::collections::BTreeSet;

pub const LINT: Lint = Lint { name: "unused-output", looks: &[Look::Pipelines(check)] };

fn check<'a>(pipelines: &[&'a Pipeline]) -> Vec<(Diagnostic, &'a Pipeline)> {
    let outputs = |pipeline: &'a Pipeline| {
        pipeline.network.outputs.iter().map(|output| Part { name: &output.name, span: output.span }).collect()
    };
    let mut found = unread(pipelines, read, outputs, |pipeline, output| {
        let message = format!("nothing reads the output `{}` of `{}`", output.name, pipeline.network.name);
        Diagnostic::warning(LINT.name, message)
            .label(output.span, "no loss, metric or `detect` names it")
            .label(pipeline.network.used_at, "the network is used here")
            .help(format!("name it in the loss, as in `cross_entropy({})`, or remove the `out`", output.name))
    });
    found.extend(pipelines.iter().flat_map(|pipeline| undetected(pipeline).map(|finding| (finding, *pipeline))));
    found
}

/// What is looked for, and held against nothing.
fn undetected(pipeline: &Pipeline) -> impl Iterator<Item = Diagnostic> + '_ {
    let read = |i: usize| pipeline.metrics.iter().any(|metric| metric.operand == Operand::Detections(i));
    let idle = pipeline.detections.iter().enumerate().filter(move |(i, _)| !read(*i));
    idle.map(|(_, detect)| {
        Diagnostic::warning(LINT.name, format!("no metric reads what `detect {}` finds", detect.name))
            .label(detect.span, "held against nothing")
            .help(format!("add a metric of it, as in `metrics map = mean_ap({})`, or remove it", detect.name))
    })
}

/// Where the outputs are written that a pipeline reads.
fn read(pipeline: &Pipeline) -> BTreeSet<Span> {
    let losses = pipeline.loss.iter().map(|term| term.output);
    let output = |operand: &Operand| if let Operand::Output(output) = operand { Some(*output) } else { None };
    let metrics = pipeline.metrics.iter().filter_map(move |metric| output(&metric.operand));
    let detected = pipeline.detections.iter().flat_map(|d| [Some(d.activations), d.scores]).flatten();
    losses.chain(metrics).chain(detected).map(|output| pipeline.network.outputs[output].span).collect()
}
