//! Cross-validation of an experiment: its test samples go round.

use crate::builtin::dataset::Deal;
use crate::id::Part;
use crate::span::Span;

/// `cross 5, by: subject`
#[derive(Clone, Debug)]
pub struct Cross {
    pub deal: Deal,
    pub span: Span,
    /// The groups that are the parts of `cross each GROUP`, in their order: nothing until files were read.
    pub groups: Vec<String>,
}

impl Cross {
    /// How many parts there are, as far as that is known: the number of groups stands in files.
    pub fn count(&self) -> usize {
        match &self.deal {
            Deal::Into { parts, .. } => *parts,
            Deal::Each(_) => self.groups.len(),
        }
    }

    /// Whether the parts are the same for every seed.
    pub fn is_fixed(&self) -> bool {
        matches!(self.deal, Deal::Each(_))
    }

    /// Every part in its turn; one where it is not known how many there are.
    pub fn parts(&self) -> impl Iterator<Item = Part> + use<> {
        let (of, fixed) = (self.count().max(1), self.is_fixed());
        (1..=of).map(move |number| Part { number, of, fixed })
    }
}
