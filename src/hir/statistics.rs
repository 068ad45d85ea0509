//! Layers that take statistics of the batch, and what they make of its size. Owns no opinion.

use super::{ModuleId, NodeOp, Phase, Pipeline};
use crate::batch::{Cut, Draw};
use crate::shape::Shape;
use crate::span::Span;

/// A layer that takes statistics of the batch in a phase.
#[derive(Clone, Debug, PartialEq)]
pub struct Measuring<'a> {
    pub word: &'static str,
    pub module: &'a str,
    /// Values of each feature that one sample gives; `None` where a size is not known.
    pub values: Option<i64>,
    /// The user's text it comes from.
    pub span: Span,
}

impl Pipeline {
    /// The layer of a module that learns in the phase to which a sample gives fewest values.
    pub fn measuring(&self, phase: &Phase) -> Option<Measuring<'_>> {
        let network = &self.network;
        let learns = |id: &ModuleId| phase.trains(network.module(*id).role, &network.module(*id).name);
        let layers = network.nodes.iter().filter_map(|node| {
            let (NodeOp::Layer { word, layer }, Some(id)) = (&node.op, node.module.filter(learns)) else { return None };
            let inputs: Vec<Shape> = node.inputs.iter().map(|i| network.shape(*i).clone()).collect();
            let values = layer.measured(&inputs)?.value();
            let module = network.module(id);
            module.used.then_some(Measuring { word, module: &module.name, values, span: node.span })
        });
        layers.min_by_key(|layer| layer.values.unwrap_or(i64::MAX))
    }

    /// What a pass of the phase takes: a batch that the phase writes is a whole one, and no part of the pipeline's.
    pub fn drawn<'s>(&'s self, phase: &'s Phase) -> &'s Draw {
        if phase.settings.batch.is_some() { &phase.settings.draw } else { &self.draw }
    }

    /// Batches of the phase whose gradients make one update.
    pub fn accumulated(&self, phase: &Phase) -> usize {
        phase.settings.accumulate.or(self.settings.accumulate).unwrap_or(1)
    }

    /// The chance that a sample loses a modality in the phase; 0 for never.
    pub fn modality_dropout(&self, phase: &Phase) -> f64 {
        phase.settings.modality_dropout.or(self.settings.modality_dropout).unwrap_or_default()
    }

    /// The parameter by which the phase mixes samples; 0 where it does not.
    pub fn mixup(&self, phase: &Phase) -> f64 {
        phase.settings.mixup.or(self.settings.mixup).unwrap_or_default()
    }

    /// Whether random layers draw in modules that the phase freezes.
    pub fn frozen_dropout(&self, phase: &Phase) -> bool {
        phase.settings.frozen_dropout.or(self.settings.frozen_dropout).unwrap_or(true)
    }

    /// How a pass of the phase is cut into batches.
    pub fn cut(&self, phase: &Phase) -> Cut {
        let size = phase.settings.batch.unwrap_or(self.batch);
        if self.measuring(phase).is_some() { Cut::Even(size) } else { Cut::Full(size) }
    }
}
