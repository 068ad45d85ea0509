//! `multilabel_soft_margin`: logits against several classes at once.

use super::yes_or_no;
use crate::builtin::{Link, Loss, ShapeError, Takes, TargetKind};
use crate::shape::Shape;
use crate::tensor::{self, Context, Distance, Tensor};

crate::row! {
    /// One logistic loss a class, the mean over classes and batch: `-t ln σ(x) - (1 - t) ln σ(-x)`.
    ///
    /// The same numbers as `torch.nn.MultiLabelSoftMarginLoss`, and as `bce_with_logits`. The weakly supervised networks for
    /// audio-visual events put it on a `softmax` (Tian et al. 2018), so an output is stored as it is.
    pub struct MultilabelSoftMargin = "multilabel_soft_margin" as Loss(dyn Loss) {}
    example "multilabel_soft_margin" on [[3]]
}

impl Loss for MultilabelSoftMargin {
    fn check(&self, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError> {
        yes_or_no("multilabel_soft_margin", prediction, target)
    }

    fn apply(&self, context: &mut Context, prediction: &Tensor, target: Option<&Tensor>) -> Tensor {
        let target = target.expect("the checker gives multilabel_soft_margin a target");
        tensor::distance(context, Distance::BinaryOfLogits, prediction, target)
    }

    fn takes(&self) -> Takes {
        Takes::Either
    }

    fn link(&self, _target: Option<&TargetKind>) -> Link {
        Link::Identity
    }
}
