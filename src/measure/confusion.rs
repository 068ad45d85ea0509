//! Which classes are taken for which. Owns the counts; a report draws them.

use super::answers::{Chances, deployed, truth};
use crate::record::Artifacts;

/// Answers of the deployed network on a split after training: `[true class][class said]`. `None` without a class target, or
/// where nothing was kept of the split.
pub fn confusion(artifacts: &Artifacts, split: &str) -> Option<Vec<Vec<u64>>> {
    let chances = Chances::of(artifacts, deployed(artifacts, None, split)?)?;
    let classes = artifacts.classes.as_ref()?.classes;
    let mut counts = vec![vec![0; classes]; classes];
    let answers = chances.said().zip(&truth(artifacts, split)?.values.values);
    for (said, &truth) in answers.filter(|(_, truth)| **truth >= 0.0) {
        *counts.get_mut(truth as usize)?.get_mut(said)? += 1;
    }
    Some(counts)
}
