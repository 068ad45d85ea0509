//! `product`: all along an axis, multiplied.

use super::{batched, placed, resolve};
use crate::builtin::spelling::Reduced;
use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::{Dim, Shape};
use crate::tensor::{self, Context, Tensor};

crate::row! {
    /// Product of the elements along an axis, which goes away: of chances that nothing is there, the chance that nothing is.
    pub struct Product = "product" as Op(dyn Layer) {
        /// The axis, without the batch; negative from the end.
        axis: i64 = -1,
    }
    example "product(0)" on [[3, 4]]
}

impl Layer for Product {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        let axis = resolve("product", self.axis, &inputs[0])?;
        let mut output = inputs[0].clone();
        output.0.remove(axis);
        Ok(Signature::plain(output))
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        to.drop(Reduced::Product, &inputs[0], &[placed(self.axis, inputs[0].axes.len())])
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        let axis = batched(self.axis, inputs[0].axes().len() - 1);
        tensor::multiply(context, &inputs[0], axis)
    }

    fn flops(&self, inputs: &[Shape], _output: &Shape) -> Dim {
        inputs[0].elements()
    }
}
