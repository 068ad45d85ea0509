//! What networks answer: class probabilities of stored predictions, and whether they are right. Owns the reading of stored
//! arrays; computes no measure.

use crate::builtin::metric::said;
use crate::record::{Artifacts, ClassOutput, Evaluated, Evaluee, Truth};

/// Class probabilities, one row an answer: a sample, or a step of one.
#[derive(Clone, Copy, Debug)]
pub struct Chances<'k> {
    values: &'k [f32],
    /// Numbers a row: one a class, or a single one for two classes.
    width: usize,
}

impl<'k> Chances<'k> {
    /// `None` where the run has no class output, or not as many numbers as its classes ask for.
    pub fn of(artifacts: &'k Artifacts, evaluated: &'k Evaluated) -> Option<Self> {
        let ClassOutput { output, classes, .. } = artifacts.classes.as_ref()?;
        let answers = truth(artifacts, &evaluated.split)?.values.values.len();
        let values = &evaluated.outputs.get(output)?.values;
        let width = values.len() / answers.max(1);
        let fits = width * answers == values.len() && (width == *classes || (width, *classes) == (1, 2));
        fits.then_some(Self { values, width })
    }

    #[cfg(test)]
    pub fn rows_of(values: &'k [f32], width: usize) -> Self {
        Self { values, width }
    }

    /// Every probability, of every class of every row: that of the first of two classes is spelt out.
    pub fn spelt_out(self) -> Vec<f64> {
        match self.width {
            1 => self.values.iter().flat_map(|&p| [rest(p), f64::from(p)]).collect(),
            _ => self.values.iter().map(|&p| f64::from(p)).collect(),
        }
    }

    /// How many answers there are.
    pub fn count(self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// The class of every row.
    pub fn said(self) -> impl Iterator<Item = usize> + 'k {
        self.values.chunks_exact(self.width.max(1)).map(said)
    }
}

/// What a single chance leaves for the other class. Below 1, 32 bits tell chances 2⁻²⁴ apart: of one that was rounded to 1, half of
/// that is the most that can be left.
fn rest(p: f32) -> f64 {
    let rest = 1.0 - f64::from(p);
    // Not `max`, which would make a number of what is none.
    if rest < f64::from(f32::EPSILON) / 4.0 { f64::from(f32::EPSILON) / 4.0 } else { rest }
}

/// The true classes of a split.
pub fn truth<'k>(artifacts: &'k Artifacts, split: &str) -> Option<&'k Truth> {
    let target = &artifacts.classes.as_ref()?.target;
    artifacts.truths.iter().find(|truth| truth.target == *target && truth.split == split)
}

/// What was seen of the deployed network on a split, its inputs as they are.
pub fn deployed<'k>(artifacts: &'k Artifacts, epoch: Option<u32>, split: &str) -> Option<&'k Evaluated> {
    let plain = |e: &&Evaluated| e.epoch == epoch && e.change.is_none() && e.network == Evaluee::Deployed;
    artifacts.evaluated.iter().filter(plain).find(|e| e.split == split)
}

/// Whether every answer of the deployed network is right; steps without a class ask for none.
pub fn right(artifacts: &Artifacts, epoch: Option<u32>, split: &str) -> Option<Vec<bool>> {
    let chances = Chances::of(artifacts, deployed(artifacts, epoch, split)?)?;
    let truth = &truth(artifacts, split)?.values.values;
    let there = chances.said().zip(truth).filter(|(_, truth)| **truth >= 0.0);
    Some(there.map(|(said, &truth)| said == truth as usize).collect())
}
