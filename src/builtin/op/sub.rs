//! `sub`: the difference of two inputs.

use super::broadcast;
use crate::builtin::{Arity, Gives, Layer, ShapeError, Signature, Spelling, Term};
use crate::shape::Shape;
use crate::tensor::{self, Arithmetic, Context, Tensor};

crate::row! {
    /// Difference of two inputs, element by element: `a - b`.
    ///
    /// An axis of size 1 is repeated along the other input's; missing leading axes count as size 1.
    pub struct Sub = "sub" as Op(dyn Layer) {}
    example "sub" on [[2, 3], [3]]
}

impl Layer for Sub {
    fn arity(&self) -> Arity {
        Arity::Exactly(2)
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Signature, ShapeError> {
        Ok(Signature::plain(broadcast("sub", &inputs[0], &inputs[1])?))
    }

    fn gives(&self) -> Gives {
        Gives::Unknown
    }

    fn repeats_inputs(&self) -> bool {
        true
    }

    fn spell(&self, to: &mut Spelling, _weights: &[Term], inputs: &[Term]) -> Term {
        to.sub(&inputs[0], &inputs[1])
    }

    fn apply(&self, context: &mut Context, _weights: &[Tensor], inputs: &[Tensor]) -> Tensor {
        tensor::arithmetic(context, Arithmetic::Sub, &inputs[0], &inputs[1])
    }
}
