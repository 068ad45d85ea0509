//! `log_softmax`: numbers to logarithms of chances.

use super::{batched, placed, resolve};
use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Softmax as Kind, Tensor};

crate::row! {
    /// Logarithm of softmax along an axis: `x - log Σ e^x`.
    pub struct LogSoftmax = "log_softmax" as Op(dyn Layer) {
        /// The axis, without the batch; negative from the end.
        axis: i64 = -1,
    }
    example "log_softmax" on [[2, 4]]
}

impl Layer for LogSoftmax {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        resolve("log_softmax", self.axis, &inputs[0])?;
        Ok(Signature::plain(inputs[0].clone()))
    }

    fn gives(&self) -> Gives {
        Gives::Numbers
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        to.log_softmax(&inputs[0], placed(self.axis, inputs[0].axes.len()))
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let axis = batched(self.axis, inputs[0].axes().len() - 1);
        tensor::softmax(context, Kind::Logarithms, &inputs[0], axis)
    }

    fn flops(&self, _inputs: &[Shape], output: &Shape) -> Dim {
        output.elements().times(&Dim::constant(5))
    }

    /// Input and output turned, where the axis is not the last.
    fn saved(&self, _inputs: &[Shape], output: &Shape) -> Dim {
        let turned = batched(self.axis, output.rank()) < output.rank();
        output.elements().times(&Dim::constant(2 * i64::from(turned)))
    }
}
