//! The batches of an update: which samples each has, and which share of the update's loss. Owns no gradient.

use super::Trainer;
use crate::data::Batches;
use crate::graph::Term;
use crate::id::SampleId;
use crate::plan::Phase;
use crate::tensor::Tensor;
use crate::train::mixup::{Mixture, Mixup};
use crate::train::terms::shares;
use std::sync::Arc;

/// A batch of an update.
pub(super) struct Part {
    pub ids: Vec<SampleId>,
    /// Of its samples, and of their partners where it is of mixtures.
    pub against: Vec<Against>,
    pub mixture: Option<Mixture>,
}

/// Terms of the loss, and the targets they are held against.
type Against = (Arc<[Term]>, Vec<Tensor>);

impl Trainer<'_> {
    /// The batches of an update. Those that nothing of the loss counts are left out.
    pub(super) fn parts(&self, phase: &Phase, ids: &[SampleId]) -> Vec<Part> {
        let parts = self.shared(phase, ids).into_iter().filter(|(_, (terms, _))| !terms.is_empty());
        parts.map(|(ids, against)| Part { ids, against: vec![against], mixture: None }).collect()
    }

    /// The same of mixtures: samples, and their partners in the same order.
    pub(super) fn mixed(&self, phase: &Phase, ids: &[SampleId], mixture: &Mixture) -> Vec<Part> {
        let pairs = self.shared(phase, ids).into_iter().zip(self.shared(phase, &mixture.partners));
        let mixed = pairs.map(|((ids, (terms, targets)), (partners, (of_partners, theirs)))| {
            let [terms, of_partners] = mixture.terms(&terms, &of_partners);
            let against = [(terms, targets), (of_partners, theirs)].into_iter().filter(|(terms, _)| !terms.is_empty());
            Part { ids, against: against.collect(), mixture: Some(Mixture { partners, ..*mixture }) }
        });
        mixed.filter(|part| !part.against.is_empty()).collect()
    }

    /// Samples of every batch of an update, what it has of the loss of all, and its targets.
    fn shared(&self, phase: &Phase, ids: &[SampleId]) -> Vec<(Vec<SampleId>, Against)> {
        if phase.accumulate == 1 {
            return vec![(ids.to_vec(), (self.terms.clone(), self.targets(ids)))];
        }
        let batches = Batches::in_order(ids, phase.parts());
        let parts: Vec<Vec<SampleId>> = batches.iter().map(<[SampleId]>::to_vec).collect();
        let targets: Vec<_> = parts.iter().map(|part| self.targets(part)).collect();
        let terms = shares(self.graph, &self.terms, &targets, &parts.iter().map(Vec::len).collect::<Vec<_>>());
        parts.into_iter().zip(terms.into_iter().zip(targets)).collect()
    }

    /// Draws what the samples of an update are mixed with, where the phase mixes them.
    pub(super) fn drawn_mixture(&mut self, phase: &Phase, ids: &[SampleId], step: u64) -> Option<Mixture> {
        if phase.mixup == 0.0 {
            return None;
        }
        let known = self.mixup.take().map_or_else(|| Mixup::of(self.graph, self.data), Ok);
        let drawn = known.and_then(|mixup| {
            let drawn = mixup.draw(self.data, ids, phase.mixup, (self.seed, &phase.name, step));
            self.mixup = Some(mixup);
            drawn
        });
        drawn.map_err(|error| self.blame(error)).ok()
    }
}
