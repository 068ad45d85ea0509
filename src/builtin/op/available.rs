//! `available`: whether a sample has a modality.

use crate::builtin::spelling::Numbers;
use crate::builtin::{Gives, Layer, Presence, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{Context, Tensor};

crate::row! {
    /// Whether a sample has a modality: `available(gyro)` of an input `gyro` is `[1]`, 1 for a sample that has it and 0 for one that
    /// lacks it.
    ///
    /// `available(gyro) * mean(turn(gyro), 0)` says nothing of a gyroscope that was not there. Which samples lack a modality its
    /// preparation `missing` says; a modality without one is there in every sample, and lacked only where something takes it
    /// away: `SPLIT_METRIC_without_gyro`, or `modality_dropout`. With `steps`, a mask of its axes without the last,
    /// for `mean(x, available(x, steps: true), 0)` and whatever else takes a mask: 1 where a step was measured, 0 where it is
    /// missing, or padding by the mask that `standardize` was told. Masks are joined by `*`. It is asked of inputs alone.
    pub struct Available = "available" as Op(dyn Layer) {
        /// Asks every step.
        steps: bool = false,
    }
    example "available" on [[3, 4]]
}

impl Layer for Available {
    fn asks(&self) -> Option<Presence> {
        Some(if self.steps { Presence::Steps } else { Presence::Sample })
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let shape = match (self.steps, inputs[0].0.split_last()) {
            (false, _) => Shape::of(&[1]),
            (true, Some((_, steps @ [_, ..]))) => Shape(steps.to_vec()),
            (true, Some((_, [])) | None) => {
                return Err(ShapeError::new(format!("`available` asks the steps of {}, which has none", inputs[0]))
                    .help("ask the sample as a whole: leave `steps: true` away"));
            }
        };
        Ok(Signature::plain(shape))
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        let axes = &inputs[0].axes;
        let axes = if self.steps { &axes[..axes.len() - 1] } else { &[1] };
        let all = to.numbers(Numbers::Same(1.0), axes);
        to.repeat(&all, &inputs[0])
    }

    /// What is there is all there is: a network is given the answer as an input of its own.
    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let axes = inputs[0].axes();
        let all: Vec<usize> = axes.iter().copied().collect();
        let to = if self.steps { all[..all.len() - 1].to_vec() } else { vec![all[0], 1] };
        context.device().upload(&vec![1.0; to.iter().product()], &to)
    }

    fn flops(&self, _inputs: &[Shape], _output: &Shape) -> Dim {
        Dim::constant(0)
    }
}
