//! Holds a run to its word: what a phase does not list is the same after it, bit for bit. Owns the comparison; the trainer
//! asks for it before and after every phase.

use super::{RunError, State, Trainer};
use crate::plan::Phase;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A hash of all bits of every replica that a phase leaves alone: weights, running statistics, optimizer state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint(BTreeMap<(usize, usize), u64>);

impl Fingerprint {
    /// Of the replicas that `phase` does not train.
    pub fn frozen(trainer: &Trainer<'_>, phase: &Phase) -> Self {
        let mut hashes: BTreeMap<(usize, usize), DefaultHasher> = BTreeMap::new();
        let frozen = |m: usize, r: usize| !phase.train.contains(&(m, r));
        for ((m, r, _), weight) in trainer.weights.iter().filter(|((m, r, _), _)| frozen(*m, *r)) {
            bits(&weight.values(), hashes.entry((m, r)).or_default());
        }
        for (&(optimizer, m, r), states) in trainer.states().iter().filter(|((_, m, r), _)| frozen(*m, *r)) {
            let hash = hashes.entry((m, r)).or_default();
            optimizer.hash(hash);
            for State { slots, steps } in states {
                steps.hash(hash);
                slots.iter().for_each(|slot| bits(&slot.values(), hash));
            }
        }
        Self(hashes.into_iter().map(|(place, hash)| (place, hash.finish())).collect())
    }

    /// An error that names the first replica that is not what it was.
    pub fn holds(&self, trainer: &Trainer<'_>, phase: &Phase) -> Result<(), RunError> {
        let after = Self::frozen(trainer, phase);
        match self.0.iter().find(|(place, hash)| after.0.get(place) != Some(hash)) {
            None => Ok(()),
            Some(((m, r), _)) => {
                let module = &trainer.graph.modules[*m];
                let module = format!("{}[{r}].{}", module.role.name(), module.name);
                Err(RunError::Thawed { phase: phase.name.clone(), module })
            }
        }
    }
}

fn bits(values: &[f32], hash: &mut DefaultHasher) {
    values.iter().for_each(|value| value.to_bits().hash(hash));
}
