//! Holds a run to its word: what a phase does not list is the same after it, bit for bit. Owns the comparison; the trainer
//! asks for it before and after every phase.

use super::{RunError, State, Trainer};
use crate::plan::Phase;
use std::collections::BTreeMap;

/// All bits of every replica that a phase leaves alone: weights, running statistics, optimizer state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint(BTreeMap<(usize, usize), Vec<u64>>);

impl Fingerprint {
    /// Of the replicas that `phase` does not train.
    pub fn frozen(trainer: &Trainer<'_>, phase: &Phase) -> Self {
        let mut all: BTreeMap<(usize, usize), Vec<u64>> = BTreeMap::new();
        let frozen = |m: usize, r: usize| !phase.train.contains(&(m, r));
        for ((m, r, _), weight) in trainer.weights.iter().filter(|((m, r, _), _)| frozen(*m, *r)) {
            all.entry((m, r)).or_default().extend(bits(&weight.values()));
        }
        for (&(optimizer, m, r), states) in trainer.states().iter().filter(|((_, m, r), _)| frozen(*m, *r)) {
            let all = all.entry((m, r)).or_default();
            all.push(optimizer as u64);
            for State { slots, steps } in states {
                all.push(*steps);
                slots.iter().for_each(|slot| all.extend(bits(&slot.values())));
            }
        }
        Self(all)
    }

    /// An error that names the first replica that is not what it was.
    pub fn holds(&self, trainer: &Trainer<'_>, phase: &Phase) -> Result<(), RunError> {
        let after = Self::frozen(trainer, phase);
        match self.0.iter().find(|(place, bits)| after.0.get(place) != Some(bits)) {
            None => Ok(()),
            Some(((m, r), _)) => {
                let module = &trainer.graph.modules[*m];
                let module = format!("{}[{r}].{}", module.role.name(), module.name);
                Err(RunError::Thawed { phase: phase.name.clone(), module })
            }
        }
    }
}

fn bits(values: &[f32]) -> impl Iterator<Item = u64> {
    values.iter().map(|value| u64::from(value.to_bits()))
}
