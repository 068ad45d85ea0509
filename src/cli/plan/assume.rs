//! `mhm plan --assume`: how many samples and groups a dataset would have, where it is not at hand. Owns the command line's words for it.

use crate::hir::{Deal, Experiment, Pipeline};
use crate::id::SampleId;
use crate::split::SplitName;
use std::collections::BTreeMap;

/// Samples of a split that is not named: of the training split, and of any other.
const DEFAULTS: (u32, u32) = (1000, 100);

/// Groups of a name that is not said.
const GROUPS: u32 = 10;

/// Samples of a split that can be assumed.
const MOST: u32 = 100_000_000;

/// Groups that can be assumed.
const MOST_GROUPS: u32 = 100_000;

/// Samples by split, groups by the name of the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumed(BTreeMap<String, u32>);

impl Assumed {
    /// `train=3339,validation=402`; nothing for the defaults.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut samples = BTreeMap::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let number = part.split_once('=').and_then(|(name, count)| {
                let count: u32 = count.trim().parse().ok().filter(|count| (1..=MOST).contains(count))?;
                Some((name.trim().to_string(), count))
            });
            let (name, count) = number.ok_or_else(|| {
                format!("`{part}` is no assumption: write `--assume=train=3339,test=402`, each from 1 to {MOST}")
            })?;
            samples.insert(name, count);
        }
        Ok(Self(samples))
    }

    /// The ids that every split of a pipeline's dataset would have.
    pub fn splits(&self, pipeline: &Pipeline) -> Result<BTreeMap<SplitName, Vec<SampleId>>, String> {
        let known: Vec<&str> = pipeline.data.splits.iter().map(|s| &*s.name).collect();
        let is_group = |name: &str| pipeline.data.groups.iter().any(|group| group.name == name);
        if let Some(name) = self.0.keys().find(|name| !known.contains(&name.as_str()) && !is_group(name)) {
            let (data, known) = (&pipeline.data.name, known.join(", "));
            return Err(format!("dataset `{data}` has no split `{name}`; its splits are: {known}"));
        }
        let mut next = 0;
        let mut splits = BTreeMap::new();
        for name in known {
            let default = if SplitName::TRAIN == *name { DEFAULTS.0 } else { DEFAULTS.1 };
            let count = self.0.get(name).copied().unwrap_or(default);
            let end = u32::checked_add(next, count).ok_or("these are more samples than a dataset can have")?;
            splits.insert(name.into(), SampleId::of(next as usize..end as usize).collect());
            next = end;
        }
        Ok(splits)
    }
}

/// Gives `cross each GROUP` the parts that are assumed: `subject=12` is twelve.
///
/// # Errors
/// The text is no assumption, or says too few groups, or too many.
pub fn parted(experiment: &mut Experiment, text: &str) -> Result<(), String> {
    let assumed = Assumed::read(text)?;
    let Some(cross) = &mut experiment.cross else { return Ok(()) };
    let Deal::Each(group) = &cross.deal else { return Ok(()) };
    let count = assumed.0.get(group).copied().unwrap_or(GROUPS);
    if !(2..=MOST_GROUPS).contains(&count) {
        return Err(format!("`{group}={count}`: `cross each {group}` needs 2 to {MOST_GROUPS} groups"));
    }
    cross.groups = (1..=count).map(|number| number.to_string()).collect();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assumptions_are_numbers_by_split() {
        let read = Assumed::read("train=3339, test = 402").expect("two numbers");
        assert_eq!(read.0, BTreeMap::from([("train".to_string(), 3339), ("test".to_string(), 402)]));
        assert_eq!(Assumed::read("").expect("the defaults").0.len(), 0);
        for wrong in ["train", "train=", "train=0", "train=x", "=,", "3339"] {
            assert!(Assumed::read(wrong).is_err(), "{wrong}");
        }
    }
}
