//! Phases that come again with other numbers: which of them stand for all.

use crate::id::{ModuleId, ReplicaId};
use crate::record::manifest::Phase;
use std::collections::BTreeMap;

/// What has a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// By its place among the phases.
    Phase(usize),
    /// What stands before it comes so many times more than it is shown.
    Again { times: usize },
}

/// Repetitions that are shown of what is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The first two and the last.
    Three,
    /// The first and the last.
    Two,
    /// The first.
    One,
}

impl Keep {
    /// At the beginning and at the end.
    fn shown(self) -> (usize, usize) {
        match self {
            Keep::Three => (2, 1),
            Keep::Two => (1, 1),
            Keep::One => (1, 0),
        }
    }
}

/// Phases that a repetition may have.
const LONGEST: usize = 64;

/// The phases, those left out that repeat others but for numbers of folds and replicas.
pub fn fold(phases: &[Phase], keep: Keep) -> Vec<Item> {
    let kinds = kinds(phases);
    let (first, last) = keep.shown();
    let mut items = vec![];
    let mut at = 0;
    while at < kinds.len() {
        let (period, times) = repeated(&kinds[at..]);
        let hidden = times.saturating_sub(first + last);
        let block = |number: usize| (at + number * period..at + (number + 1) * period).map(Item::Phase);
        if hidden * period > 1 {
            items.extend((0..first).flat_map(block));
            items.push(Item::Again { times: hidden });
            items.extend((times - last..times).flat_map(block));
        } else {
            items.extend((0..times).flat_map(block));
        }
        at += period * times;
    }
    items
}

/// What the phases begin with and how often it comes: as many phases as possible, of equal ones the shortest.
fn repeated(kinds: &[usize]) -> (usize, usize) {
    let times = |period: usize| kinds.chunks_exact(period).take_while(|block| **block == kinds[..period]).count();
    let periods =
        (1..=LONGEST.min(kinds.len() / 2)).map(|period| (period, times(period))).filter(|(_, times)| *times > 1);
    let longest =
        |best: (usize, usize), (period, times)| if period * times > best.0 * best.1 { (period, times) } else { best };
    periods.fold((1, 1), longest)
}

/// Equal numbers for phases that are alike but for numbers.
fn kinds(phases: &[Phase]) -> Vec<usize> {
    let text = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let modules = |of: &[ReplicaId]| {
        let mut modules: Vec<ModuleId> = of.iter().map(|replica| replica.module).collect();
        modules.dedup();
        modules
    };
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    let kind = |phase: &Phase| {
        let key = (text(&phase.name), text(&phase.on), modules(&phase.trains), modules(&phase.frozen));
        let next = known.len();
        *known.entry(key).or_insert(next)
    };
    phases.iter().map(kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phases(names: &[&str]) -> Vec<Phase> {
        names.iter().map(|name| Phase { name: name.to_string(), on: "all".into(), ..Phase::default() }).collect()
    }

    #[test]
    fn what_comes_again_with_other_numbers_is_folded() {
        let names: Vec<String> = (0..16).flat_map(|k| [format!("head[{k}]"), format!("embedding[{k}]")]).collect();
        let names: Vec<&str> = std::iter::once("warm").chain(names.iter().map(String::as_str)).collect();
        let all = phases(&names);
        let phase = |numbers: &[usize]| numbers.iter().map(|n| Item::Phase(*n)).collect::<Vec<_>>();
        let again = |times| vec![Item::Again { times }];
        assert_eq!(fold(&all, Keep::One), [phase(&[0, 1, 2]), again(15)].concat());
        assert_eq!(fold(&all, Keep::Three), [phase(&[0, 1, 2, 3, 4]), again(13), phase(&[31, 32])].concat());
    }

    #[test]
    fn what_never_repeats_is_left() {
        for names in [&["a", "b", "c"][..], &["a", "a"], &["a", "b", "a", "b"], &[]] {
            let whole: Vec<Item> = (0..names.len()).map(Item::Phase).collect();
            assert_eq!(fold(&phases(names), Keep::Two), whole, "{names:?}");
        }
    }
}
