//! What was tried for an arm before its runs, and what was chosen. Owns which trial is the best.

use crate::id::Part;
use crate::measured::{Absent, Measured, mean};
use crate::record::{ArmId, MeasureInfo};
use crate::search::seed_name;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The search for one arm, of cross-validation for one part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Searched {
    pub arm: ArmId,
    /// Where each seed deals parts of its own, the one that deals this part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// What is chosen by.
    pub by: MeasureInfo,
    /// `random`
    pub sampler: String,
    /// `3 from 5 epochs`, where only the best trials were trained to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halving: Option<String>,
    /// Of the runs that chose.
    pub seeds: Vec<u64>,
    /// Settings, and what they were tried at: ("lr", "log(1e-4 .. 1e-1)").
    pub settings: Vec<(String, String)>,
    pub trials: Vec<Trial>,
    /// The place of the best.
    pub chosen: usize,
}

/// Settings that were tried.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// A value a setting, in the words of the language.
    pub values: Vec<String>,
    /// What was measured, by seed.
    pub measured: Vec<Measured>,
    /// Floating-point operations of all its runs, as planned.
    pub flops: u64,
    /// How long it was trained, where it did not go on to the end: `5 epochs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halted: Option<String>,
}

impl Trial {
    /// Over the seeds; where one has no value there is none.
    pub fn mean(&self) -> Measured {
        mean(self.measured.iter().cloned(), "no run")
    }

    /// The same of one that was trained to the end.
    pub fn whole(&self) -> Measured {
        self.halted.as_ref().map_or_else(|| self.mean(), |_| Err(Absent::because("halted")))
    }
}

/// " in part 2 of 5 of seed 0": nothing where it is for all runs.
pub fn place(seed: Option<u64>, part: Option<Part>) -> String {
    let part = part.map_or(String::new(), |part| format!(" in {part}"));
    seed.map_or(part.clone(), |seed| format!("{part} of {}", seed_name(seed)))
}

/// Searches by the arms that they are for, in their order.
pub fn by_arm(searches: &[Searched]) -> Vec<Vec<&Searched>> {
    let mut arms: Vec<Vec<&Searched>> = vec![];
    for search in searches {
        match arms.iter_mut().find(|own| own[0].arm == search.arm) {
            Some(own) => own.push(search),
            None => arms.push(vec![search]),
        }
    }
    arms
}

/// Searches of one arm by what they chose: what most parts chose first, else what was tried first.
pub fn by_choice<'s>(own: &[&'s Searched]) -> Vec<Vec<&'s Searched>> {
    let mut chosen: BTreeMap<usize, Vec<&Searched>> = BTreeMap::new();
    own.iter().for_each(|search| chosen.entry(search.chosen).or_default().push(search));
    let mut chosen: Vec<Vec<&Searched>> = chosen.into_values().collect();
    chosen.sort_by_key(|searches| std::cmp::Reverse(searches.len()));
    chosen
}

impl Searched {
    /// What it is for: "the one arm", "MHM in part 2 of 5".
    pub fn name(&self) -> String {
        let arm = if self.arm.0.is_empty() { "the one arm".into() } else { self.arm.to_string() };
        format!("{arm}{}", place(self.seed, self.part))
    }

    /// The trials that were trained to the end.
    pub fn whole(&self) -> impl Iterator<Item = &Trial> {
        self.trials.iter().filter(|trial| trial.halted.is_none())
    }

    /// The place of the trial with the best mean of those that were trained to the end, of equal ones the first. One without a mean loses
    /// to all others.
    ///
    /// # Errors
    /// No trial has one: why the first has none.
    pub fn best(trials: &[Trial], by: &MeasureInfo) -> Result<usize, Absent> {
        let mut best: Option<(usize, f64)> = None;
        for (place, trial) in trials.iter().enumerate() {
            let Ok(mean) = trial.whole() else { continue };
            let is_better =
                best.is_none_or(|(_, before)| if by.lower_is_better { mean < before } else { mean > before });
            if is_better {
                best = Some((place, mean));
            }
        }
        let why = || trials.first().and_then(|trial| trial.mean().err()).unwrap_or(Absent::because("no trial"));
        best.map(|(place, _)| place).ok_or_else(why)
    }

    /// The settings that were chosen: ("lr", "0.003").
    pub fn settings_chosen(&self) -> impl Iterator<Item = (&str, &str)> {
        let values = self.trials.get(self.chosen).into_iter().flat_map(|trial| &trial.values);
        self.settings.iter().map(|(name, _)| name.as_str()).zip(values.map(String::as_str))
    }

    /// "lr 0.003, width 32".
    pub fn choice(&self) -> String {
        let settings: Vec<String> = self.settings_chosen().map(|(name, value)| format!("{name} {value}")).collect();
        settings.join(", ")
    }

    /// Trials that no value judges.
    pub fn undefined(&self) -> usize {
        self.trials.iter().filter(|trial| trial.mean().is_err()).count()
    }

    /// What in it does not fit together.
    pub(super) fn fault(&self) -> Option<String> {
        let fits =
            |trial: &Trial| trial.values.len() == self.settings.len() && trial.measured.len() == self.seeds.len();
        let is_sound = self.chosen < self.trials.len() && self.trials.iter().all(fits);
        (!is_sound).then(|| format!("what it says of the search for `{}` does not fit together", self.arm))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{OneOf, Unit};

    fn trial(measured: &[Measured]) -> Trial {
        Trial { measured: measured.to_vec(), ..Trial::default() }
    }

    #[test]
    fn the_best_mean_wins_and_of_equal_ones_the_first() {
        let none = || Err(Absent::because("infinite"));
        let trials = [
            trial(&[Ok(0.1), none()]),
            trial(&[Ok(0.5), Ok(0.3)]),
            trial(&[Ok(0.25), Ok(0.25)]),
            trial(&[Ok(0.0), Ok(0.5)]),
        ];
        let by = |lower_is_better| MeasureInfo {
            name: "validation_loss".into(),
            label: None,
            unit: Unit::Plain,
            lower_is_better,
            one_of: OneOf::Run,
        };
        assert_eq!(Searched::best(&trials, &by(true)), Ok(2));
        assert_eq!(Searched::best(&trials, &by(false)), Ok(1));
        assert_eq!(Searched::best(&trials[..1], &by(true)), Err(Absent::because("infinite")));
        assert_eq!(Searched::best(&[], &by(true)), Err(Absent::because("no trial")));
    }
}
