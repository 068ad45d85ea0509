//! `exp`: the exponential function.

use super::same;
use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::Shape;
use crate::tensor::{self, Activation, Context, Tensor};

crate::row! {
    /// Exponential function, element by element: `e^x`.
    ///
    /// Above 88 it is more than 32-bit floats hold, and a run whose loss is not finite stops.
    pub struct Exp = "exp" as Op(dyn Layer) {}
    example "exp" on [[4]]
}

impl Layer for Exp {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        same(inputs)
    }

    fn gives(&self) -> Gives {
        Gives::NonNegative
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        to.activate(&inputs[0], Activation::Exp)
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        tensor::activate(context, &inputs[0], Activation::Exp)
    }

    fn fusable(&self) -> Option<Activation> {
        Some(Activation::Exp)
    }
}
