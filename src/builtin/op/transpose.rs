//! `transpose`: exchanges two axes.

use super::{batched, placed, resolve};
use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Exchanges two axes.
    pub struct Transpose = "transpose" as Op(dyn Layer) {
        /// One axis, without the batch; negative from the end.
        first: i64 = -2,
        /// The other.
        second: i64 = -1,
    }
    example "transpose" on [[2, 3]]
}

impl Layer for Transpose {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let first = resolve("transpose", self.first, &inputs[0])?;
        let second = resolve("transpose", self.second, &inputs[0])?;
        let mut output = inputs[0].clone();
        output.0.swap(first, second);
        Ok(Signature::plain(output))
    }

    fn gives(&self) -> Gives {
        Gives::AsInput
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        let rank = inputs[0].axes.len();
        to.transpose(&inputs[0], placed(self.first, rank), placed(self.second, rank))
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let rank = inputs[0].axes().len() - 1;
        tensor::transpose(context, &inputs[0], batched(self.first, rank), batched(self.second, rank))
    }

    fn flops(&self, _inputs: &[Shape], _output: &Shape) -> Dim {
        Dim::constant(0)
    }
}
