//! `softmax`: numbers to chances.

use super::{batched, fits_mask, placed, resolve};
use crate::builtin::{Arity, Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Softmax as Kind, Tensor};

crate::row! {
    /// Softmax along an axis: `e^x / Σ e^x`.
    ///
    /// A second input is a mask of 0 and 1 along the axis: `softmax(scores, present, 0)`; what is 0 gets no chance, and where all is,
    /// nothing does.
    pub struct Softmax = "softmax" as Op(dyn Layer) {
        /// The axis, without the batch; negative from the end.
        axis: i64 = -1,
    }
    example "softmax" on [[2, 4]]
}

impl Layer for Softmax {
    fn arity(&self) -> Arity {
        Arity::Between(1, 2)
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let axis = resolve("softmax", self.axis, &inputs[0])?;
        fits_mask("softmax", inputs, &[axis])?;
        Ok(Signature::plain(inputs[0].clone()))
    }

    fn gives(&self) -> Gives {
        Gives::Probabilities
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        let axis = placed(self.axis, inputs[0].axes.len());
        match inputs {
            [x, mask] => to.masked_softmax(x, mask, axis),
            _ => to.softmax(&inputs[0], axis),
        }
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let axis = batched(self.axis, inputs[0].axes().len() - 1);
        if let Some(mask) = inputs.get(1) {
            return tensor::masked_softmax(context, &inputs[0], mask, axis);
        }
        tensor::softmax(context, Kind::Chances, &inputs[0], axis)
    }

    fn flops(&self, _inputs: &[Shape], output: &Shape) -> Dim {
        output.elements().times(&Dim::constant(5))
    }

    /// Input and output turned, where the axis is not the last; with a mask, it, what it leaves and the chances before those of nothing.
    fn saved(&self, inputs: &[Shape], output: &Shape) -> Dim {
        let turned = batched(self.axis, output.rank()) < output.rank();
        let tensors = 2 * (i64::from(turned) + i64::from(inputs.len() > 1));
        let mask = inputs.get(1).map_or(Dim::constant(0), Shape::elements);
        output.elements().times(&Dim::constant(tensors)).plus(&mask)
    }
}
