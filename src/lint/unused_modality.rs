//! A modality that no input reads.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Experiment, Modality, Pipeline};

pub const LINT: Lint = Lint { name: "unused-modality", looks: &[Look::Experiment(of_experiment), Look::Alone(alone)] };

fn alone(pipeline: &Pipeline) -> Vec<Diagnostic> {
    unused(pipeline).map(|modality| finding(pipeline, modality)).collect()
}

fn of_experiment(experiment: &Experiment) -> Vec<Diagnostic> {
    let read = |m: &Modality| {
        experiment.arms.iter().any(|a| a.pipeline.data.modalities.iter().any(|n| n.span == m.span && n.used))
    };
    let arms = experiment.arms.iter().map(|arm| &arm.pipeline);
    arms.flat_map(|p| unused(p).filter(|m| !read(m)).map(|m| finding(p, m))).collect()
}

fn unused(pipeline: &Pipeline) -> impl Iterator<Item = &Modality> {
    pipeline.data.modalities.iter().filter(|m| m.offered && !m.used)
}

fn finding(pipeline: &Pipeline, modality: &Modality) -> Diagnostic {
    let kept: Vec<&str> = pipeline.data.modalities.iter().filter(|m| m.used).map(|m| m.name.as_str()).collect();
    let (network, name) = (&pipeline.network, &modality.name);
    Diagnostic::warning(LINT.name, format!("`{}` never reads modality `{name}`", network.name))
        .label(modality.span, "declared here")
        .label(network.used_at, "the network that could read it")
        .help(format!(
            "say so in the pipeline with `modalities [{}]`, or read it: `in {name}: {}`",
            kept.join(", "),
            modality.shape
        ))
}
