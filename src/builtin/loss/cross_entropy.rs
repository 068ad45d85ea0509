//! `cross_entropy`: logits against class ids.

use super::{logits_shape, mismatch, wrong_kind};
use crate::builtin::{Link, Loss, ShapeError, Share, Takes, TargetKind};
use crate::shape::Shape;
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Cross entropy of logits with class ids, the mean over batch and steps: `-Σ q log softmax(x)`.
    ///
    /// `q` is 1 for the target class; with `label_smoothing` ε it is `1 - ε`, plus `ε / classes` for all
    /// (Szegedy et al. 2016, section 7). The same numbers as `torch.nn.CrossEntropyLoss`.
    pub struct CrossEntropy = "cross_entropy" as Loss(dyn Loss) {
        /// The share of belief spread over all classes.
        label_smoothing: Share = Share(0.0),
    }
    example "cross_entropy" on [[3]]
}

impl Loss for CrossEntropy {
    fn check(&self, prediction: &Shape, target: Option<&TargetKind>) -> Result<(), ShapeError> {
        match target {
            Some(target @ TargetKind::Class { ignore: Some(_), .. }) => Err(ShapeError::new(format!(
                "`cross_entropy` learns from every step, those of `{target}` may have no class"
            ))
            .help("measure it only, or give padding a class of its own")),
            Some(target @ TargetKind::Class { classes, axes, ignore: None }) => {
                let needed = logits_shape(*classes, axes);
                if *prediction == needed {
                    return Ok(());
                }
                Err(mismatch("cross_entropy", target, prediction, &needed)
                    .help(format!("end the head with `linear({classes})` and no softmax: the loss has it")))
            }
            Some(target @ TargetKind::Multi { .. }) => {
                Err(wrong_kind("cross_entropy", target, "one class a sample").help("use `bce_with_logits`"))
            }
            Some(target @ TargetKind::Real { .. }) => {
                Err(wrong_kind("cross_entropy", target, "one class a sample").help("use `mse` or `l1` for numbers"))
            }
            Some(target @ TargetKind::Events { .. }) => {
                Err(super::of_events("cross_entropy", target, "one class a sample"))
            }
            None => Err(ShapeError::new("`cross_entropy` needs a target")
                .help("name it after the output: `cross_entropy(out, label)`")),
        }
    }

    fn apply(&self, context: &mut Context, prediction: &Tensor, target: Option<&Tensor>) -> Tensor {
        let target = target.expect("the checker gives cross_entropy a target");
        tensor::cross_entropy(context, prediction, target, self.label_smoothing.0 as f32)
    }

    fn takes(&self) -> Takes {
        Takes::Logits
    }

    fn link(&self) -> Link {
        Link::Softmax
    }
}
