//! `batch_norm`: normalises each feature over the batch.

use crate::builtin::spelling::Unary;
use crate::builtin::{
    Gives, Init, Layer, Positive, ShapeError, Share, Signature, Spelling, Term, WeightKind, WeightSpec,
};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Normalises each feature of the last axis (Ioffe & Szegedy 2015): `(x - mean) / √(variance + ε) · weight + bias`.
    ///
    /// While its module trains, mean and variance are those of the batch (and of all steps), and running means of them are
    /// kept, with the unbiased variance as in PyTorch; otherwise, and in a frozen module, the running ones are used.
    ///
    /// In phases that train such a module the batches of a pass are of equal size (one sample more or less), the nearest to
    /// `batch` that there is: 33 samples in batches of 32 are one batch of 33, and no left-over sample counts as much as 32.
    /// A batch that gives a feature one value has no variance and is refused, as PyTorch refuses it.
    pub struct BatchNorm = "batch_norm" as Layer(dyn Layer) {
        /// How much of a batch's statistics goes into the running ones.
        momentum: Share = Share(0.1),
        /// Added to the variance, against division by zero.
        eps: Positive = Positive(1e-5),
    }
    example "batch_norm" on [[4]]
}

/// Where the weights are in [`Signature::weights`].
const GAIN: usize = 0;
const OFFSET: usize = 1;
const MEAN: usize = 2;
const VARIANCE: usize = 3;

impl Layer for BatchNorm {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let Some(size) = inputs[0].0.last() else {
            return Err(ShapeError::new(
                "`batch_norm` needs an axis of features, its input is one number a sample: []",
            ));
        };
        let spec = |name, init, kind| WeightSpec { name, shape: Shape(vec![size.clone()]), init, kind };
        let weights = vec![
            spec("weight", Init::Ones, WeightKind::Learned),
            spec("bias", Init::Zeros, WeightKind::Learned),
            spec("running_mean", Init::Zeros, WeightKind::Statistic),
            spec("running_variance", Init::Ones, WeightKind::Statistic),
        ];
        Ok(Signature { output: inputs[0].clone(), weights })
    }

    fn gives(&self) -> Gives {
        Gives::Numbers
    }

    fn spell(&self, to: &mut Spelling, weights: &[Term], inputs: &[Term]) -> Term {
        let eps = to.number(self.eps.0 as f32);
        let variance = to.add(&weights[VARIANCE], &eps);
        let deviation = to.unary(Unary::Sqrt, &variance);
        let scale = to.div(&weights[GAIN], &deviation);
        let centred = to.sub(&inputs[0], &weights[MEAN]);
        let scaled = to.mul(&centred, &scale);
        to.add(&scaled, &weights[OFFSET])
    }

    fn apply(&self, context: &mut Context, weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let norm = tensor::BatchNorm {
            gain: &weights[GAIN],
            offset: &weights[OFFSET],
            running_mean: &weights[MEAN],
            running_variance: &weights[VARIANCE],
            momentum: self.momentum.0 as f32,
            eps: self.eps.0 as f32,
        };
        let (y, statistics) = tensor::batch_norm(context, &inputs[0], norm);
        if let Some((mean, variance)) = statistics {
            context.keep(MEAN, mean);
            context.keep(VARIANCE, variance);
        }
        y
    }

    fn measured(&self, inputs: &[Shape]) -> Option<Dim> {
        let (_, steps) = inputs[0].0.split_last()?;
        Some(Shape(steps.to_vec()).elements())
    }

    fn flops(&self, _inputs: &[Shape], output: &Shape) -> Dim {
        output.elements().times(&Dim::constant(8))
    }
}
