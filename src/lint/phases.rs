//! How people write the sets of phases, and what of them is the same for any number of folds. Owns no opinion.

use super::sets::Folds;
use crate::hir::{Index, Role, Schedule, SplitExpr, Trained};
use std::collections::BTreeMap;

pub use crate::plan::roles::{Loop, Placed, phases};
pub use crate::split::held_out;

/// The number of folds; a schedule without folds is the same for any.
pub fn folds(schedule: &Schedule) -> Folds {
    schedule.folds.as_ref().map_or(Folds::Any, |folds| Folds::Known(folds.count))
}

/// "whatever the number of folds" or "with 4 folds".
pub fn how_many(schedule: &Schedule, holds: impl Fn(Folds) -> bool) -> String {
    match &schedule.folds {
        Some(folds) if !holds(Folds::Any) => format!("with {} folds", folds.count),
        Some(_) | None => "whatever the number of folds".into(),
    }
}

impl Placed<'_> {
    /// The set as people write it.
    pub fn show(&self, set: &SplitExpr) -> String {
        let right = |set: &SplitExpr| match set {
            SplitExpr::All | SplitExpr::Fold(_) | SplitExpr::Except(_) | SplitExpr::Named(_) => self.show(set),
            SplitExpr::Union(..) | SplitExpr::Difference(..) | SplitExpr::Intersection(..) => {
                format!("({})", self.show(set))
            }
        };
        match set {
            SplitExpr::All => "all".into(),
            SplitExpr::Named(name) => name.to_string(),
            SplitExpr::Fold(i) => format!("fold({})", self.index(i)),
            SplitExpr::Except(i) => format!("except({})", self.index(i)),
            SplitExpr::Union(a, b) => format!("{} + {}", self.show(a), right(b)),
            SplitExpr::Difference(a, b) => format!("{} - {}", self.show(a), right(b)),
            SplitExpr::Intersection(a, b) => format!("{} & {}", self.show(a), right(b)),
        }
    }

    /// `2`, `k`, `k + 1`.
    pub fn index(&self, index: &Index) -> String {
        let name = index.variable.and_then(|v| self.loops.iter().find(|l| l.variable == v)).map(|l| l.name);
        match (name, index.offset) {
            (None, offset) => offset.to_string(),
            (Some(name), 0) => name.into(),
            (Some(name), offset) if offset < 0 => format!("{name} - {}", -offset),
            (Some(name), offset) => format!("{name} + {offset}"),
        }
    }

    /// The innermost loop's variable stands for one turn, if both phases are in it.
    pub fn shares_turn(&self, other: &Placed<'_>) -> bool {
        self.loops == other.loops
    }
}

/// What of a role is trained by itself: every module that a phase names, and the role where one trains all of it.
pub fn parts<'a>(role: Role, phases: &'a [Placed<'_>]) -> BTreeMap<String, &'a Trained> {
    let all = phases.iter().flat_map(|placed| &placed.phase.train);
    all.filter(|trained| trained.role == role).map(|trained| (trained.name(), trained)).collect()
}

/// Whether a phase that trains the one trains the other with it.
pub fn trains_part(trained: &Trained, part: &Trained) -> bool {
    match &part.module {
        Some(module) => trained.is_of(part.role, &module.node),
        None => trained.role == part.role && trained.module.is_none(),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
