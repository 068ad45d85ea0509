//! `bce_with_logits`: logits against yes and no.

use super::yes_or_no;
use crate::builtin::balance::YesWeights;
use crate::builtin::{ClassCounts, Link, Loss, ShapeError, Takes, TargetKind};
use crate::shape::Shape;
use crate::tensor::{self, Context, Distance, Tensor, Yes};
use std::sync::Arc;

crate::row! {
    /// Binary cross entropy of logits: the mean of `max(x, 0) - x t + ln(1 + e^-|x|)`.
    ///
    /// With `positive` w a yes counts w, and a no 1; the mean is over the number of elements. `positive: balanced` is the number
    /// of no over that of yes, of each class, in the whole training split of the run; a class that all training samples have, or
    /// none, is an error.
    ///
    /// The same numbers as `torch.nn.BCEWithLogitsLoss`, whose `pos_weight` is `positive`.
    pub struct BceWithLogits = "bce_with_logits" as Loss(dyn Loss) {
        /// What a yes counts: a number, a list of one a class, or `balanced`.
        positive: Option<YesWeights> = None,
    }
    example "bce_with_logits" on [[3]]
}

impl Loss for BceWithLogits {
    fn check(&self, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError> {
        yes_or_no("bce_with_logits", prediction, target)?;
        self.positive.as_ref().map_or(Ok(()), |positive| positive.fit("bce_with_logits", target))
    }

    fn apply(&self, context: &mut Context, prediction: &Tensor, target: Option<&Tensor>) -> Tensor {
        let target = target.expect("the checker gives bce_with_logits a target");
        match self.positive.as_ref().map(YesWeights::numbers).filter(|numbers| !numbers.is_empty()) {
            Some(numbers) => tensor::binary(context, Yes::Logit, prediction, target, &numbers),
            None => tensor::distance(context, Distance::BinaryOfLogits, prediction, target),
        }
    }

    fn counted(&self, counts: &ClassCounts) -> Option<Result<Arc<dyn Loss>, String>> {
        YesWeights::decided(self.positive.as_ref(), counts, |positive| Self { positive: Some(positive) })
    }

    fn minds_classes(&self) -> bool {
        self.positive.is_some()
    }

    fn takes(&self) -> Takes {
        Takes::Logits
    }

    fn link(&self, _target: Option<&TargetKind>) -> Link {
        Link::Sigmoid
    }
}
