//! `layer_norm`: normalises each row.

use crate::builtin::{Gives, Init, Layer, Positive, ShapeError, Signature, Spelling, Term, WeightKind, WeightSpec};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Normalises over the last axis (Ba et al. 2016): `(x - mean) / √(variance + ε) · weight + bias`.
    pub struct LayerNorm = "layer_norm" as Layer(dyn Layer) {
        /// Added to the variance, against division by zero.
        eps: Positive = Positive(1e-5),
    }
    example "layer_norm" on [[4]]
}

impl Layer for LayerNorm {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let Some(size) = inputs[0].0.last() else {
            return Err(ShapeError::new(
                "`layer_norm` needs an axis to normalise, its input is one number a sample: []",
            ));
        };
        let spec = |name, init| WeightSpec { name, shape: Shape(vec![size.clone()]), init, kind: WeightKind::Learned };
        let weights = vec![spec("weight", Init::Ones), spec("bias", Init::Zeros)];
        Ok(Signature { output: inputs[0].clone(), weights })
    }

    fn gives(&self) -> Gives {
        Gives::Numbers
    }

    fn spell(&self, to: &mut Spelling, weights: &[Term], inputs: &[Term]) -> Term {
        to.layer_norm(&inputs[0], &weights[0], &weights[1], self.eps.0 as f32)
    }

    fn apply(&self, context: &mut Context, weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        tensor::layer_norm(context, &inputs[0], &weights[0], &weights[1], self.eps.0 as f32)
    }

    fn flops(&self, _inputs: &[Shape], output: &Shape) -> Dim {
        output.elements().times(&Dim::constant(8))
    }

    /// Mean and deviation of every row.
    fn saved(&self, _inputs: &[Shape], output: &Shape) -> Dim {
        let rows = output.0.split_last().map_or(&[][..], |(_, rows)| rows);
        Shape(rows.to_vec()).elements().times(&Dim::constant(2))
    }
}
