//! Mixtures of two samples in training (Zhang et al. 2018): which samples of an update are mixed, how much of each, and what becomes
//! of their values and losses. Owns the draw; the trainer reads both samples.

use super::changed_inputs::is_mask;
use crate::builtin::{Asked, Presence};
use crate::data::{DataError, Dataset};
use crate::graph::{Graph, Term};
use crate::id::SampleId;
use crate::seed::Seed;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What of a graph's inputs decides how samples are mixed.
#[derive(Clone, Debug)]
pub struct Mixup {
    /// By input, whether it says what is there.
    masks: Vec<bool>,
    /// Modalities that samples may lack.
    lacking: Vec<String>,
}

/// The mixtures of an update, or of a batch of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// How much of a mixture is the sample; the rest is its partner.
    pub share: f64,
    /// Of each sample.
    pub partners: Vec<SampleId>,
}

impl Mixup {
    /// # Errors
    /// Where samples that are read from a file cannot be.
    pub fn of(graph: &Graph, data: &Dataset) -> Result<Self, DataError> {
        let mut masks = vec![false; graph.inputs.len()];
        for input in graph.masks() {
            masks[input] = is_mask(graph, data, input)?;
        }
        let names = graph.inputs.iter().map(|input| input.name.clone()).filter(|name| Asked::read(name).is_none());
        let lacking = names.filter(|name| data.answer(name, Presence::Sample).is_some()).collect();
        Ok(Self { masks, lacking })
    }

    /// Draws from the stream `mixup/PHASE/STEP` the share of an update, Beta(α, α), and a permutation of its samples that takes each
    /// to one that lacks the same modalities.
    ///
    /// # Errors
    /// Where samples that are read from a file cannot be.
    pub fn draw(
        &self,
        data: &Dataset,
        ids: &[SampleId],
        alpha: f64,
        (seed, phase, step): (Seed, &str, u64),
    ) -> Result<Mixture, DataError> {
        let mut lacks = vec![vec![]; ids.len()];
        let mut there = vec![];
        for array in self.lacking.iter().filter_map(|modality| data.answer(modality, Presence::Sample)) {
            array.gather(ids, &mut there)?;
            lacks.iter_mut().zip(&there).for_each(|(lacks, there)| lacks.push(*there == 0.0));
        }
        let mut alike: BTreeMap<Vec<bool>, Vec<usize>> = BTreeMap::new();
        lacks.into_iter().enumerate().for_each(|(place, lacks)| alike.entry(lacks).or_default().push(place));
        let mut stream = seed.stream(&format!("mixup/{phase}/{step}"));
        let share = stream.beta(alpha);
        let mut partners = ids.to_vec();
        for places in alike.into_values() {
            let mut others = places.clone();
            stream.shuffle(&mut others);
            places.into_iter().zip(others).for_each(|(place, other)| partners[place] = ids[other]);
        }
        Ok(Mixture { share, partners })
    }

    /// Mixes the values of an input, sample after sample, into those of the samples: a mask is 1 where either sample's is.
    pub fn mix(&self, input: usize, share: f64, values: &mut [f32], partners: &[f32]) {
        let (own, other) = (share as f32, (1.0 - share) as f32);
        for (value, partner) in values.iter_mut().zip(partners) {
            *value = if self.masks[input] { value.max(*partner) } else { own * *value + other * partner };
        }
    }
}

impl Mixture {
    /// The terms against the samples' targets, and those against their partners'; what has no target is not mixed.
    pub fn terms(&self, own: &[Term], of_partners: &[Term]) -> [Arc<[Term]>; 2] {
        let shared = |term: &Term, share: f64| match term.target {
            Some(_) => Term { coefficient: term.coefficient * share, ..term.clone() },
            None => term.clone(),
        };
        let partners = of_partners.iter().filter(|term| term.target.is_some());
        let own = own.iter().map(|term| shared(term, self.share)).collect();
        [own, partners.map(|term| shared(term, 1.0 - self.share)).collect()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Array;

    const SAMPLES: usize = 30;

    /// Every third sample lacks the only modality that may be missing.
    fn lacking() -> (Mixup, Dataset) {
        let there = (0..SAMPLES).map(|i| f32::from(u8::from(i % 3 != 0))).collect();
        let data = Dataset::new("d", vec![Array::kept("available(b)", &[1], there)], vec![], BTreeMap::new(), SAMPLES);
        (Mixup { masks: vec![false, true], lacking: vec!["b".into()] }, data)
    }

    fn drawn(ids: &[SampleId], step: u64) -> Mixture {
        let (mixup, data) = lacking();
        mixup.draw(&data, ids, 0.4, (Seed(1), "all", step)).unwrap()
    }

    #[test]
    fn partners_are_a_permutation_among_samples_that_lack_the_same() {
        let ids: Vec<SampleId> = SampleId::of(0..SAMPLES).collect();
        let Mixture { share, mut partners } = drawn(&ids, 0);
        assert!((0.0..=1.0).contains(&share));
        let lacks = |id: &SampleId| id.row().is_multiple_of(3);
        assert!(ids.iter().zip(&partners).all(|(own, other)| lacks(own) == lacks(other)));
        assert_ne!(partners, ids);
        assert_eq!(drawn(&ids, 0).partners, partners);
        assert_ne!(drawn(&ids, 1).partners, partners);
        partners.sort_unstable();
        assert_eq!(partners, ids);
    }

    #[test]
    fn a_sample_without_its_like_stays_as_it_is() {
        for ids in [&[][..], &[7], &[0, 1], &[3, 5]] {
            let ids: Vec<SampleId> = ids.iter().map(|id| SampleId(*id)).collect();
            assert_eq!(drawn(&ids, 0).partners, ids);
        }
        // One that is drawn twice, as in balanced batches, is its own like.
        assert_eq!(drawn(&[SampleId(4), SampleId(4)], 0).partners, [SampleId(4), SampleId(4)]);
    }

    #[test]
    fn values_are_mixed_and_masks_are_joined() {
        let (mixup, _) = lacking();
        let mut values = [4.0, 0.0, 1.0];
        mixup.mix(0, 0.25, &mut values, &[0.0, 8.0, 1.0]);
        assert_eq!(values, [1.0, 6.0, 1.0]);
        let mut mask = [1.0, 0.0, 0.0];
        mixup.mix(1, 0.25, &mut mask, &[0.0, 1.0, 0.0]);
        assert_eq!(mask, [1.0, 1.0, 0.0]);
    }
}
