//! `sigmoid`: the logistic function.

use super::same;
use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::Shape;
use crate::tensor::{self, Activation, Context, Tensor};

crate::row! {
    /// Logistic function, element by element: `1 / (1 + e^-x)`.
    pub struct Sigmoid = "sigmoid" as Op(dyn Layer) {}
    example "sigmoid" on [[4]]
}

impl Layer for Sigmoid {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        same(inputs)
    }

    fn gives(&self) -> Gives {
        Gives::Probabilities
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        to.activate(&inputs[0], Activation::Sigmoid)
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        tensor::activate(context, &inputs[0], Activation::Sigmoid)
    }

    fn fusable(&self) -> Option<Activation> {
        Some(Activation::Sigmoid)
    }
}
