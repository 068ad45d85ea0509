//! `gelu`: the Gaussian error linear unit.

use super::same;
use crate::builtin::{Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::Shape;
use crate::tensor::{self, Activation, Context, Tensor};

crate::row! {
    /// Gaussian error linear unit (Hendrycks & Gimpel 2016), element by element: `x Φ(x)`, exact and not by `tanh`.
    pub struct Gelu = "gelu" as Op(dyn Layer) {}
    example "gelu" on [[4]]
}

impl Layer for Gelu {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        same(inputs)
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        to.activate(&inputs[0], Activation::Gelu)
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        tensor::activate(context, &inputs[0], Activation::Gelu)
    }

    fn fusable(&self) -> Option<Activation> {
        Some(Activation::Gelu)
    }
}
