//! A pipeline: everything a run needs to know.

use super::dataset::Dataset;
use super::halving::Halt;
use super::network::Network;
use super::objective::{Detect, LossTerm, MetricUse, Operand};
use super::schedule::{Amount, Schedule, Settings};
use crate::batch::Draw;
use crate::builtin::TargetKind;
use crate::id::ModuleId;
use crate::span::{Ident, Span};
use crate::split::SplitName;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One pipeline with its arguments: everything a run needs to know.
#[derive(Clone, Debug)]
pub struct Pipeline {
    pub name: String,
    /// Where the item is named.
    pub span: Span,
    /// Lints that `allow(…)` before the item silences.
    pub allow: Vec<Ident>,
    pub data: Dataset,
    pub network: Network,
    pub loss: Vec<LossTerm>,
    pub detections: Vec<Detect>,
    pub metrics: Vec<MetricUse>,
    pub schedule: Schedule,
    pub settings: Settings,
    /// Samples a batch.
    pub batch: usize,
    /// What a pass takes of its samples, where a phase does not say another batch.
    pub draw: Draw,
    pub budget: Amount,
    pub budget_span: Span,
    /// Where a run halts on its way, as one that others are held against before they go on.
    pub halt: Option<Halt>,
    /// Modules that begin as other pipelines leave them.
    pub starts: Vec<Start>,
    /// Which epoch is left; none: the last.
    pub keep: Option<Keep>,
}

/// `keep best on validation`, `keep best on validation by f1`.
#[derive(Clone, Debug)]
pub struct Keep {
    pub split: SplitName,
    /// The metric that it is the best by; none: the loss.
    pub by: Option<Ident>,
    pub span: Span,
}

/// `start filter from pretrain`.
#[derive(Clone, Debug)]
pub struct Start {
    /// The module that starts.
    pub module: ModuleId,
    /// The one of the other network that it starts from.
    pub of: ModuleId,
    pub pipeline: Arc<Pipeline>,
    pub span: Span,
}

impl Pipeline {
    /// The same, halting there.
    pub fn halting(&self, halt: Option<Halt>) -> Self {
        Self { halt, ..self.clone() }
    }

    /// The same with names for classes of targets that have none, by the target.
    pub fn named(&self, names: &BTreeMap<String, Vec<String>>) -> Self {
        let mut named = self.clone();
        for target in &mut named.data.targets {
            if let Some(names) = names.get(&target.name) {
                target.kind = target.kind.named(names);
            }
        }
        named
    }

    /// The first output that is held against classes, by the loss, else by a metric, and the target it is held against:
    /// indices. Sensitivity, missing and hitting ratios are of its probabilities.
    pub fn class_output(&self) -> Option<(usize, usize)> {
        let of_loss = self.loss.iter().filter_map(|term| Some((term.output, term.target?)));
        let of_metric = self.metrics.iter().filter_map(|metric| match metric.operand {
            Operand::Output(output) => Some((output, metric.target)),
            Operand::Detections(_) => None,
        });
        let mut held = of_loss.chain(of_metric);
        held.find(|(_, target)| matches!(self.data.targets[*target].kind, TargetKind::Class { .. }))
    }
}
