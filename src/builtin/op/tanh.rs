//! `tanh`: the hyperbolic tangent.

use super::same;
use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::Shape;
use crate::tensor::{self, Activation, Context, Tensor};

crate::row! {
    /// Hyperbolic tangent, element by element.
    pub struct Tanh = "tanh" as Op(dyn Layer) {}
    example "tanh" on [[4]]
}

impl Layer for Tanh {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        same(inputs)
    }

    fn gives(&self) -> Gives {
        Gives::Numbers
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        to.activate(&inputs[0], Activation::Tanh)
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        tensor::activate(context, &inputs[0], Activation::Tanh)
    }

    fn fusable(&self) -> Option<Activation> {
        Some(Activation::Tanh)
    }
}
