//! The loss of a run: the terms of its graph, with what only the run's training samples tell. Owns what is counted in them, and the
//! mean loss of a set.

use super::RunError;
use crate::builtin::{ClassCounts, TargetKind};
use crate::data::Dataset;
use crate::graph::{self, Graph, Target, Term};
use crate::split::SplitName;
use crate::tensor::{Context, Tensor};
use std::sync::Arc;

/// The terms of the graph; what classes count where they are to be balanced is what the whole training split says.
pub fn terms(graph: &Graph, data: &Dataset) -> Result<Vec<Term>, RunError> {
    let counted = |term: &Term| {
        let Some(target) = term.target.map(|target| &graph.targets[target]) else { return Ok(term.clone()) };
        match counts(target, data).and_then(|counts| term.loss.counted(&counts)) {
            None => Ok(term.clone()),
            Some(Ok(loss)) => Ok(Term { loss, ..term.clone() }),
            Some(Err(why)) => {
                Err(RunError::Unbalanced { loss: term.loss.written(&[]), target: target.name.clone(), why })
            }
        }
    };
    graph.terms.iter().map(counted).collect()
}

/// How often each class of a target occurs in the training split; nothing of numbers and events.
fn counts(target: &Target, data: &Dataset) -> Option<ClassCounts> {
    let train = data.split(&SplitName::TRAIN)?;
    let classes = data.target(&target.name)?.classes(train)?;
    match target.kind {
        TargetKind::Class { .. } => Some(ClassCounts { all: classes.iter().sum(), classes, at_once: false }),
        TargetKind::Multi { .. } => Some(ClassCounts { all: train.len(), classes, at_once: true }),
        TargetKind::Real { .. } | TargetKind::Events { .. } => None,
    }
}

/// What each of some batches has of the loss of all of them together: terms whose coefficients are the batch's share of what is counted
/// in all, by samples, or by the loss where some samples count more. Terms that count nothing of a batch are left out.
pub fn shares(graph: &Graph, terms: &[Term], targets: &[Vec<Tensor>], sizes: &[usize]) -> Vec<Arc<[Term]>> {
    let mut shared: Vec<Vec<Term>> = vec![vec![]; sizes.len()];
    for term in terms {
        let samples: Vec<f64> = sizes.iter().map(|samples| *samples as f64).collect();
        let counts = match term.target {
            Some(t) if term.loss.counts_differently(&graph.targets[t].kind) => {
                targets.iter().map(|targets| term.loss.counts(&graph.targets[t].kind, &targets[t])).collect()
            }
            Some(_) | None => samples.clone(),
        };
        // Where nothing counts, the loss of all is not changed by how it is shared.
        let counts = if counts.iter().any(|count| *count > 0.0) { counts } else { samples };
        let all: f64 = counts.iter().sum();
        for (terms, count) in shared.iter_mut().zip(counts).filter(|(_, count)| *count > 0.0) {
            terms.push(Term { coefficient: term.coefficient * count / all, ..term.clone() });
        }
    }
    shared.into_iter().map(Into::into).collect()
}

/// The mean loss of a network over a set, batch after batch.
#[derive(Clone, Debug)]
pub struct MeanLoss<'t> {
    graph: &'t Graph,
    /// The whole loss, or each term by itself where one of them counts some samples differently.
    parts: Vec<&'t [Term]>,
    /// Of each part, the sum and what was counted.
    sums: Vec<[f64; 2]>,
}

impl<'t> MeanLoss<'t> {
    /// Of nothing so far.
    pub fn new(graph: &'t Graph, terms: &'t [Term]) -> Self {
        let differs =
            |term: &Term| term.target.is_some_and(|target| term.loss.counts_differently(&graph.targets[target].kind));
        let parts: Vec<&[Term]> = if terms.iter().any(differs) { terms.chunks(1).collect() } else { vec![terms] };
        Self { graph, sums: vec![[0.0; 2]; parts.len()], parts }
    }

    /// A batch of so many samples.
    pub fn add(&mut self, context: &mut Context, outputs: &[Tensor], targets: &[Tensor], samples: usize) {
        for (part, [sum, counted]) in self.parts.iter().zip(&mut self.sums) {
            let counts = match part {
                [Term { loss, target: Some(target), .. }] => {
                    loss.counts(&self.graph.targets[*target].kind, &targets[*target])
                }
                _ => samples as f64,
            };
            let loss = graph::objective(part, context, outputs, targets);
            *sum += f64::from(loss.item()) * counts;
            *counted += counts;
        }
    }

    /// Over all that was added; 0 where nothing counts.
    pub fn mean(&self) -> f64 {
        self.sums.iter().map(|[sum, counted]| if *counted > 0.0 { sum / counted } else { 0.0 }).sum()
    }
}
