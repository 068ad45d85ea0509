//! Which entries of a table are marked: those that beat every rival. Owns no statistics: a win is a difference that stands
//! among all the differences of the table, as in `compare`.

use super::Layout;
use crate::record::MeasureInfo;
use crate::report::statistics::{Of, Paired, holm, stands};
use crate::report::{Results, combinations};
use crate::significance::are_few;
use std::collections::BTreeMap;

/// The marks of one table.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    duels: Vec<Duel>,
    /// Differences that p was corrected for.
    pub comparisons: usize,
    /// Of the duel with the most.
    pub pairs: usize,
    /// What pairs are of.
    pub of: Of,
}

/// Two arms that differ on the competing axis alone.
#[derive(Clone, Debug)]
struct Duel {
    measure: usize,
    /// The one declared earlier first, as in `compare`.
    arms: [Vec<usize>; 2],
    paired: Paired,
    /// Which of the two is better, where that stands.
    winner: Option<usize>,
}

impl Marks {
    pub fn of(results: &Results<'_>, layout: &Layout<'_>, measures: &[MeasureInfo]) -> Self {
        let Some(axis) = layout.competing else { return Self::default() };
        let (possible, pairs) = possible(results, axis, measures);
        let of = Of::these(results.runs.values().flat_map(|runs| runs.keys()));
        if of == Of::Seeds && are_few(pairs, possible) && possible > MANY {
            // No duel could be won, so none is fought.
            return Marks { comparisons: possible, pairs, of, duels: vec![] };
        }
        let mut duels: Vec<Duel> = (0..measures.len()).flat_map(|m| of_measure(results, axis, measures, m)).collect();
        let corrected = holm(&duels.iter().map(|duel| duel.paired.p).collect::<Vec<_>>());
        for (duel, p) in duels.iter_mut().zip(&corrected) {
            let smaller = usize::from(duel.paired.difference.is_some_and(|d| d < 0.0));
            let better = if measures[duel.measure].lower_is_better { smaller } else { 1 - smaller };
            duel.winner = stands(&duel.paired, *p).then_some(better);
        }
        let pairs = duels.iter().map(|duel| duel.paired.n).max().unwrap_or(0);
        Marks { comparisons: corrected.iter().flatten().count(), pairs, of, duels }
    }

    /// Whether this arm wins against every other one with a number.
    pub fn is_best(&self, arm: &[usize], measure: usize) -> bool {
        let mut own = self.duels.iter().filter(|duel| duel.measure == measure && duel.arms.iter().any(|a| a == arm));
        let wins = |duel: &Duel| duel.winner.is_some_and(|winner| duel.arms[winner] == arm);
        own.clone().next().is_some() && own.all(wins)
    }
}

/// So many duels are always fought.
const MANY: usize = 500;

/// Duels that have a p, and the seeds of the arm with the most.
fn possible(results: &Results<'_>, axis: usize, measures: &[MeasureInfo]) -> (usize, usize) {
    let (mut duels, mut most) = (0, 0);
    for measure in measures {
        let mut rivals: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        for arm in results.runs.keys() {
            let seeds = results.samples(arm, &measure.name).values().flatten().count();
            most = most.max(seeds);
            let mut elsewhere = arm.clone();
            elsewhere[axis] = 0;
            *rivals.entry(elsewhere).or_default() += usize::from(seeds > 1);
        }
        duels += rivals.values().map(|n| n * n.saturating_sub(1) / 2).sum::<usize>();
    }
    (duels, most)
}

fn of_measure(results: &Results<'_>, axis: usize, measures: &[MeasureInfo], measure: usize) -> Vec<Duel> {
    let name = &measures[measure].name;
    let has_number = |arm: &Vec<usize>| results.samples(arm, name).values().any(Result::is_ok);
    let arms = combinations(&results.axes.iter().collect::<Vec<_>>());
    let arms: Vec<Vec<usize>> = arms.into_iter().filter(has_number).collect();
    let mut duels = Vec::new();
    for (i, first) in arms.iter().enumerate() {
        let rivals = arms[i + 1..].iter().filter(|other| (0..other.len()).all(|k| k == axis || first[k] == other[k]));
        duels.extend(rivals.map(|other| Duel {
            measure,
            arms: [first.clone(), other.clone()],
            paired: results.paired(first, other, name),
            winner: None,
        }));
    }
    duels
}
