//! `relu`: the rectifier.

use super::same;
use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::Shape;
use crate::tensor::{self, Activation, Context, Tensor};

crate::row! {
    /// Rectified linear unit, element by element: `max(x, 0)`.
    pub struct Relu = "relu" as Op(dyn Layer) {}
    example "relu" on [[4]]
}

impl Layer for Relu {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        same(inputs)
    }

    fn gives(&self) -> Gives {
        Gives::NonNegative
    }

    fn keeps(&self, given: Gives) -> bool {
        matches!(given, Gives::NonNegative | Gives::Probabilities)
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        to.activate(&inputs[0], Activation::Relu)
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        tensor::activate(context, &inputs[0], Activation::Relu)
    }

    fn fusable(&self) -> Option<Activation> {
        Some(Activation::Relu)
    }
}
