//! `focal`: cross entropy that counts what is sure already less.

use super::{class_logits, wrong_kind, yes_or_no};
use crate::builtin::balance::ClassWeights;
use crate::builtin::{ClassCounts, Link, Loss, NonNegative, ShapeError, Share, Takes, TargetKind};
use crate::shape::Shape;
use crate::tensor::{self, Context, Tensor};
use std::sync::Arc;

crate::row! {
    /// Focal loss of logits (Lin et al. 2017, Eq. 4 and 5): the mean of `-(1 - p)^γ ln p`, where p is the probability of what is true.
    ///
    /// Against class ids p is that of `softmax`; against yes and no that of `sigmoid`, and with `alpha` a yes counts α and a no
    /// `1 - α`. The mean is over batch and steps or elements (the paper divides by the number of positives). With `gamma: 0` it is
    /// `cross_entropy` and `bce_with_logits`. `weights` of class ids are those of `cross_entropy`.
    pub struct Focal = "focal" as Loss(dyn Loss) {
        /// How much less a sure answer counts.
        gamma: NonNegative = NonNegative(2.0),
        /// What a yes counts, where a no counts `1 - alpha`; without it both count 1.
        alpha: Option<Share> = None,
        /// What each class counts: `balanced`, or a list of numbers.
        weights: Option<ClassWeights> = None,
    }
    example "focal" on [[3]]
}

impl Loss for Focal {
    fn check(&self, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError> {
        match target {
            Some(target @ TargetKind::Class { .. }) if self.alpha.is_some() => {
                Err(wrong_kind("focal", target, "yes or no where it has `alpha`").help("leave `alpha` away"))
            }
            Some(target @ TargetKind::Real { .. }) => {
                Err(wrong_kind("focal", target, "classes, or yes and no").help("use `mse` or `l1` for numbers"))
            }
            Some(target @ TargetKind::Multi { .. }) if self.weights.is_some() => {
                Err(wrong_kind("focal", target, "one class a sample where it has `weights`").help("write `alpha`"))
            }
            Some(TargetKind::Class { .. }) => {
                class_logits("focal", prediction, target)?;
                self.weights.as_ref().map_or(Ok(()), |weights| weights.fit("focal", target))
            }
            Some(TargetKind::Multi { .. } | TargetKind::Events { .. }) | None => yes_or_no("focal", prediction, target),
        }
    }

    fn apply(&self, context: &mut Context, prediction: &Tensor, target: Option<&Tensor>) -> Tensor {
        let target = target.expect("the checker gives focal a target");
        let gamma = self.gamma.0 as f32;
        // Class ids have no axis of classes.
        if prediction.axes().len() > target.axes().len() {
            let weights = self.weights.as_ref().map(ClassWeights::numbers).unwrap_or_default();
            return tensor::focal(context, prediction, target, gamma, &weights);
        }
        let alpha = self.alpha.as_ref().map(|alpha| alpha.0 as f32);
        tensor::binary_focal(context, prediction, target, gamma, alpha)
    }

    fn counted(&self, counts: &ClassCounts) -> Option<Result<Arc<dyn Loss>, String>> {
        let with = |weights| Self { weights: Some(weights), ..self.clone() };
        ClassWeights::decided(self.weights.as_ref(), counts, with)
    }

    fn counts_differently(&self, kind: &TargetKind) -> bool {
        ClassWeights::differ(self.weights.as_ref(), kind)
    }

    fn counts(&self, kind: &TargetKind, target: &Tensor) -> f64 {
        ClassWeights::of_batch(self.weights.as_ref(), kind, target)
    }

    fn minds_classes(&self) -> bool {
        true
    }

    fn takes(&self) -> Takes {
        Takes::Logits
    }

    fn link(&self, target: Option<&TargetKind>) -> Link {
        match target {
            Some(TargetKind::Class { .. }) => Link::Softmax,
            Some(TargetKind::Multi { .. } | TargetKind::Real { .. } | TargetKind::Events { .. }) | None => {
                Link::Sigmoid
            }
        }
    }
}
