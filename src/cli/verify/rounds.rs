//! Rounds of cross-validation: whether every sample is in one test part. Owns what is held of the trails of several runs together.

use crate::id::SampleId;
use crate::record::Address;
use crate::record::manifest::{Arm, Manifest};
use crate::record::trail::Samples;
use crate::search::seed_name;
use std::collections::{BTreeMap, BTreeSet};

/// What a recipe says of test samples that go round.
const GOES_ROUND: (&str, &str) = ("data split test", "cross(");

/// Whether the test samples of an arm go round: what it starts from may have data of its own.
pub fn goes_round(arm: &Arm) -> bool {
    arm.settings.iter().any(|(name, value)| name == GOES_ROUND.0 && value.starts_with(GOES_ROUND.1))
}

/// What is wrong with the test samples of rounds of which all runs are there, by the addresses of these.
pub fn faults(manifest: &Manifest, tested: &BTreeMap<Address, Samples>) -> Vec<String> {
    if manifest.cross.is_none() {
        return vec![];
    }
    let arms = manifest.arms.iter().chain(&manifest.references).filter(|arm| goes_round(arm));
    arms.flat_map(|arm| of_arm(manifest, arm, tested)).collect()
}

fn of_arm(manifest: &Manifest, arm: &Arm, tested: &BTreeMap<Address, Samples>) -> Vec<String> {
    let mut rounds: BTreeMap<(u64, u64), Vec<Option<&Samples>>> = BTreeMap::new();
    for (turn, address) in manifest.turns().zip(&arm.cells) {
        rounds.entry((turn.seed, turn.repeat)).or_default().push(tested.get(address));
    }
    let name = if arm.arm.0.is_empty() { String::new() } else { format!("{}, ", arm.arm) };
    let (mut faults, mut all): (_, Option<BTreeSet<SampleId>>) = (vec![], None);
    for ((seed, repeat), parts) in rounds {
        let Some(parts) = parts.into_iter().collect::<Option<Vec<_>>>() else { continue };
        let count: usize = parts.iter().map(|part| part.ids().count()).sum();
        let own: BTreeSet<SampleId> = parts.iter().flat_map(|part| part.ids()).collect();
        let round = format!("{name}{}, repeat {repeat}", seed_name(seed));
        if own.len() < count {
            faults.push(format!("{round}: samples are in several test parts"));
        }
        if all.as_ref().is_some_and(|all| *all != own) {
            faults.push(format!("{round}: its test parts together have other samples than those of another seed"));
        }
        all.get_or_insert(own);
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::manifest::Cross;

    #[test]
    fn rounds_test_every_sample_once() {
        let cross = Some(Cross { deal: "2".into(), parts: 2, groups: vec![] });
        let addresses: Vec<Address> = (0..4).map(|i| Address::of(&[i; 32])).collect();
        let settings = vec![("data split test".to_string(), "cross(2)".to_string())];
        let arms = vec![Arm { cells: addresses.clone(), settings, ..Arm::default() }];
        let manifest = Manifest { cross, seeds: vec![0, 1], repeats: 1, arms, ..Manifest::default() };
        let held = |parts: [&[u32]; 4]| {
            let samples = parts.iter().map(|part| part.iter().map(|id| SampleId(*id)).collect());
            faults(&manifest, &addresses.iter().copied().zip(samples).collect())
        };
        assert!(held([&[0, 1], &[2, 3], &[1, 2], &[0, 3]]).is_empty());
        assert_eq!(held([&[0, 1], &[1, 3], &[1, 3], &[0]]), ["seed 0, repeat 0: samples are in several test parts"]);
        assert!(
            held([&[0, 1], &[2, 3], &[1, 2], &[0]])[0].contains("seed 1, repeat 0: its test parts together have other")
        );
    }
}
