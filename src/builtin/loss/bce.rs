//! `bce`: chances against yes and no.

use super::yes_or_no;
use crate::builtin::balance::YesWeights;
use crate::builtin::{ClassCounts, Link, Loss, ShapeError, Takes, TargetKind};
use crate::shape::Shape;
use crate::tensor::{self, Context, Distance, Tensor, Yes};
use std::sync::Arc;

crate::row! {
    /// Binary cross entropy of chances: the mean of `-t ln x - (1 - t) ln (1 - x)`, logarithms not below -100.
    ///
    /// With `positive` w a yes counts w, and a no 1: `-w t ln x - (1 - t) ln (1 - x)`, the mean over the number of elements.
    /// `positive: balanced` is the number of no over that of yes, of each class, in the whole training split of the run; a
    /// class that all training samples have, or none, is an error.
    ///
    /// The same numbers as `torch.nn.BCELoss`; after a `sigmoid`, prefer `bce_with_logits` without it.
    pub struct Bce = "bce" as Loss(dyn Loss) {
        /// What a yes counts: a number, a list of one a class, or `balanced`.
        positive: Option<YesWeights> = None,
    }
    example "bce" on [[3]]
}

impl Loss for Bce {
    fn check(&self, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError> {
        yes_or_no("bce", prediction, target)?;
        self.positive.as_ref().map_or(Ok(()), |positive| positive.fit("bce", target))
    }

    fn apply(&self, context: &mut Context, prediction: &Tensor, target: Option<&Tensor>) -> Tensor {
        let target = target.expect("the checker gives bce a target");
        match self.positive.as_ref().map(YesWeights::numbers).filter(|numbers| !numbers.is_empty()) {
            Some(numbers) => tensor::binary(context, Yes::Chance, prediction, target, &numbers),
            None => tensor::distance(context, Distance::Binary, prediction, target),
        }
    }

    fn counted(&self, counts: &ClassCounts) -> Option<Result<Arc<dyn Loss>, String>> {
        YesWeights::decided(self.positive.as_ref(), counts, |positive| Self { positive: Some(positive) })
    }

    fn minds_classes(&self) -> bool {
        self.positive.is_some()
    }

    fn takes(&self) -> Takes {
        Takes::Probabilities
    }

    fn link(&self, _target: Option<&TargetKind>) -> Link {
        Link::Identity
    }
}
