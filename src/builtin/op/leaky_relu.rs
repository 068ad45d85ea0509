//! `leaky_relu`: the rectifier that leaks.

use super::same;
use crate::builtin::{Gives, Layer, NonNegative, ShapeError, Signature, Spelling, Term};
use crate::shape::Shape;
use crate::tensor::{self, Activation, Context, Tensor};

crate::row! {
    /// Leaky rectifier (Maas et al. 2013), element by element: `x` above zero, `slope · x` below.
    pub struct LeakyRelu = "leaky_relu" as Op(dyn Layer) {
        /// Slope below zero.
        slope: NonNegative = NonNegative(0.01),
    }
    example "leaky_relu" on [[4]]
}

impl Layer for LeakyRelu {
    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        same(inputs)
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn keeps(&self, given: Gives) -> bool {
        matches!(given, Gives::NonNegative | Gives::Probabilities) || self.slope.0 == 1.0
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        to.activate(&inputs[0], Activation::LeakyRelu(self.slope.0 as f32))
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        tensor::activate(context, &inputs[0], Activation::LeakyRelu(self.slope.0 as f32))
    }

    fn fusable(&self) -> Option<Activation> {
        Some(Activation::LeakyRelu(self.slope.0 as f32))
    }
}
