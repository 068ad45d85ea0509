//! Holds a run to its word: what a phase does not list is the same after it, bit for bit. Owns the hashes that are compared; the
//! runner asks for them around every visit of a phase.

use super::{RunError, State, Trainer};
use crate::id::ReplicaId;
use crate::plan::Phase;
use std::collections::BTreeMap;
use twox_hash::XxHash3_64;

/// Hashes of every replica of every module: of its weights and running statistics, and of what optimizers remember of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint(BTreeMap<ReplicaId, (u64, u64)>);

impl Fingerprint {
    pub fn of(trainer: &Trainer<'_>) -> Self {
        let mut bytes = vec![];
        let mut print = Self::default();
        let mut weights = trainer.weights.iter().peekable();
        while let Some(replica) = weights.peek().map(|(id, _)| id.replica) {
            bytes.clear();
            while let Some((_, weight)) = weights.next_if(|(id, _)| id.replica == replica) {
                add(&mut bytes, &weight.values());
            }
            print.0.insert(replica, (XxHash3_64::oneshot(&bytes), 0));
        }
        for ((optimizer, replica), states) in trainer.states() {
            bytes.clear();
            for State { slots, steps } in states {
                bytes.extend_from_slice(&steps.to_le_bytes());
                slots.iter().for_each(|slot| add(&mut bytes, &slot.values()));
            }
            // Several optimizers may remember one replica.
            let memory = XxHash3_64::oneshot_with_seed(optimizer.0 as u64, &bytes);
            print.0.entry(*replica).and_modify(|(_, all)| *all = all.rotate_left(1) ^ memory);
        }
        print
    }

    /// Of weights and statistics, in the order of modules and their replicas.
    pub fn weights(&self) -> Vec<u64> {
        self.0.values().map(|(weights, _)| *weights).collect()
    }

    /// An error that names the first replica that `phase` does not train and that is not what it was.
    pub fn holds(&self, after: &Self, trainer: &Trainer<'_>, phase: &Phase) -> Result<(), RunError> {
        let moved = |id: &&ReplicaId| !phase.train.contains(id) && self.0.get(id) != after.0.get(id);
        self.0.keys().find(moved).map_or(Ok(()), |id| {
            Err(RunError::FrozenChanged { phase: phase.name.clone(), module: trainer.graph.replica_name(*id) })
        })
    }
}

/// The hash of weights as they are stored, in the order of their module.
pub fn hash<'v>(weights: impl Iterator<Item = &'v [f32]>) -> u64 {
    let mut bytes = vec![];
    weights.for_each(|values| add(&mut bytes, values));
    XxHash3_64::oneshot(&bytes)
}

fn add(bytes: &mut Vec<u8>, values: &[f32]) {
    let start = bytes.len();
    bytes.resize(start + 4 * values.len(), 0);
    let (fours, _) = bytes[start..].as_chunks_mut();
    fours.iter_mut().zip(values).for_each(|(four, value)| *four = value.to_le_bytes());
}
