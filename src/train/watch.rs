//! What is to be seen of a training beside its weights: which networks, on which samples, when. Owns plain types; looks at
//! nothing itself.

use crate::record::Change;
use std::collections::BTreeMap;

/// What a training shows while it runs and at its end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watch {
    /// After training.
    pub end: Sights,
    /// By the number of epochs between two looks.
    pub epochs: BTreeMap<u32, Sights>,
    /// Standard deviation of the noise of [`Change::Noisy`], in standard deviations of each value over the training samples.
    pub noise: f64,
    pub verify: Verify,
}

/// A split, its inputs as they are or changed, and the networks that are evaluated on it.
pub type Sights = BTreeMap<(String, Option<Change>), Networks>;

/// Which networks of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Networks {
    /// What the schedule would deploy now.
    Deployed,
    /// It, and every replica by itself.
    Each,
}

/// Whether a run holds itself to its word: what a phase does not list is the same afterwards, bit for bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    #[default]
    Off,
    /// Weights, running statistics and optimizer state of every frozen module are compared across every phase.
    Frozen,
}

impl Watch {
    /// What to look at after this many epochs.
    pub fn at(&self, epoch: u64) -> Sights {
        let due = self.epochs.iter().filter(|(every, _)| epoch.is_multiple_of(u64::from(**every)));
        let mut sights = Sights::new();
        for (sight, networks) in due.flat_map(|(_, sights)| sights) {
            add(&mut sights, sight.clone(), *networks);
        }
        sights
    }
}

/// Looks at these networks too.
pub fn add(sights: &mut Sights, sight: (String, Option<Change>), networks: Networks) {
    let seen = sights.entry(sight).or_insert(networks);
    *seen = (*seen).max(networks);
}
