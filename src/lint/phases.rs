//! How people write the sets of phases, and what of them is the same for any number of folds. Owns no opinion.

use super::sets::Folds;
use crate::hir::{Index, Schedule, SplitExpr};

pub use crate::plan::roles::{Loop, Placed, phases};

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

/// Whether samples of a split of this name are to be kept from training and selection. Splits to train on or to select on
/// say so in their names.
pub fn held_out(split: &str) -> bool {
    let name = split.to_lowercase();
    !["train", "pretrain", "unlabel", "extra", "val", "dev"].iter().any(|start| name.starts_with(start))
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
