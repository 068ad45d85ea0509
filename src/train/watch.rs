//! What is to be seen of a training beside its weights: which networks, on which samples, when. Owns plain types; looks at
//! nothing itself.

use crate::record::{Change, Evaluated, Evaluee};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a training shows while it runs and at its end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// After training.
    pub end: Sights,
    /// By the number of epochs between two looks.
    pub epochs: BTreeMap<u32, Sights>,
    /// Standard deviation of the noise of [`Change::Noisy`], in standard deviations of each value over the training samples.
    pub noise: f64,
}

/// A split, its inputs as they are or changed, and the networks that are evaluated on it.
pub type Sights = BTreeMap<(String, Option<Change>), Networks>;

/// Which networks of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Networks {
    /// What the schedule would deploy now.
    Deployed,
    /// It, and every replica by itself.
    Each,
}

impl Watch {
    /// Whether a run that was watched so has shown all that `other` would.
    pub fn covers(&self, other: &Watch) -> bool {
        let all = |own: &Sights, asked: &Sights| asked.iter().all(|(sight, networks)| shows(own, sight, *networks));
        all(&self.end, &other.end) && self.covers_epochs(other)
    }

    /// The same of a run that did not come to its end.
    pub fn covers_epochs(&self, other: &Watch) -> bool {
        // Every fifth epoch has been looked at where every one was.
        let often = |(every, asked): (&u32, &Sights)| {
            let seen = self.epochs.iter().filter(|(own, _)| every.is_multiple_of(**own));
            asked.iter().all(|(sight, networks)| seen.clone().any(|(_, own)| shows(own, sight, *networks)))
        };
        let noisy = |sights: &Sights| sights.keys().any(|(_, change)| matches!(change, Some(Change::Noisy(_))));
        let same_noise = self.noise == other.noise || !other.epochs.values().chain([&other.end]).any(noisy);
        same_noise && other.epochs.iter().all(often)
    }

    /// Whether this is part of what is to be seen.
    pub fn asks_for(&self, seen: &Evaluated) -> bool {
        let sights = seen.epoch.map_or_else(|| self.end.clone(), |epoch| self.at(epoch.into()));
        let network = match seen.network {
            Evaluee::Deployed => Networks::Deployed,
            Evaluee::Replica(_) => Networks::Each,
        };
        shows(&sights, &(seen.split.clone(), seen.change.clone()), network)
    }

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

fn shows(sights: &Sights, sight: &(String, Option<Change>), networks: Networks) -> bool {
    sights.get(sight).is_some_and(|shown| *shown >= networks)
}

/// Looks at these networks too.
pub fn add(sights: &mut Sights, sight: (String, Option<Change>), networks: Networks) {
    let seen = sights.entry(sight).or_insert(networks);
    *seen = (*seen).max(networks);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sights(splits: &[&str], networks: Networks) -> Sights {
        splits.iter().map(|split| ((split.to_string(), None), networks)).collect()
    }

    fn watch(end: Sights, epochs: &[(u32, Sights)]) -> Watch {
        Watch { end, epochs: epochs.iter().cloned().collect(), noise: 1.0 }
    }

    #[test]
    fn what_was_seen_covers_less_and_not_more() {
        let all = sights(&["test", "train"], Networks::Each);
        let seen = watch(all.clone(), &[(2, sights(&["test"], Networks::Deployed))]);
        assert!(seen.covers(&seen));
        assert!(seen.covers(&watch(sights(&["test"], Networks::Deployed), &[])));
        assert!(seen.covers(&watch(all.clone(), &[(4, sights(&["test"], Networks::Deployed))])));
        assert!(!seen.covers(&watch(sights(&["fresh"], Networks::Deployed), &[])));
        for (every, split, networks) in
            [(3, "test", Networks::Deployed), (2, "train", Networks::Deployed), (2, "test", Networks::Each)]
        {
            assert!(!seen.covers(&watch(all.clone(), &[(every, sights(&[split], networks))])), "{every} {split}");
        }
    }

    #[test]
    fn noise_counts_where_something_is_noisy() {
        let noisy = Sights::from([(("test".to_string(), Some(Change::Noisy("first".into()))), Networks::Deployed)]);
        let (calm, loud) = (watch(noisy.clone(), &[]), Watch { noise: 2.0, ..watch(noisy, &[]) });
        assert!(!calm.covers(&loud) && calm.covers(&Watch { end: Sights::new(), ..loud }));
    }

    #[test]
    fn a_watch_survives_as_text() {
        let change = Some(Change::Without("first".into()));
        let seen =
            watch(Sights::from([(("test".into(), change), Networks::Each)]), &[(5, sights(&["test"], Networks::Each))]);
        let text = ron::to_string(&seen).expect("plain data");
        assert_eq!(ron::from_str::<Watch>(&text).expect("what was written"), seen);
    }
}
