//! What can be done with an item, above it: check its data, plan it, run it; and how far its runs are.

use super::Analysis;
use crate::span::Span;
use lsp_types::{CodeLens, Command};
use serde_json::{Value, json};

/// Runs of an experiment that are done, and all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub done: usize,
    pub planned: usize,
    /// Whether they are of the text as it stands.
    pub current: bool,
}

/// Above every experiment and every pipeline that can be run. `path` is the text's, as commands are given it; `progress` knows the
/// stored runs of an experiment by its name.
pub fn lenses(analysis: &Analysis, path: &str, progress: &dyn Fn(&str) -> Option<Progress>) -> Vec<CodeLens> {
    let checked = &analysis.checked;
    let experiments = checked.experiments.iter().map(|experiment| (experiment.span, experiment.name.as_str()));
    let pipelines = checked.pipelines.iter().map(|pipeline| (pipeline.span, pipeline.name.as_str()));
    let mut own: Vec<(Span, &str)> =
        experiments.chain(pipelines).filter(|(span, _)| span.source == analysis.entry()).collect();
    own.sort_unstable();
    own.dedup_by_key(|(span, _)| *span);
    let mut lenses = vec![];
    for (span, name) in own {
        let range = analysis.range(span);
        let mut lens = |title: String, command: &str, arguments: Vec<Value>| {
            let command = Command { title, command: command.into(), arguments: Some(arguments) };
            lenses.push(CodeLens { range, command: Some(command), data: None });
        };
        lens("check --data".into(), "mhm.check", vec![json!(path)]);
        lens("plan".into(), "mhm.plan", vec![json!(path), json!(name)]);
        lens("run".into(), "mhm.run", vec![json!(path), json!(name)]);
        if let Some(Progress { done, planned, current }) = progress(name) {
            let before = if current { "" } else { ", of another text" };
            lens(format!("done {done} of {planned}{before}"), "mhm.status", vec![json!(name)]);
        }
    }
    lenses
}
