//! Holds a run to its word: what a phase does not list is the same after it, bit for bit. Owns the hashes that are compared; the
//! runner asks for them around every visit of a phase.

use super::{RunError, State, Trainer};
use crate::plan::Phase;
use std::collections::BTreeMap;
use std::hash::Hasher;
use twox_hash::XxHash3_64;

/// Hashes of every replica of every module: of its weights and running statistics, and of what optimizers remember of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint(BTreeMap<(usize, usize), (u64, u64)>);

impl Fingerprint {
    pub fn of(trainer: &Trainer<'_>) -> Self {
        let mut weights: BTreeMap<(usize, usize), XxHash3_64> = BTreeMap::new();
        for ((m, r, _), weight) in trainer.weights.iter() {
            add(weights.entry((m, r)).or_default(), &weight.values());
        }
        let mut memory: BTreeMap<(usize, usize), XxHash3_64> = BTreeMap::new();
        for (&(optimizer, m, r), states) in trainer.states() {
            let hasher = memory.entry((m, r)).or_default();
            hasher.write_usize(optimizer);
            for State { slots, steps } in states {
                hasher.write_u64(*steps);
                slots.iter().for_each(|slot| add(hasher, &slot.values()));
            }
        }
        let both = |(place, hasher): ((usize, usize), XxHash3_64)| {
            let remembered = memory.get(&place).map_or(0, XxHash3_64::finish);
            (place, (hasher.finish(), remembered))
        };
        Self(weights.into_iter().map(both).collect())
    }

    /// Of weights and statistics, in the order of modules and their replicas.
    pub fn weights(&self) -> Vec<u64> {
        self.0.values().map(|(weights, _)| *weights).collect()
    }

    /// An error that names the first replica that `phase` does not train and that is not what it was.
    pub fn holds(&self, after: &Self, trainer: &Trainer<'_>, phase: &Phase) -> Result<(), RunError> {
        let moved = |place: &&(usize, usize)| !phase.train.contains(place) && self.0.get(place) != after.0.get(place);
        let places: Vec<&(usize, usize)> = self.0.keys().collect();
        match places.into_iter().find(moved) {
            None => Ok(()),
            Some((m, r)) => Err(RunError::Thawed { phase: phase.name.clone(), module: trainer.graph.place(*m, *r) }),
        }
    }
}

/// The hash of weights as they are stored, in the order of their module.
pub fn hash<'v>(weights: impl Iterator<Item = &'v [f32]>) -> u64 {
    let mut hasher = XxHash3_64::default();
    weights.for_each(|values| add(&mut hasher, values));
    hasher.finish()
}

fn add(hasher: &mut XxHash3_64, values: &[f32]) {
    let mut bytes = [0; 4096];
    for chunk in values.chunks(bytes.len() / 4) {
        for (four, value) in bytes.chunks_exact_mut(4).zip(chunk) {
            four.copy_from_slice(&value.to_le_bytes());
        }
        hasher.write(&bytes[..4 * chunk.len()]);
    }
}
